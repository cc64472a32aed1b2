// What gatehouse would make of a request, and why: the same decisions as a server's, without one.

public import Access
public import Authorizations
public import Formats
import HTTP
import InfluxQL

/// Explains requests of one principal, or of nobody: then it only says what they need.
public struct Explainer: Sendable {
  private let policy: QueryPolicy
  private let strictMethods: Bool
  private let directory: Directory
  private let principal: Principal?
  private let knowsDirectory: Bool

  /// - Parameter knowsDirectory: whether `directory` was ever read; otherwise no name is told to be missing from it.
  public init(
    dialect: Dialect, strictMethods: Bool, directory: Directory, knowsDirectory: Bool = true,
    principal: Principal?
  ) {
    self.knowsDirectory = knowsDirectory
    policy = QueryPolicy(dialect: dialect)
    self.strictMethods = strictMethods
    self.directory = directory
    self.principal = principal
  }

  /// - Parameters:
  ///   - database: the request's `db`, empty for none.
  ///   - retentionPolicy: its `rp`, empty for none.
  ///   - parameters: its `params`, JSON; empty for none.
  public func query(
    _ text: String, database: String, retentionPolicy: String, parameters: String, isPost: Bool
  ) -> Explanation {
    let decision: QueryDecision
    do throws(Refusal) {
      var form = CanonicalParameters()
      for (name, value) in [("db", database), ("rp", retentionPolicy), ("params", parameters), ("q", text)]
        as [(StaticString, String)]
      { form.append(name, value) }
      let values: FormValues
      do throws(FormValues.Problem) { values = try FormValues(form.text) } catch { throw .malformed(error.reason) }
      // Of what upstream is not known here.
      let request = try QueryRequest(values, dialect: policy.dialect, roundsKeptNumbers: true)
      decision = QueryDecision(
        request, policy,
        .init(isPost: isPost, isCrossSite: false, strictMethods: strictMethods, takesWholeAnswers: false))
      if decision.objection == nil { _ = try decision.forwardingBytes() }
    } catch {
      return Explanation(verdict: .refuse, reason: error.message, position: error.position, statements: [])
    }
    let statements = decision.request.query.statements.indices.map { explain($0, decision) }
    return verdict(statements, decision.objection)
  }

  /// A write to `/write`.
  public func write(database: String, retentionPolicy: String) -> Explanation {
    guard !database.isEmpty else {
      return Explanation(verdict: .refuse, reason: "database is required", position: nil, statements: [])
    }
    let requirement = Requirement.write(database, retentionPolicy: retentionPolicy.isEmpty ? nil : retentionPolicy)
    let need = self.need(
      requirement, database: database, retentionPolicy: retentionPolicy, measurement: "", extent: .policy)
    let statement = Explanation.Statement(
      kind: "write", changes: true, needs: [need], needsOperator: false, isPermitted: need.isPermitted)
    return verdict([statement], nil)
  }

  // MARK: Statements

  private func explain(_ place: Int, _ decision: QueryDecision) -> Explanation.Statement {
    let (statement, request) = (decision.request.query.statements[place], decision.request)
    let needs = decision.needs(of: place)
    let explained = needs.compactMap { need -> Explanation.Need? in
      guard let reference = need.reference else { return nil }
      return self.need(
        need.requirement, database: need.database,
        retentionPolicy: reference.retentionPolicy?.text ?? request.policy ?? "",
        measurement: reference.measurement.words, extent: reference.extent)
    }
    let needsOperator = needs.contains(where: \.isAdministration)
    var isPermitted = principal.map { principal in
      explained.allSatisfy { $0.isPermitted ?? false } && (!needsOperator || principal.permissions.areOperator)
    }
    if statement.managesLogins, isPermitted != nil { isPermitted = false }
    return Explanation.Statement(
      kind: statement.kind.rawValue, changes: statement.isChanging, needs: explained, needsOperator: needsOperator,
      isPermitted: isPermitted)
  }

  private func need(
    _ requirement: Requirement, database: String, retentionPolicy: String, measurement: String,
    extent: SourceReference.Extent
  ) -> Explanation.Need {
    let reach: Explanation.Reach =
      switch extent {
      case .policy: .policy
      case .everyPolicy: .everyPolicy
      case .anyPolicy: .anyPolicy
      }
    return Explanation.Need(
      action: requirement.action, database: database, retentionPolicy: reach == .policy ? retentionPolicy : "",
      measurement: measurement, reach: reach,
      isPermitted: principal.map { permits(requirement, $0.permissions, of: $0) },
      grantedBy: principal.map { granting(requirement, $0) } ?? [],
      unknown: unknown(database, retentionPolicy, reach))
  }

  /// What the directory does not hold of a database and a policy of it; empty for the default one.
  private func unknown(_ database: String, _ policy: String, _ reach: Explanation.Reach) -> String? {
    guard knowsDirectory, !database.isEmpty else { return nil }
    let organizations = principal.map { [$0.organizationID] } ?? directory.organizations.map(\.id)
    let mappings = organizations.flatMap { directory.mappings(of: database, in: $0) }
    if mappings.isEmpty { return "database \"\(database)\"" }
    guard reach == .policy else { return nil }
    if policy.isEmpty { return mappings.contains(where: \.isDefault) ? nil : "default policy of \"\(database)\"" }
    let isHeld = mappings.contains { $0.retentionPolicy.utf8.elementsEqual(policy.utf8) }
    return isHeld ? nil : "policy \"\(policy)\" of \"\(database)\""
  }

  /// A name that the directory does not know is taken as written.
  private func permits(_ requirement: Requirement, _ permissions: [Permission], of principal: Principal) -> Bool {
    do throws(Denial) {
      _ = try Authorizer(directory: directory, readings: .trusting).grants(
        Requirements(requirement), for: principal.holding(permissions))
      return true
    } catch {
      return error.reason != .notPermitted && error.wouldBePermitted
    }
  }

  /// The permissions of which each suffices alone; where only several together do, those of the action.
  private func granting(_ requirement: Requirement, _ principal: Principal) -> [Permission] {
    guard permits(requirement, principal.permissions, of: principal) else { return [] }
    let alone = principal.permissions.filter { permits(requirement, [$0], of: principal) }
    return alone.isEmpty ? principal.permissions.filter { $0.action == requirement.action } : alone
  }

  // MARK: Verdict

  private func verdict(
    _ statements: [Explanation.Statement], _ objection: QueryDecision.Objection?
  ) -> Explanation {
    if let objection, principal != nil {
      return Explanation(verdict: .deny, reason: objection.reason, position: nil, statements: statements)
    }
    for (index, statement) in statements.enumerated() where statement.isPermitted == false {
      let missing = statement.needs.first { $0.isPermitted == false }
      let words = missing.map { "\($0.action == .read ? "READ" : "WRITE") on \($0.database)" } ?? "admin privilege"
      // As the log line of the refusal says.
      return Explanation(
        verdict: .deny, reason: StatementNeed.lacks(words, statement: index), position: nil, statements: statements)
    }
    return Explanation(
      verdict: .permit, reason: principal == nil ? "understood" : "permitted", position: nil, statements: statements)
  }
}

extension SourceReference.MeasurementReference {
  fileprivate var words: String {
    switch self {
    case .every: ""
    case .named(let name): name.text
    case .matching(let pattern): "/\(pattern.text)/"
    }
  }
}
