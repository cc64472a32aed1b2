// A real gatehouse with a configuration of its own, and what it prints.

import Foundation
import Glibc
import Testing

final class GatehouseProcess: Sendable {
  let folder: TemporaryFolder
  let port: UInt16
  let plainPort: UInt16
  /// The operator token, where the settings wanted one.
  let token: String
  private let child: Awaited<ChildProcess>
  /// What must never be in any output.
  private let canaries: Awaited<[String]>

  var configuration: String { folder.file("gatehouse.toml") }
  var pid: pid_t { child.current.pid }
  var accessLog: String { child.current.outputText }
  var eventLog: String { child.current.errorText }

  /// `token` is one made before, for a restart in the same folder.
  init(_ settings: GatehouseSettings, in folder: TemporaryFolder? = nil, token known: String = "") throws {
    let folder = try folder ?? TemporaryFolder()
    let certificate = try Certificate.shared.get()
    try folder.write("gatehouse.toml", settings.toml(certificate: certificate))
    self.folder = folder
    let token = settings.hasOperatorToken ? try Self.makeOperatorToken(folder.file("gatehouse.toml")) : nil
    self.token = token ?? known
    canaries = Awaited(
      settings.logins.flatMap(\.secrets) + [settings.upstreamToken ?? settings.upstreamPassword]
        + (token.map { [$0] } ?? []))
    let started = try Self.start(in: folder, descriptors: settings.descriptors)
    child = Awaited(started.child)
    (port, plainPort) = (started.ports[0], started.ports[1])
    if settings.awaitsDirectory { try awaitDirectory() }
  }

  /// Asks for its health, as a service manager does, until it is ready for data.
  private func awaitDirectory() throws {
    let client = try RawClient(self, tls: false)
    for _ in 0..<4_000 {
      if try client.exchange("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200 { return }
      usleep(5_000)
    }
    throw HarnessFailure("no directory: \(eventLog)")
  }

  /// Starts the program and returns once both its listeners have said that they accept.
  private static func start(
    in folder: TemporaryFolder, descriptors: Int?
  ) throws -> (child: ChildProcess, ports: [UInt16]) {
    let child = try ChildProcess(
      limited([try Paths.gatehouse(), "serve", "--config", folder.file("gatehouse.toml")], descriptors))
    guard child.errors.wait(until: { listeningPorts($0).count >= 2 || !child.isRunning }) != nil,
      case let ports = listeningPorts(child.errors.current), ports.count >= 2
    else {
      child.signal(SIGKILL)
      throw HarnessFailure("gatehouse did not start: \(child.errorText)\(child.outputText)")
    }
    return (child, ports)
  }

  /// A command with a limit of descriptors that it cannot raise.
  static func limited(_ command: [String], _ descriptors: Int?) -> [String] {
    guard let descriptors else { return command }
    return ["/bin/sh", "-c", "ulimit -n \(descriptors); exec \"$0\" \"$@\""] + command
  }

  private static func listeningPorts(_ log: [UInt8]) -> [UInt16] {
    jsonLines(String(decoding: log, as: UTF8.self)).compactMap { line in
      guard line["message"] as? String == "listening", let address = line["address"] as? String else { return nil }
      return address.split(separator: ":").last.flatMap { UInt16($0) }
    }
  }

  static func jsonLines(_ text: String) -> [[String: Any]] {
    text.split(separator: "\n").compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
    }
  }

  /// Lines of the access log so far, each decoded, without the questions for its health; a line that is not JSON is an issue.
  func accessRecords() -> [[String: Any]] {
    accessLines.compactMap { line in
      let record = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
      if record == nil { Issue.record("not one JSON object: \(line.prefix(300))") }
      return record
    }
  }

  /// Lines of the access log so far, without the questions for its health.
  var accessLines: [Substring] { accessLog.split(separator: "\n").filter { !$0.contains("\"/health\"") } }

  func addCanary(_ secret: String) { canaries.change { $0.append(secret) } }

  /// A value out of `/proc/PID/status` in KiB, e.g. `VmHWM`.
  func memory(_ name: String) throws -> Int { try processMemory(pid, name) }

  /// Whether a sanitizer watches it: its shadow fills terabytes of addresses, and its figures mean nothing.
  var isSanitized: Bool { ((try? memory("VmSize")) ?? 0) > 1 << 30 }

  /// Its memory stays within so many KiB more than `before`.
  func expectMemory(
    _ name: String = "VmHWM", within kibibytes: Int, of before: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    guard !isSanitized else { return }
    let now = try memory(name)
    #expect(now - before < kibibytes, "\(name) went from \(before) to \(now) KiB", sourceLocation: sourceLocation)
  }

  /// Hundredths of a second of processor time that it has used so far.
  func processorTicks() throws -> Int {
    let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
      throw HarnessFailure("not understood: \(stat)")
    }
    return user + system
  }

  /// Waits for a line of the event log that fits.
  @discardableResult
  func waitForEvent(_ fits: ([String: Any]) -> Bool) -> Bool {
    child.current.errors.wait { Self.jsonLines(String(decoding: $0, as: UTF8.self)).contains(where: fits) } != nil
  }

  /// Lines of the event log so far.
  var eventRecords: [[String: Any]] { Self.jsonLines(eventLog) }

  /// Descriptors that the process holds open.
  func descriptorCount() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count }

  var isRunning: Bool { child.current.isRunning }

  func signal(_ number: Int32) { child.current.signal(number) }

  func waitForEnd(seconds: Double = 60) -> Int32? { child.current.waitForEnd(seconds: seconds) }

  /// Runs a subcommand on this configuration.
  func command(_ arguments: String..., input: String = "") throws -> Command {
    try Command.run([try Paths.gatehouse()] + arguments + ["--config", configuration], input: input)
  }

  func command(arguments: [String]) throws -> Command {
    try Command.run([try Paths.gatehouse()] + arguments + ["--config", configuration])
  }

  private static func makeOperatorToken(_ configuration: String) throws -> String {
    let command = try Command.run([try Paths.gatehouse(), "token", "create", "--operator", "--config", configuration])
    guard command.status == 0, !command.line.isEmpty else {
      throw HarnessFailure("token create: \(command.status) \(command.output)\(command.errors)")
    }
    return command.line
  }

  /// Makes an operator token with the command line beside the running server.
  func makeOperatorToken() throws -> String {
    let token = try Self.makeOperatorToken(configuration)
    addCanary(token)
    return token
  }

  /// Ends it in order and looks through all that it printed.
  func stop(sourceLocation: SourceLocation = #_sourceLocation) {
    signal(SIGTERM)
    let status = waitForEnd(seconds: 40)
    if status == nil { signal(SIGKILL) }
    #expect(
      status == 0, "gatehouse ended with \(status.map(String.init) ?? "nothing"): \(eventLog.suffix(1_000))",
      sourceLocation: sourceLocation)
    checkOutputs(sourceLocation: sourceLocation)
  }

  /// No secret stands in any output or in any file but the store and the configuration.
  func checkOutputs(sourceLocation: SourceLocation = #_sourceLocation) {
    for canary in canaries.current {
      #expect(!accessLog.contains(canary), "a secret in the access log", sourceLocation: sourceLocation)
      #expect(!eventLog.contains(canary), "a secret in the event log", sourceLocation: sourceLocation)
    }
  }

  deinit { child.current.signal(SIGKILL) }
}

/// A value out of `/proc/PID/status` in KiB.
func processMemory(_ pid: pid_t, _ name: String) throws -> Int {
  let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
  guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }),
    let number = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
  else { throw HarnessFailure("no \(name) in \(status)") }
  return number
}
