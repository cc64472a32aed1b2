// A real influxd 1.6.7 with authentication, folders and ports of its own.

import Foundation
import Glibc

final class InfluxdServer: Sendable {
  let port: UInt16
  private let folder: TemporaryFolder
  private let child: ChildProcess
  static let user = "gatehouse"
  static let password = "canary-upstream-8Kd2"

  /// Starts it with the databases metrics and secret and a point in the second.
  ///
  /// - Parameters:
  ///   - authenticates: whether it asks for credentials.
  ///   - hasUser: otherwise it has no user and nothing in it.
  init(authenticates: Bool = true, hasUser: Bool = true) throws {
    folder = try TemporaryFolder()
    try folder.write(
      "influxdb.conf",
      """
      reporting-disabled = true
      bind-address = "127.0.0.1:0"
      [meta]
      dir = "\(folder.path)/meta"
      [data]
      dir = "\(folder.path)/data"
      wal-dir = "\(folder.path)/wal"
      query-log-enabled = false
      [http]
      bind-address = "127.0.0.1:0"
      auth-enabled = \(authenticates)
      log-enabled = false
      [monitor]
      store-enabled = false
      [continuous_queries]
      enabled = false
      """)
    child = try ChildProcess([try Paths.influxd(), "-config", folder.file("influxdb.conf")])
    guard let log = child.errors.wait(seconds: 60, until: { Self.port($0) != nil }), let port = Self.port(log) else {
      child.signal(SIGKILL)
      throw HarnessFailure("influxd did not start: \(child.errorText.suffix(2_000))")
    }
    self.port = port
    guard hasUser else { return }
    try query("CREATE USER \(Self.user) WITH PASSWORD '\(Self.password)' WITH ALL PRIVILEGES")
    try query("CREATE DATABASE metrics")
    try query("CREATE DATABASE secret")
    try write("vault,combo=lock v=424242", database: "secret")
  }

  private static func port(_ log: [UInt8]) -> UInt16? {
    let text = String(decoding: log, as: UTF8.self)
    guard let line = text.split(separator: "\n").first(where: { $0.contains("Listening on HTTP") }),
      let address = line.split(separator: " ").first(where: { $0.hasPrefix("addr=") })
    else { return nil }
    return address.split(separator: ":").last.flatMap { UInt16($0) }
  }

  private var credential: String {
    "Authorization: Basic \(Data("\(Self.user):\(Self.password)".utf8).base64EncodedString())\r\n"
  }

  /// Runs a statement as its administrator; the body of the answer.
  @discardableResult
  func query(_ statement: String, database: String = "") throws -> String {
    let client = try RawClient(port: port, tls: false)
    let answer = try client.exchange(
      "POST /query?db=\(database)&q=\(statement.percentEncoded) HTTP/1.1\r\nHost: localhost\r\n\(credential)Content-Length: 0\r\n\r\n"
    )
    guard answer.status == 200, !answer.text.contains("\"error\"") else {
      throw HarnessFailure("influxd: \(answer.status) \(answer.text)")
    }
    return answer.text
  }

  func write(_ line: String, database: String) throws {
    let client = try RawClient(port: port, tls: false)
    let answer = try client.exchange(
      "POST /write?db=\(database) HTTP/1.1\r\nHost: localhost\r\n\(credential)Content-Length: \(line.utf8.count)\r\n\r\n\(line)"
    )
    guard answer.status == 204 else { throw HarnessFailure("influxd: \(answer.status) \(answer.text)") }
  }

  /// A gatehouse before it.
  func gatehouse(_ configure: (inout GatehouseSettings) -> Void = { _ in }) throws -> GatehouseProcess {
    var settings = GatehouseSettings(upstreamPorts: port)
    settings.hasOperatorToken = true
    settings.upstreamPassword = Self.password
    configure(&settings)
    return try GatehouseProcess(settings)
  }

  /// A value out of `/proc/PID/status` in KiB.
  func memory(_ name: String) throws -> Int { try processMemory(child.pid, name) }

  func stop() {
    child.signal(SIGTERM)
    if child.waitForEnd(seconds: 30) == nil { child.signal(SIGKILL) }
  }

  deinit { child.signal(SIGKILL) }
}
