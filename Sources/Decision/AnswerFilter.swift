// Takes out of an upstream's answer what its reader may not know: the upstream answers for gatehouse's stronger
// credential.

import Access
import Authorizations
import Formats
import InfluxQL
import JSON

/// For statements whose answers tell of databases that the request does not name.
public final class AnswerFilter: Sendable {
  enum Kind: Sendable {
    case databases
    /// Rows of the policies of one database.
    case retentionPolicies(of: String)
    case continuousQueries
    case queries
  }

  /// Largest answer that is filtered, bytes; a longer one is refused.
  public static let maximumBytes = 4 << 20
  /// Longest answer that an event loop filters itself, bytes: a longer one would keep its other clients waiting.
  public static let maximumBytesInLoop = 16 << 10
  /// Bytes of answers that one event loop keeps at a time to have them filtered; beyond it 503.
  public static let maximumBytesKept = 64 << 20

  private let kinds: [Int: Kind]
  private let statementCount: Int
  private let principal: Principal
  private let authorizer: Authorizer
  private let policy: QueryPolicy
  /// Whether the request asks for indented JSON.
  public let isPretty: Bool
  /// Places of the statements whose times come as nanoseconds although they were not asked for so.
  private let timed: Set<Int>

  /// - Parameters:
  ///   - kinds: of the statements whose results are filtered, by their place in the query; the others' are whole.
  ///   - statementCount: how many statements the query has.
  ///   - timed: places of the statements whose times come as nanoseconds although they were not asked for so.
  init(
    _ kinds: [Int: Kind], statementCount: Int, principal: Principal, authorizer: Authorizer, policy: QueryPolicy,
    isPretty: Bool = false, timed: Set<Int> = []
  ) {
    self.isPretty = isPretty
    self.timed = timed
    self.kinds = kinds
    self.statementCount = statementCount
    self.principal = principal
    self.authorizer = authorizer
    self.policy = policy
  }

  /// The answer without what may not be known; nil where it is not what such statements are answered with. Only members
  /// that are understood are kept.
  ///
  /// - Parameter form: in which the client wants it; what comes is JSON.
  public func filtered(_ body: [UInt8], _ form: AnswerForm) -> LocalAnswer? {
    guard let results = QueryResults.results(in: body) else { return nil }
    var kept: [JSONValue] = []
    for (index, result) in results.enumerated() {
      guard let result = filtered(result, at: index) else { return nil }
      kept.append(result)
    }
    return form.answer(kept, fields: [], timed: timed)
  }

  private func filtered(_ result: JSONValue, at index: Int) -> JSONValue? {
    guard case .object(let members) = result else { return nil }
    var place = index
    if result.member("statement_id") != nil {
      // Said twice or oddly, it could be taken here for one statement and by the client for another.
      guard case .number(let text)? = result.onlyMember("statement_id"), let said = Int(text) else { return nil }
      place = said
    }
    guard (0..<statementCount).contains(place) else { return nil }
    guard let kind = kinds[place] else { return result }
    return .object(
      members.compactMap { member in
        switch (member.name, member.value) {
        case ("statement_id", .number), ("error", .string): return member
        case ("series", .array(let series)):
          let kept = series.compactMap { filtered($0, kind) }
          return kept.isEmpty ? nil : JSONMember(name: member.name, value: .array(kept))
        default: return nil
        }
      })
  }

  private func filtered(_ series: JSONValue, _ kind: Kind) -> JSONValue? {
    guard let series = ResultSeries(series) else { return nil }
    var members: [JSONMember] = []
    let name = series.name ?? ""
    if let name = series.name { members.append(JSONMember(name: "name", value: .string(name))) }
    if case .continuousQueries = kind, authorizer.mappings(of: name, .read, for: principal).isEmpty { return nil }
    members.append(JSONMember(name: "columns", value: .array(series.columns)))
    let known = (series.values ?? []).filter { row in
      guard let fields = series.fields(of: row) else { return false }
      return mayKnow(fields.compactMapValues { if case .string(let text) = $0 { text } else { nil } }, kind, of: name)
    }
    if !known.isEmpty { members.append(JSONMember(name: "values", value: .array(known))) }
    return .object(members)
  }

  private func mayKnow(_ fields: [String: String], _ kind: Kind, of series: String) -> Bool {
    switch kind {
    case .databases:
      guard let database = fields["name"] else { return false }
      return policy.actionsThatShow.contains { !authorizer.mappings(of: database, $0, for: principal).isEmpty }
    case .retentionPolicies(let database):
      guard let name = fields["name"], !name.isEmpty else { return false }
      return mayRead([.read(database, retentionPolicy: name)])
    case .continuousQueries: return mayKnow(continuousQuery: fields["query"] ?? "", of: series)
    case .queries:
      guard let database = fields["database"] else { return false }
      return mayKnow(text: fields["query"] ?? "", of: database)
    }
  }

  /// A text may be known by who may read everything that it names. An administrator's is for administrators.
  private func mayKnow(text: String, of database: String) -> Bool {
    guard !authorizer.mappings(of: database, .read, for: principal).isEmpty,
      let query = try? Query(parsing: text), !query.statements.contains(where: \.needsOperator)
    else { return false }
    return mayRead(query.statements.flatMap { policy.knowledge(of: $0, database: database) })
  }

  /// A continuous query may be known by who may read its database and every source of it. Where it writes to is said with
  /// it: whose data goes elsewhere shall see that.
  private func mayKnow(continuousQuery text: String, of database: String) -> Bool {
    guard let query = try? Query(parsing: text), query.statements.count == 1, let statement = query.statements.first,
      statement.kind == .createContinuousQuery
    else { return false }
    return mayRead(policy.sources(of: statement, database: database))
  }

  /// Also of what the directory does not know, where the permissions cover it by whatever name.
  private func mayRead(_ requirements: [Requirement]) -> Bool {
    requirements.allSatisfy { requirement in
      do throws(Denial) {
        _ = try authorizer.grants(Requirements(requirement), for: principal)
        return true
      } catch {
        return error.wouldBePermitted
      }
    }
  }
}
