// Our own OpenAPI text says what is served: nothing more, nothing less, nothing otherwise.

import Foundation
import Testing

@Suite struct ContractTests {
  @Test func servesWhatTheTextSaysAndNothingElse() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      // A gatehouse whose InfluxDB never answered has no directory.
      let closed = try ScriptedUpstream()
      closed.stopListening()
      var settings = GatehouseSettings(upstreamPorts: closed.port)
      settings.hasOperatorToken = true
      settings.awaitsDirectory = false
      let down = try GatehouseProcess(settings)
      defer { down.stop() }

      let folder = scene.gatehouse.folder
      let none = try scene.gatehouse.command("token", "create", "--permission", "read:checks")
      scene.gatehouse.addCanary(none.line)
      let declared = try ManagementClient(scene.gatehouse).list()[Login.reader.name]?["id"] as? String
      let arguments = [
        "--base", "https://localhost:\(scene.gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
        "--token", scene.gatehouse.token, "--none", none.line, "--declared", declared ?? "",
        "--store", folder.file("gatehouse.db"), "--down", "https://localhost:\(down.port)", "--down-token", down.token,
      ]
      let command = try Command.run(
        [
          try Paths.python(), Paths.fixture("contract/openapi_check.py"),
          Paths.package.appending(path: "config/openapi.yml").path,
        ] + arguments)
      #expect(command.status == 0, "\(command.output)\(command.errors)")
    }
  }
}
