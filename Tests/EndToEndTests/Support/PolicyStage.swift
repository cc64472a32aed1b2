// A server with a database and policies that a login may not read, and what gives them away.

import Testing

/// Before a real influxd that holds two databases, of which `both` may read and write metrics, and nothing else.
enum PolicyStage {
  /// Reads and writes metrics, and nothing else.
  static let both: Login = {
    var login = Login.reader
    login.writes = ["metrics"]
    return login
  }()

  /// What stands in secret alone.
  static let marks = ["vault", "combo", "lock", "424242", "hidden"]

  /// A stage with a policy `hidden` on secret and a point in metrics.
  static func play(
    _ configure: @escaping (inout GatehouseSettings) -> Void = { _ in },
    _ body: (InfluxdServer, GatehouseProcess) throws -> Void
  ) throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    try server.query("CREATE RETENTION POLICY hidden ON secret DURATION 1d REPLICATION 1")
    try server.query("CREATE RETENTION POLICY weekly ON metrics DURATION 7d REPLICATION 1")
    try server.write("cpu,host=a v=1", database: "metrics")
    let gatehouse = try server.gatehouse {
      $0.logins = [both, .writer, .mallory]
      configure(&$0)
    }
    do { try body(server, gatehouse) } catch { Issue.record("\(error)\nevents: \(gatehouse.eventLog.suffix(1_500))") }
    gatehouse.stop()
  }

  static func expectNothing(of marks: [String], in answer: HTTPAnswer, to statement: String) {
    if answer.status != 200 {
      #expect([400, 403].contains(answer.status), "\(statement): \(answer.status) \(answer.text)")
      #expect(!answer.text.contains("results"), "\(statement): \(answer.text)")
      return
    }
    // A name that the client gave itself comes back.
    if answer.text.contains("retention policy not found: secret") { return }
    for mark in marks { #expect(!answer.text.contains(mark), "\(statement): \(answer.text)") }
  }

}
