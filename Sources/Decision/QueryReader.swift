// Understanding a query: its parameters, its text, and everything the text names.

import Access
import Authorizations
import Formats
import HTTP
import InfluxQL
import JSON

enum QueryReader {
  @Sendable static func query(
    _ asked: RequestContext, _ decisions: inout DecisionCache, _ notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding {
    let (view, identity, state) = (asked.view, asked.identity, asked.state)
    let dialect = asked.dialect
    let values = try QueryForm(
      view: view, parameters: asked.parameters, sent: asked.pending.body, settings: state.settings
    ).values()
    var key: DecisionKey?
    if case .principal(let principal) = identity {
      key = decisions.key(principal, isPost: view.head.method == .post, values)
    }
    if let key, let known = decisions.recall(key, state.generations) {
      notes.database = String(decoding: values["db"] ?? [], as: UTF8.self)
      return .known(known)
    }
    let request: QueryRequest
    do throws(Refusal) {
      request = try QueryRequest(
        values, dialect: dialect, roundsKeptNumbers: state.status.roundsKeptNumbers)
    } catch {
      throw .refuse(error)
    }
    notes.database = request.database
    let statements = request.query.statements
    let isOperator = if case .principal(let principal) = identity { principal.permissions.areOperator } else { false }
    let decision = QueryDecision(
      request, QueryPolicy(dialect: dialect),
      .init(
        isPost: view.head.method == .post, isCrossSite: view.head.namesSite && view.isCrossSite,
        strictMethods: state.settings.strictMethods, takesWholeAnswers: isOperator))
    if let objection = decision.objection { throw .refuse(refusal(of: objection, statements, identity)) }
    let form = AnswerForm(view, isPretty: AnswerForm.isPretty(values), version: state.status.version)
    // An administrator sees also what was made a moment ago: the upstream answers.
    if case .principal(let principal) = identity, !isOperator,
      let answer = localAnswer(statements, for: principal, form, state)
    {
      return .local(request.isAsynchronous ? noContent(state) : answer)
    }
    let filter = isOperator ? nil : filter(statements, request, identity, decision.policy, form, state)
    // What its times look like goes by the form, and what is filtered comes in JSON.
    let isTimed = filter != nil && statements.contains { $0.kind == .select }
    let isNumbered = isTimed && form.format != .json
    let isChanging = decision.isChanging
    let text: [UInt8]
    do throws(Refusal) { text = try decision.forwardingBytes() } catch { throw .refuse(error) }
    let method = view.head.method
    return .data(
      DataRequest(
        requirements: decision.requirements,
        say: { permit in
          let (text, pinned) = pinned(text, request, permit)
          let form = request.canonical(text, pinned: pinned, isFiltered: filter != nil, isNumbered: isNumbered)
          let url = request.options.urlParameters(dialect)
          return method == .post
            ? Saying(line: RequestLine(.post, "/query", parameters: url), body: form.text)
            : Saying(line: RequestLine(.get, "/query", parameters: url.joined(with: form)), body: nil)
        },
        carriage: Carriage(
          isRepeatable: !isChanging, filter: filter, isUncacheable: isChanging, dependsOnFields: isChanging || isTimed,
          changes: isChanging ? DirectoryNeed.changes(statements, request) : []),
        key: key,
        refuse: { [needs = decision.needs, noContent = noContent(state)] denial, principal in
          let refusal = denied(denial, principal, statements, needs, form)
          if request.isAsynchronous, case .answer = refusal { return .answer(noContent) }
          return refusal
        }))
  }

  /// What is refused whoever asks.
  private static func refusal(
    of objection: QueryDecision.Objection, _ statements: [Statement], _ identity: Identity
  ) -> Refusal {
    switch objection {
    case .otherSite: return .ofAnotherSite
    case .method: return .denied(objection.reason)
    case .managesLogins(let place):
      var name = ""
      if case .principal(let principal) = identity { name = principal.name }
      return .denied(
        "error authorizing query: \(name) not authorized to execute statement '\(quoted(statements[place]))', requires "
          + "admin privilege: gatehouse keeps the logins, see /legacy/authorizations",
        detail: "a statement that manages logins")
    }
  }

  /// What is said at once of a query that nobody waits for.
  private static func noContent(_ state: DecisionState) -> LocalAnswer {
    let dialect = AnswerDialect(upstream: state.settings.dialect, version: state.status.version, isAPI2: false)
    return LocalAnswer(status: 204, fields: dialect.common + [("Content-Type", "application/json")])
  }

  // MARK: Denials

  private static func denied(
    _ denial: Denial, _ principal: Principal, _ statements: [Statement], _ needs: [QueryDecision.Need],
    _ form: AnswerForm
  ) -> EarlyEnd {
    guard denial.index < needs.count else { return .refuse(.denied("not permitted")) }
    let (index, need) = (needs[denial.index].statement, needs[denial.index].need)
    let statement = index < statements.count ? quoted(statements[index]) : ""
    if denial.reason != .notPermitted, denial.wouldBePermitted {
      // Who may read everything learns what is missing, as an administrator of 1.x does: inside a result.
      return .answer(missing(denial.reason, need, statement: index, form))
    }
    let privilege = need.privilege
    return .refuse(
      .denied(
        "error authorizing query: \(principal.name) not authorized to execute statement '\(statement)', "
          + "requires \(privilege)",
        detail: StatementNeed.lacks(privilege, statement: index)))
  }

  /// As much of a statement as leaves room for what is said of it.
  private static func quoted(_ statement: Statement) -> String {
    statement.description.shortenedForJSON(AnswerDialect.longestText / 2)
  }

  private static func missing(
    _ reason: Denial.Reason, _ need: StatementNeed, statement: Int, _ form: AnswerForm
  ) -> LocalAnswer {
    let text =
      switch reason {
      case .unknownRetentionPolicy: "retention policy not found: \(need.policy)"
      case .noDefaultPolicy: "default retention policy not set for: \(need.database)"
      default: need.database.isEmpty ? "database name required" : "database not found: \(need.database)"
      }
    return form.answer(
      [
        .object([
          JSONMember(name: "statement_id", value: .number(String(statement))),
          JSONMember(name: "error", value: .string(text.shortenedForJSON(AnswerDialect.longestText))),
        ])
      ], fields: [])
  }

  // MARK: Rebuild

  /// Says the default policies that were decided on, so that no other can be read should the upstream's change: with
  /// `rp` where one means all, which every server applies, or else with the sources.
  private static func pinned(
    _ text: [UInt8], _ request: QueryRequest, _ permit: Permit?
  ) -> (text: [UInt8], policy: String?) {
    guard let permit else { return (text, nil) }
    let isKept = request.query.statements.contains(where: \.isKept)
    guard isKept || request.policy == nil && permit.grants.contains(where: { $0.databaseOfDefault != nil }) else {
      return (text, nil)
    }
    let policies = permit.defaultPolicies
    if let database = request.databaseOfDefaults { return (text, policies[Name(database)]?.text) }
    return (request.kept { policies[Name($0)] }.forwardingBytes ?? text, nil)
  }

  /// nil where nobody has to be kept from anything.
  private static func filter(
    _ statements: [Statement], _ request: QueryRequest, _ identity: Identity, _ policy: QueryPolicy,
    _ form: AnswerForm, _ state: DecisionState
  ) -> AnswerFilter? {
    guard case .principal(let principal) = identity, statements.contains(where: \.needsFilteredAnswer) else {
      return nil
    }
    // Whether a text may be told does not hang on what it would reach if it were run now.
    let authorizer = Authorizer(directory: state.directory, readings: .trusting)
    var kinds: [Int: AnswerFilter.Kind] = [:]
    for (index, statement) in statements.enumerated() {
      switch statement.kind {
      case .showDatabases: kinds[index] = .databases
      case .showContinuousQueries: kinds[index] = .continuousQueries
      case .showQueries: kinds[index] = .queries
      case .showRetentionPolicies:
        let database = statement.reads.first?.database?.text ?? request.database
        kinds[index] = .retentionPolicies(of: database)
      default: break
      }
    }
    guard !kinds.isEmpty else { return nil }
    let selects = statements.enumerated().filter { $1.kind == .select }.map(\.offset)
    return AnswerFilter(
      kinds, statementCount: statements.count, principal: principal, authorizer: authorizer, policy: policy,
      isPretty: form.isPretty, timed: request.options.hasEpoch ? [] : Set(selects))
  }

  /// `SHOW DATABASES` alone is answered here, without the upstream.
  static func localAnswer(
    _ statements: [Statement], for principal: Principal, _ form: AnswerForm = AnswerForm(), _ state: DecisionState
  ) -> LocalAnswer? {
    guard statements.count == 1, statements.first?.kind == .showDatabases else { return nil }
    let shown = QueryPolicy(dialect: state.settings.dialect).actionsThatShow
    let names = Authorizer(directory: state.directory).databases(shown, for: principal)
    let dialect = AnswerDialect(upstream: state.settings.dialect, version: state.status.version, isAPI2: false)
    var series = [
      JSONMember(name: "name", value: .string("databases")),
      JSONMember(name: "columns", value: .array([.string("name")])),
    ]
    if !names.isEmpty {
      series.append(JSONMember(name: "values", value: .array(names.map { .array([.string($0)]) })))
    }
    let result = JSONValue.object([
      JSONMember(name: "statement_id", value: .number("0")),
      JSONMember(name: "series", value: .array([.object(series)])),
    ])
    return form.answer([result], fields: dialect.common)
  }
}

extension Permit {
  /// What the databases' default policies were when it was decided on, of those for which that was asked. Found out once:
  /// a text may name thousands of sources.
  fileprivate var defaultPolicies: [Name: Name] {
    var policies: [Name: Name] = [:]
    for grant in grants {
      guard let database = grant.databaseOfDefault, let mapping = grant.mappings.first else { continue }
      policies[Name(database)] = Name(mapping.retentionPolicy)
    }
    return policies
  }
}

extension Permit.Grant {
  fileprivate var databaseOfDefault: String? {
    if case .policy(let database, nil) = requirement.target { return database }
    return nil
  }
}
