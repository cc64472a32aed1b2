// Asks the upstream what it has: a 1.x one for its databases and retention policies.

import Authorizations
import JSON
import Transport
import Upstream

/// What an upstream has, in its own terms: identifiers of a 1.x one's buckets are the store's to give.
enum UpstreamContents: Sendable {
  case databases([InfluxDB1Database])
  case directory(Directory)
}

/// Blocks; used by the directory thread and the command line alone.
struct UpstreamInquiry {
  enum Problem: Error, CustomStringConvertible {
    case failure(UpstreamFailure)
    case status(Int)
    case unreadable

    var description: String {
      switch self {
      case .failure(let failure): failure.detail
      case .status(401), .status(403): "the upstream refuses the gateway's credential"
      case .status(let status): "the upstream answered \(status)"
      case .unreadable: "the upstream's answer cannot be read"
      }
    }
  }

  let isInfluxDB2: Bool
  let members: [UpstreamMember]
  let tls: ClientTLSContext?
  /// Value of `Authorization`.
  let authorization: String
  /// Milliseconds for each question.
  let timeout: Int
  /// For a process that stops, which does not wait for an answer.
  var interruption = Interruption()

  /// `X-Influxdb-Version` of the first member that answers.
  func version() throws(Problem) -> String? {
    try ask("/ping", authorized: false).value(of: "X-Influxdb-Version")
  }

  /// What the upstream has, and the version that it says it is.
  func contents() throws(Problem) -> (contents: UpstreamContents, version: String?) {
    if isInfluxDB2 {
      let (directory, version) = try influxDB2Directory()
      return (.directory(directory), version)
    }
    let (databases, version) = try databases()
    return (.databases(databases), version)
  }

  private func databases() throws(Problem) -> (databases: [InfluxDB1Database], version: String?) {
    let first = try query("SHOW DATABASES")
    let names = try Self.rows(of: first).compactMap { row -> String? in
      if case .string(let name) = row["name"] { name } else { nil }
    }
    var databases: [InfluxDB1Database] = []
    for name in names {
      let answer = try query("SHOW RETENTION POLICIES ON \(Self.quoted(name))")
      let policies = try Self.rows(of: answer).compactMap {
        row -> InfluxDB1Database.RetentionPolicy? in
        guard case .string(let policy) = row["name"], case .bool(let isDefault) = row["default"] else { return nil }
        return .init(name: policy, isDefault: isDefault)
      }
      databases.append(InfluxDB1Database(name: name, retentionPolicies: policies))
    }
    return (databases, first.value(of: "X-Influxdb-Version"))
  }

  /// An identifier of InfluxQL, whatever characters it holds.
  static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  private func query(_ statement: String) throws(Problem) -> BlockingClient.Answer {
    try ask("/query?q=" + Self.encoded(statement), authorized: true)
  }

  private static func rows(of answer: BlockingClient.Answer) throws(Problem) -> [[String: JSONValue]] {
    guard answer.status == 200 else { throw .status(answer.status) }
    let value: JSONValue
    do throws(JSONReader.Problem) { value = try JSONReader.value(in: answer.body) } catch { throw .unreadable }
    guard case .array(let results)? = value.member("results"), let result = results.first,
      result.member("error") == nil
    else { throw .unreadable }
    guard case .array(let series)? = result.member("series") else { return [] }
    return series.flatMap { one -> [[String: JSONValue]] in
      guard case .array(let columns)? = one.member("columns"), case .array(let values)? = one.member("values") else {
        return []
      }
      let names = columns.map { if case .string(let name) = $0 { name } else { "" } }
      return values.map { row in
        guard case .array(let cells) = row else { return [:] }
        return Dictionary(zip(names, cells), uniquingKeysWith: { first, _ in first })
      }
    }
  }

  static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }

  func ask(_ target: String, authorized: Bool) throws(Problem) -> BlockingClient.Answer {
    var latest = UpstreamFailure.unreachable("no members")
    for member in members {
      let client = BlockingClient(member: member, tls: tls, maximumBody: 64 << 20, interruption: interruption)
      do throws(UpstreamFailure) {
        return try client.send(
          method: "GET", target: target,
          fields: [("User-Agent", "gatehouse")] + (authorized ? [("Authorization", authorization)] : []), body: [],
          timeoutMilliseconds: timeout)
      } catch {
        latest = error
      }
    }
    throw .failure(latest)
  }
}
