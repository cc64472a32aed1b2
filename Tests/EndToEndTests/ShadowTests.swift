// A login of the file takes the place of one in the store, and the log says so (design §10).

import Foundation
import Glibc
import Testing

@Suite struct ShadowTests {
  private static func reports(_ log: String) -> [String] {
    GatehouseProcess.jsonLines(log).compactMap { line in
      let isReport = (line["message"] as? String)?.hasPrefix("a login in the store has no effect") ?? false
      return isReport ? line["login"] as? String : nil
    }
  }

  @Test func isReportedAtReloadAndAtStart() throws {
    let upstream = try ScriptedUpstream()
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.hasOperatorToken = true
    let first = try GatehouseProcess(settings)
    _ = try ManagementClient(first).create("twice", password: nil, reads: ["metrics"])
    #expect(Self.reports(first.eventLog).isEmpty)
    let declared =
      "[[authorization]]\ntoken = \"twice\"\npassword_hash = \"\(Login.writer.hash)\"\nread = [\"metrics\"]\n"
    let text = try String(contentsOfFile: first.configuration, encoding: .utf8)
    try first.folder.write("gatehouse.toml", text + declared)
    first.signal(SIGHUP)
    var rounds = 0
    while Self.reports(first.eventLog).isEmpty, rounds < 4_000 {
      usleep(5_000)
      rounds += 1
    }
    #expect(Self.reports(first.eventLog) == ["twice"])
    let checked = try Command.run([try Paths.gatehouse(), "check", "--config", first.configuration])
    #expect(checked.status == 0)
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).count
    #expect(
      checked.output.contains(":\(line): [[authorization]]: \"twice\" hides a stored login of that name (warning)"),
      "\(checked.output)")
    first.stop()
    settings.hasOperatorToken = false
    settings.sections = declared
    let second = try GatehouseProcess(settings, in: first.folder, token: first.token)
    #expect(Self.reports(second.eventLog).first == "twice")
    second.stop()
  }
}
