// What a statement of InfluxQL needs before gatehouse carries it, more than a 1.x server where that one is careless.

public import Access
import Authorizations
public import Formats
public import InfluxQL

/// One thing that a statement needs, and how a refusal names it.
public struct StatementNeed: Sendable {
  public let requirement: Requirement
  /// The database that a refusal names; empty where the statement needs an administrator.
  public let database: String
  /// For explanations; nil where no measurement is meant.
  public let reference: SourceReference?

  /// The retention policy of the text or the request; empty for the default.
  var policy: String {
    if case .policy(_, let policy?) = requirement.target { return policy }
    return ""
  }

  /// As a 1.x server names a missing privilege.
  var privilege: String {
    if isAdministration { return "admin privilege" }
    return "\(requirement.action == .read ? "READ" : "WRITE") on \(database)"
  }

  /// What logs and explanations say of the first need that is not met.
  static func lacks(_ privilege: String, statement index: Int) -> String {
    "statement \(index + 1) requires \(privilege)"
  }

  /// Whether meeting this meets `other`, a read of a default policy, too.
  func asksFor(_ other: StatementNeed) -> Bool {
    guard case .policy(let wanted, nil) = other.requirement.target, requirement.action == .read,
      case .policy(let database, nil) = requirement.target
    else { return false }
    return database.utf8.elementsEqual(wanted.utf8)
  }

  var isAdministration: Bool { if case .administration = requirement.target { true } else { false } }

  /// Of a statement that touches nothing.
  static let identity = StatementNeed(
    requirement: Requirement(.read, .identity), database: "", reference: nil)

  static let administration = StatementNeed(
    requirement: Requirement(.write, .administration), database: "", reference: nil)
}

/// Knows the upstream's dialect, since the same words reach differently far in 1.x and 2.x.
public struct QueryPolicy: Sendable {
  public let dialect: Dialect

  public init(dialect: Dialect) { self.dialect = dialect }

  /// Who may do one of these on any of its policies is shown a database by `SHOW DATABASES`: recorded of 1.12.4 and 2.9.1.
  var actionsThatShow: [Action] { dialect.showsDatabasesToWriters ? [.read, .write] : [.read] }

  /// Everything that `statement` needs, in the order in which a server checks it.
  ///
  /// - Parameters:
  ///   - database: what the request names; empty for none.
  ///   - policy: the request's `rp`; nil for none.
  public func needs(of statement: Statement, database: String, policy: String?) -> [StatementNeed] {
    if statement.kind == .dropMeasurement, !dialect.dropsMeasurementsAsAdministrator {
      // 1.x asks for an administrator; 2.x deletes in every bucket of the database.
      return statement.writes.map { need(.write, $0, database: database, policy: policy) }
    }
    let database = Self.database(of: statement, database)
    // `Statement.requirements`, without making that list first.
    if statement.needsOperator { return [.administration] }
    var needs: [StatementNeed] = []
    needs.reserveCapacity(statement.reads.count + statement.writes.count)
    for reference in statement.reads { needs.append(need(.read, reference, database: database, policy: policy)) }
    for reference in statement.writes { needs.append(need(.write, reference, database: database, policy: policy)) }
    if let read = metadataRead(by: statement, database), !needs.contains(where: { $0.asksFor(read) }) {
      needs.append(read)
    }
    return needs.isEmpty ? [.identity] : needs
  }

  /// Where a server looks for what names no database: recorded of 1.6.7, which takes the database of the request for a
  /// continuous query's sources and target, and the one behind ON only where the request has none.
  private static func database(of statement: Statement, _ requested: String) -> String {
    guard requested.isEmpty, statement.kind == .createContinuousQuery else { return requested }
    return statement.reads.first?.database?.text ?? requested
  }

  /// What one must be permitted to know of a statement that someone else runs: to read all that it names.
  func knowledge(of statement: Statement, database: String) -> [Requirement] {
    let database = Self.database(of: statement, database)
    return (statement.reads + statement.writes).map { need(.read, $0, database: database, policy: nil).requirement }
  }

  /// What a continuous query of `database` reads.
  func sources(of statement: Statement, database: String) -> [Requirement] {
    statement.reads.map { need(.read, $0, database: database, policy: nil).requirement }
  }

  /// What 2.x reads beside what a statement names. Recorded of 2.9.1: for measurements, tag keys and tag values it takes the
  /// default policy of the database behind ON, or of the request, whatever `rp` and the sources say; `ON db.rp` means that
  /// policy, and `ON db.*` each one that the gateway's own credential may read, which is every one.
  private func metadataRead(by statement: Statement, _ requested: String) -> StatementNeed? {
    guard dialect.readsMetadataOfOneBucket else { return nil }
    let target: Requirement.Target
    let database: String
    switch (statement.kind, statement.body) {
    case (.showTagKeys, .metadata(let query)), (.showTagValues, .metadata(let query)):
      database = query.database?.text ?? requested
      target = .policy(database: database, retentionPolicy: nil)
    case (_, .measurements(let query)):
      switch query.database {
      case .every: return nil
      case .named(let name): database = name.text
      case nil: database = requested
      }
      switch query.retentionPolicy {
      case .named: return nil
      case .every: target = .database(database)
      case nil: target = .policy(database: database, retentionPolicy: nil)
      }
    default: return nil
    }
    return StatementNeed(requirement: Requirement(.read, target), database: database, reference: nil)
  }

  private func need(
    _ action: Action, _ reference: SourceReference, database: String, policy: String?
  ) -> StatementNeed {
    let named = reference.database?.text ?? database
    let one = Requirement.Target.policy(
      database: named, retentionPolicy: reference.retentionPolicy?.text ?? policy)
    let target: Requirement.Target =
      switch reference.extent {
      case .policy: one
      // 2.x looks only into the bucket of the one mapping when it reads metadata.
      case .everyPolicy: dialect.readsMetadataOfOneBucket && action == .read ? one : .database(named)
      case .anyPolicy: .somePolicy(of: named)
      }
    return StatementNeed(requirement: Requirement(action, target), database: named, reference: reference)
  }
}
