// Asks the upstream what it has: a 1.x one for its databases and retention policies.

import Authorizations
import Decision
import Formats
import Gateway
import JSON
import Threading
import Transport
import Upstream

/// What an upstream has, in its own terms: identifiers of a 1.x one's buckets are the store's to give.
enum UpstreamContents: Sendable {
  case databases([InfluxDB1Database])
  case directory(Directory)
}

extension UpstreamContents {
  /// What the whole says to one question.
  func reading(of question: DirectoryQuestion) -> DirectoryReading {
    guard case .policies(let database) = question else { return .published }
    switch self {
    case .databases(let databases):
      let found = databases.first { $0.name.utf8.elementsEqual(database) }
      return .policies(found?.retentionPolicies.map(\.name) ?? [])
    case .directory(let directory):
      return .policies(
        directory.mappings.filter { $0.database.utf8.elementsEqual(database) }.map(\.retentionPolicy))
    }
  }
}

/// Blocks; used by the directory thread and the command line alone.
struct UpstreamInquiry {
  enum Problem: Error, CustomStringConvertible {
    case failure(UpstreamFailure)
    case status(Int)
    /// What the upstream says of a statement.
    case statement(String)
    case unreadable

    var description: String {
      switch self {
      case .failure(let failure): failure.detail
      case .status(401), .status(403): "the upstream refuses the gateway's credential"
      case .status(let status): "the upstream answered \(status)"
      case .statement(let text): "the upstream answered: \(text.prefix(256))"
      case .unreadable: "the upstream's answer cannot be read"
      }
    }
  }

  let dialect: Dialect
  let members: [UpstreamMember]
  let tls: ClientTLSContext?
  /// Value of `Authorization` for these questions.
  var authorization: String
  /// Every value that gatehouse sends upstream for its own.
  var credentials: [String] = []
  /// For each question.
  let timeout: Interval
  /// For a process that stops, which does not wait for an answer.
  var interruption = Interruption()

  /// `X-Influxdb-Version` of the first member that answers.
  func version() throws(Problem) -> String? {
    try ask("/ping", authorized: false).value(of: "X-Influxdb-Version")
  }

  /// What the upstream has, and the version that it says it is.
  func contents() throws(Problem) -> (contents: UpstreamContents, version: String?) {
    if dialect.hasRetentionPolicies {
      let (databases, version) = try databases()
      return (.databases(databases), version)
    }
    let (directory, version) = try influxDB2Directory()
    return (.directory(directory), version)
  }

  private func databases() throws(Problem) -> (databases: [InfluxDB1Database], version: String?) {
    let first = try query("SHOW DATABASES")
    let names = try Self.rows(of: first).compactMap { row -> String? in
      if case .string(let name) = row["name"] { name } else { nil }
    }
    var databases: [InfluxDB1Database] = []
    for name in names {
      // Dropped in between, it is left out.
      if let database = try database(named: name) { databases.append(database) }
    }
    return (databases, first.value(of: "X-Influxdb-Version"))
  }

  /// nil where there is none.
  private func database(named name: String) throws(Problem) -> InfluxDB1Database? {
    let answer = try query("SHOW RETENTION POLICIES ON \(Self.quoted(name))")
    let rows: [[String: JSONValue]]
    do throws(Problem) { rows = try Self.rows(of: answer) } catch {
      if case .statement(let text) = error, text.utf8.starts(with: "database not found".utf8) { return nil }
      throw error
    }
    return InfluxDB1Database(
      name: name,
      retentionPolicies: rows.compactMap { row in
        guard case .string(let policy) = row["name"], case .bool(let isDefault) = row["default"] else { return nil }
        return .init(name: policy, isDefault: isDefault)
      })
  }

  /// Asks a 1.x upstream for a part of what it has, and changes `databases`, which is all that was known, by it.
  func read(
    _ question: DirectoryQuestion, into databases: inout [InfluxDB1Database]
  ) throws(Problem) -> DirectoryReading {
    guard case .policies(let bytes) = question else {
      let names = try Self.rows(of: try query("SHOW DATABASES")).compactMap { row -> String? in
        if case .string(let name) = row["name"] { name } else { nil }
      }
      let known = Dictionary(databases.map { (Array($0.name.utf8), $0) }, uniquingKeysWith: { first, _ in first })
      var latest: [InfluxDB1Database] = []
      for name in names {
        if let one = known[Array(name.utf8)] {
          latest.append(one)
        } else if let one = try database(named: name) {
          latest.append(one)
        }
      }
      databases = latest
      return .published
    }
    let found = try database(named: String(decoding: bytes, as: UTF8.self))
    let place = databases.firstIndex { $0.name.utf8.elementsEqual(bytes) }
    switch (found, place) {
    case (let found?, let place?): databases[place] = found
    case (let found?, nil): databases.append(found)
    case (nil, let place?): databases.remove(at: place)
    case (nil, nil): break
    }
    return .policies(found?.retentionPolicies.map(\.name) ?? [])
  }

  /// Whether the upstream takes no notice of a credential of gatehouse's: the status that it answers, nil where it takes
  /// all of them.
  ///
  /// - Parameter exceptAsking: whether the one that asks has been proven already.
  func refusedCredential(exceptAsking: Bool) -> Int? {
    for credential in credentials where !exceptAsking || credential != authorization {
      let target = dialect.hasAPI2 ? "/api/v2/orgs?limit=1" : "/query?q=" + PercentCoding.encoded("SHOW DATABASES")
      // What answers something else, or nothing, says nothing of the credential.
      guard let status = try? ask(target, authorization: credential).status else { continue }
      if status == 401 || (status == 403 && !dialect.hasAPI2) { return status }
    }
    return nil
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
    try ask("/query?q=" + PercentCoding.encoded(statement), authorized: true)
  }

  static func rows(of answer: BlockingClient.Answer) throws(Problem) -> [[String: JSONValue]] {
    guard answer.status == 200 else { throw .status(answer.status) }
    guard let result = QueryResults.results(in: answer.body)?.first else { throw .unreadable }
    if let error = result.member("error") {
      if case .string(let text) = error { throw .statement(text) }
      throw .unreadable
    }
    guard case .array(let series)? = result.member("series") else { return [] }
    return series.flatMap { ResultSeries($0)?.rows ?? [] }
  }

  func ask(_ target: String, authorized: Bool) throws(Problem) -> BlockingClient.Answer {
    try ask(target, authorization: authorized ? authorization : nil)
  }

  func ask(_ target: String, authorization: String?) throws(Problem) -> BlockingClient.Answer {
    var latest = UpstreamFailure(.unreachable("no members"), .connecting)
    for member in members {
      let client = BlockingClient(member: member, tls: tls, maximumBody: 64 << 20, interruption: interruption)
      do throws(UpstreamFailure) {
        return try client.send(
          method: "GET", target: target,
          fields: [("User-Agent", "gatehouse")] + (authorization.map { [("Authorization", $0)] } ?? []), body: [],
          timeout: timeout)
      } catch {
        latest = error
      }
    }
    throw .failure(latest)
  }
}
