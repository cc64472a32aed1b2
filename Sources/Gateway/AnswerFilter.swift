// Takes out of an upstream's answer what its reader may not know: the upstream answers for gatehouse's stronger
// credential.

import Access
import Authorizations
import InfluxQL
import JSON

/// For statements whose answers tell of databases that the request does not name.
final class AnswerFilter {
  enum Kind {
    case databases
    /// Rows of the policies of one database.
    case retentionPolicies(of: String)
    case continuousQueries
    case queries
  }

  /// Largest answer that is filtered, bytes; a longer one is refused.
  static let maximumBytes = 4 << 20

  private let statements: [Int: Kind]
  private let principal: Principal
  private let authorizer: Authorizer
  private let policy: QueryPolicy

  init(_ statements: [Int: Kind], principal: Principal, authorizer: Authorizer, policy: QueryPolicy) {
    self.statements = statements
    self.principal = principal
    self.authorizer = authorizer
    self.policy = policy
  }

  /// The answer without what may not be known; nil where it is not what such a statement is answered with.
  func filtered(_ body: [UInt8]) -> [UInt8]? {
    guard let value = try? JSONReader.value(in: body), case .object(var members) = value,
      let place = members.firstIndex(where: { $0.name == "results" }),
      case .array(let results) = members[place].value
    else { return nil }
    members[place].value = .array(results.enumerated().map { index, result in filtered(result, at: index) })
    var bytes: [UInt8] = []
    JSONValue.object(members).append(to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private func filtered(_ result: JSONValue, at index: Int) -> JSONValue {
    var id = index
    if case .number(let text)? = result.member("statement_id"), let said = Int(text) { id = said }
    guard let kind = statements[id], case .object(let members) = result else { return result }
    return .object(
      members.compactMap { member in
        guard member.name == "series", case .array(let series) = member.value else { return member }
        let kept = series.compactMap { filtered($0, kind) }
        return kept.isEmpty ? nil : JSONMember(name: member.name, value: .array(kept))
      })
  }

  private func filtered(_ series: JSONValue, _ kind: Kind) -> JSONValue? {
    guard case .object(var members) = series else { return nil }
    var name = ""
    if case .string(let text)? = series.member("name") { name = text }
    if case .continuousQueries = kind, authorizer.mappings(of: name, .read, for: principal).isEmpty { return nil }
    guard let columns = members.first(where: { $0.name == "columns" })?.value, case .array(let titles) = columns,
      let place = members.firstIndex(where: { $0.name == "values" }), case .array(let rows) = members[place].value
    else { return series }
    let names = titles.map { if case .string(let title) = $0 { title } else { "" } }
    members[place].value = .array(
      rows.filter { row in
        guard case .array(let cells) = row else { return false }
        var fields: [String: String] = [:]
        for (title, cell) in zip(names, cells) {
          if case .string(let text) = cell { fields[title] = text }
        }
        return mayKnow(fields, kind, of: name)
      })
    return .object(members)
  }

  private func mayKnow(_ fields: [String: String], _ kind: Kind, of series: String) -> Bool {
    switch kind {
    case .databases:
      guard let database = fields["name"] else { return false }
      return !authorizer.mappings(of: database, .read, for: principal).isEmpty
        || !authorizer.mappings(of: database, .write, for: principal).isEmpty
    case .retentionPolicies(let database):
      return authorizer.mappings(of: database, .read, for: principal).contains {
        $0.retentionPolicy.utf8.elementsEqual((fields["name"] ?? "").utf8)
      }
    case .continuousQueries: return mayKnow(text: fields["query"] ?? "", of: series)
    case .queries:
      guard let database = fields["database"] else { return false }
      return mayKnow(text: fields["query"] ?? "", of: database)
    }
  }

  /// A text may be known by who may read everything that it names.
  private func mayKnow(text: String, of database: String) -> Bool {
    guard !authorizer.mappings(of: database, .read, for: principal).isEmpty,
      let query = try? Query(parsing: text)
    else { return false }
    let needs = query.statements.flatMap { statement in
      (statement.reads + statement.writes).map { reference in
        Access.Requirement(
          .read,
          .policy(
            database: reference.database?.text ?? database, retentionPolicy: reference.retentionPolicy?.text))
      }
    }
    return (try? authorizer.permit(needs, for: principal)) != nil
  }
}
