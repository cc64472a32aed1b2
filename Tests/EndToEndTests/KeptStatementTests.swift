// What a server keeps as text is what was decided on, whatever names stand in it: compared with a real 1.6.7.

import Foundation
import Testing

@testable import InfluxQL

@Suite struct KeptStatementTests {
  /// `GATEHOUSE_KEPT_SECONDS` makes it a long run, with other seeds from then on.
  @Test func aRealServerKeepsWhatWasDecidedOn() throws {
    let seconds = ProcessInfo.processInfo.environment["GATEHOUSE_KEPT_SECONDS"].flatMap { Double($0) } ?? 0
    let end = Date().addingTimeInterval(seconds)
    let server = try InfluxdServer()
    defer { server.stop() }
    var comparison = Comparison(server: server)
    var seed: UInt64 = 1
    repeat {
      var random = RandomContinuousQuery(seed: seed)
      for _ in 0..<(1_000 / Self.round) { try comparison.play((0..<Self.round).map { random.next($0) }) }
      seed += 1
    } while Date() < end && comparison.differences.isEmpty
    #expect(comparison.differences.isEmpty, "\(comparison.differences.prefix(5).joined(separator: "\n"))")
    // Else nothing would have been compared.
    #expect(comparison.kept > 100 && comparison.refused > 100, "\(comparison.kept) \(comparison.refused)")
    print("kept as decided: \(comparison.kept), refused: \(comparison.refused), not taken: \(comparison.notTaken)")
  }

  /// Reads and writes metrics, and nothing else.
  private static let both: Login = {
    var login = Login.reader
    login.writes = ["metrics"]
    return login
  }()

  /// Issue 10, A1: these were stored, read and wrote the other database, and outlived their maker.
  @Test func noContinuousQueryOfOneDatabaseReachesAnother() throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    let gatehouse = try server.gatehouse { $0.logins = [Self.both, .writer] }
    defer { gatehouse.stop() }
    let client = try RawClient(gatehouse)
    for field in [
      #""last(*) into metrics.autogen.:measurement from secret.autogen./.*/ group by time(1h), * end --"(v)"#,
      #""max(v) into secret.autogen.planted from metrics.autogen.cpu group by time(1s) end --"(v)"#,
      #"DISTINCT "v into metrics.autogen.t from secret.autogen.vault group by time(1s) end --""#,
    ] {
      let text =
        "CREATE CONTINUOUS QUERY r ON metrics RESAMPLE EVERY 1s FOR 30d BEGIN SELECT \(field) INTO metrics.autogen.t FROM metrics.autogen.cpu GROUP BY time(1s) END"
      for request in [
        Request.query(text, login: Self.both), Request.form("db=metrics&q=\(text.percentEncoded)", login: Self.both),
      ] {
        let answer = try client.exchange(request)
        #expect(answer.status == 400 && answer.text.contains("quotation marks"), "\(answer.status) \(answer.text)")
      }
    }
    #expect(try !server.query("SHOW CONTINUOUS QUERIES").contains("CREATE"))
  }

  @Test func aContinuousQueryIsShownToWhoMayReadItsDatabaseAndSources() throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    try server.query("CREATE RETENTION POLICY weekly ON metrics DURATION 7d REPLICATION 1")
    func create(_ name: String, on database: String, into: String, from: String) throws {
      try server.query(
        "CREATE CONTINUOUS QUERY \(name) ON \(database) BEGIN SELECT mean(v) INTO \(into) FROM \(from) GROUP BY time(1m) END"
      )
    }
    try create("own", on: "metrics", into: "metrics.weekly.x", from: "metrics.autogen.cpu")
    try create("outward", on: "metrics", into: "secret.autogen.x", from: "metrics.autogen.cpu")
    try create("inward", on: "metrics", into: "metrics.autogen.x", from: "secret.autogen.vault")
    try create("deep", on: "metrics", into: "metrics.autogen.x", from: "(SELECT v FROM secret.autogen.vault)")
    try create("elsewhere", on: "secret", into: "secret.autogen.x", from: "metrics.autogen.cpu")
    try create("both", on: "metrics", into: "metrics.autogen.x", from: "metrics.autogen.cpu, metrics.weekly.cpu")
    var policy = Login.vault
    policy.reads = ["metrics/autogen"]
    let gatehouse = try server.gatehouse { $0.logins = [Self.both, policy] }
    defer { gatehouse.stop() }
    for (login, shown) in [(Self.both, ["both", "outward", "own"]), (policy, ["outward", "own"])] {
      let answer = try RawClient(gatehouse).exchange(Request.query("SHOW CONTINUOUS QUERIES", login: login))
      let names = ["own", "outward", "inward", "deep", "elsewhere", "both"].filter {
        answer.text.contains("CREATE CONTINUOUS QUERY \($0) ")
      }
      #expect(answer.status == 200 && names.sorted() == shown, "\(login.name): \(answer.status) \(answer.text)")
    }
  }

  private static let round = 50

  private struct Comparison {
    let server: InfluxdServer
    var differences: [String] = []
    var kept = 0
    var refused = 0
    var notTaken = 0

    /// Stores a round of queries, reads them back, and does so once more with what was read.
    mutating func play(_ texts: [String]) throws {
      let statements = texts.compactMap { text -> Statement? in
        // What the request leaves out is named before it is forwarded.
        let query = try? Query(parsing: text).naming(database: "metrics") { _ in "autogen" }
        return query?.statements.first
      }
      var taken: [(statement: Statement, text: String)] = []
      for statement in statements {
        guard let text = statement.forwardingText else { continue }
        if try accepts(text) { taken.append((statement, text)) } else { notTaken += 1 }
      }
      let first = try keptTexts()
      try drop(taken.map(\.statement))
      var good: [(statement: Statement, text: String)] = []
      for (statement, sent) in taken {
        guard case .continuousQuery(let query) = statement.body, let text = first[query.name.text] else {
          differences.append("lost: \(sent)")
          continue
        }
        var printer = Printer(.early)
        printer.write(statement)
        if !printer.losesDecimals, printer.text != text {
          differences.append("sent \(sent)\nkept \(text)\nnot  \(printer.text)")
        }
        if statement.keepingProblem(roundsNumbers: true) == nil {
          kept += 1
          good.append((statement, text))
          let again = try? Query(parsing: text).statements
          let needsTheSame =
            again?.first?.reads == statement.reads && again?.first?.writes == statement.writes
            && again?.first?.needsOperator == statement.needsOperator
          if again?.count != 1 || !needsTheSame {
            differences.append("needs other things: \(sent)\nkept \(text)")
          }
        } else {
          refused += 1
        }
      }
      // The server reads what it kept as the same.
      for (_, text) in good where try !accepts(text) { differences.append("not read again: \(text)") }
      let second = try keptTexts()
      try drop(good.map(\.statement))
      for (statement, text) in good {
        guard case .continuousQuery(let query) = statement.body else { continue }
        if second[query.name.text] != text {
          differences.append("read again \(text)\nkept       \(second[query.name.text] ?? "nothing")")
        }
      }
    }

    private func accepts(_ text: String) throws -> Bool {
      do {
        try server.query(text, database: "metrics")
        return true
      } catch is HarnessFailure {
        return false
      }
    }

    private func keptTexts() throws -> [String: String] {
      let answer = try server.query("SHOW CONTINUOUS QUERIES")
      let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
      let results = object?["results"] as? [[String: Any]]
      let series = results?.first?["series"] as? [[String: Any]] ?? []
      let rows = series.flatMap { $0["values"] as? [[String]] ?? [] }
      return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }

    private func drop(_ statements: [Statement]) throws {
      for statement in statements {
        guard case .continuousQuery(let query) = statement.body else { continue }
        let dropping = Statement(kind: .dropContinuousQuery, body: .on(query.name, database: query.database))
        try server.query(dropping.forwardingText ?? "")
      }
    }
  }
}
