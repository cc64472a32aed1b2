// Understanding a query: its parameters, its text, and everything the text names.

import Access
import Authorizations
import HTTP
import InfluxQL

extension Gatekeeper {
  func understandQuery(
    _ view: RequestView, _ identity: Identity, _ progress: Progress, notes: inout DecisionNotes
  ) throws(Interruption) -> Understanding {
    try requireMethod(view, [.get, .post], allow: "OPTIONS, GET, POST")
    let values = try queryValues(view, progress)
    guard let text = values["q"], !text.isEmpty else {
      throw .refuse(.malformed("missing required parameter \"q\""))
    }
    let database = try self.text(values["db"], "db") ?? ""
    let policy = try self.text(values["rp"], "rp").flatMap { $0.isEmpty ? nil : $0 }
    notes.database = database
    let parameters: [Name: BoundParameter]
    do throws(QueryParameters.Problem) { parameters = try QueryParameters.read(values["params"]) } catch {
      throw .refuse(.malformed("error parsing query parameters: \(error.reason)"))
    }
    let query: Query
    do throws(ParseError) { query = try Query(parsing: text, parameters: parameters) } catch {
      throw .refuse(.malformed("error parsing query: \(error.description)"))
    }
    guard let statement = query.statements.first, query.statements.count == 1 else {
      throw .refuse(.denied("gatehouse permits one statement in a query"))
    }
    guard isServed(statement) else { throw .refuse(unserved(statement, identity)) }
    if statement.kind == .showDatabases, case .principal(let principal) = identity {
      return .local(showDatabases(for: principal, values))
    }
    return .data(
      DataRequest(
        requirements: requirements(of: statement, database: database, policy: policy),
        line: line(view, values), body: view.head.method == .post ? form(values).text : nil, isRepeatable: true,
        refusal: { denial, principal in Self.queryRefusal(denial, principal, statement) }))
  }

  /// One reading of URL and body: of a POST the form comes first, even where its value is empty (`v1-auth.md` §4).
  private func queryValues(_ view: RequestView, _ progress: Progress) throws(Interruption) -> FormValues {
    let url = try urlValues(view)
    guard view.hasBody else { return url }
    guard view.head.method == .post else {
      // A body of GET is read off and ignored, as the real servers do.
      if progress.body == nil { throw .needsBody(limit: settings.limits.collectBytes) }
      return url
    }
    try requireForm(view)
    guard let body = progress.body else {
      throw .needsBody(limit: settings.limits.queryBytes)
    }
    do throws(FormValues.Problem) { return try FormValues(body).preferred(over: url) } catch {
      throw .refuse(.malformed(error.reason))
    }
  }

  /// Any other body the servers ignore, read differently, or open a file for: none of them is guessed at.
  private func requireForm(_ view: RequestView) throws(Interruption) {
    if let encoding = view.value(.contentEncoding), encoding.count > 0, !encoding.equals("identity") {
      throw .refuse(.unsupported("an encoded form cannot be read"))
    }
    let type = view.value(.contentType) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    let media = type.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
    let parameters = type.dropFirst(media.count).map { $0 | 0x20 }.filter { $0 != UInt8(ascii: " ") }
    guard media.map({ $0 | 0x20 }).elementsEqual("application/x-www-form-urlencoded".utf8) else {
      throw .refuse(.unsupported("a query's body must be application/x-www-form-urlencoded"))
    }
    let known = ["", ";", ";charset=utf-8", ";charset=\"utf-8\"", ";charset=utf8"]
    guard known.contains(where: { parameters.elementsEqual($0.utf8.map { $0 | 0x20 }) }) else {
      throw .refuse(.unsupported("a form must be UTF-8"))
    }
  }

  /// What is permitted until every statement's policy is: one that only reads, of databases that it names.
  private func isServed(_ statement: Statement) -> Bool {
    switch statement.kind {
    case .select: statement.writes.isEmpty && !statement.isChanging
    case .showDatabases, .showMeasurements, .showSeries, .showTagKeys, .showTagValues, .showFieldKeys,
      .showRetentionPolicies:
      true
    default: false
    }
  }

  private func unserved(_ statement: Statement, _ identity: Identity) -> Refusal {
    var name = ""
    if case .principal(let principal) = identity { name = principal.name }
    if statement.requirements.contains(where: { if case .operator = $0 { true } else { false } }) {
      return .denied(
        "error authorizing query: \(name) not authorized to execute statement '\(statement)', requires admin privilege")
    }
    return .denied("gatehouse does not permit this statement: \(statement.kind.rawValue)")
  }

  private func requirements(of statement: Statement, database: String, policy: String?) -> [Access.Requirement] {
    statement.requirements.map { requirement in
      switch requirement {
      case .read(let reference): self.requirement(.read, reference, database: database, policy: policy)
      case .write(let reference): self.requirement(.write, reference, database: database, policy: policy)
      case .operator: Access.Requirement(.read, .administration)
      }
    }
  }

  private func requirement(
    _ action: Action, _ reference: SourceReference, database: String, policy: String?
  ) -> Access.Requirement {
    let named = reference.database?.text ?? database
    // Metadata is kept per database in 1.x, whatever policy the request names: all of it must be permitted.
    if reference.extent != .policy { return Access.Requirement(action, .database(named)) }
    return Access.Requirement(
      action, .policy(database: named, retentionPolicy: reference.retentionPolicy?.text ?? policy))
  }

  private static func queryRefusal(_ denial: Denial, _ principal: Principal, _ statement: Statement) -> Refusal {
    let database =
      switch denial.requirement.target {
      case .policy(let database, _): database
      case .database(let database): database
      default: ""
      }
    let privilege = denial.requirement.action == .read ? "READ" : "WRITE"
    return .denied(
      "error authorizing query: \(principal.name) not authorized to execute statement '\(statement)', "
        + "requires \(privilege) on \(database)",
      detail: "\(denial.requirement.action.rawValue) on database \(database) is \(denial.reason) for this statement")
  }

  // MARK: rebuild

  private func line(_ view: RequestView, _ values: FormValues) -> RequestLine {
    view.head.method == .post ? RequestLine(.post, "/query") : RequestLine(.get, "/query", parameters: form(values))
  }

  /// One value per name, and no name that was not understood. `async` is left out: its answer would be no answer.
  private func form(_ values: FormValues) -> CanonicalParameters {
    var form = CanonicalParameters()
    let names: [StaticString] = ["db", "rp", "epoch", "chunked", "chunk_size", "pretty", "params", "q"]
    for name in names {
      if let value = values[name], !value.isEmpty { form.append(name, value) }
    }
    return form
  }

  // MARK: SHOW DATABASES

  private func showDatabases(for principal: Principal, _ values: FormValues) -> LocalAnswer {
    let names = Authorizer(directory: directory).databases([.read, .write], for: principal)
    let dialect = AnswerDialect(upstream: settings.dialect, version: status.shownVersion, isAPI2: false)
    var body = Array(
      "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"databases\",\"columns\":[\"name\"]".utf8)
    if !names.isEmpty { body += Array(",\"values\":[".utf8) }
    for (i, name) in names.enumerated() {
      body += Array((i == 0 ? "[" : ",[").utf8)
      JSONText.append(name, to: &body)
      body.append(UInt8(ascii: "]"))
    }
    body += Array((names.isEmpty ? "}]}]}\n" : "]}]}]}\n").utf8)
    return LocalAnswer(status: 200, fields: dialect.common + [("Content-Type", "application/json")], body: body)
  }
}
