// A gatehouse before a scripted upstream: the stage of most tests.

import Testing

struct Scene {
  let gatehouse: GatehouseProcess
  let upstream: ScriptedUpstream

  /// Runs a test on a stage of its own and stops it in order afterwards.
  static func play(
    directory: UpstreamDirectory = UpstreamDirectory(), settings: (inout GatehouseSettings) -> Void = { _ in },
    script: @escaping ScriptedUpstream.Script = { try $0.obey() }, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Scene) throws -> Void
  ) throws {
    let upstream = try ScriptedUpstream(directory: directory, script: script)
    var configured = GatehouseSettings(upstreamPorts: upstream.port)
    settings(&configured)
    let scene = Scene(gatehouse: try GatehouseProcess(configured), upstream: upstream)
    do {
      try body(scene)
    } catch {
      Issue.record("\(error)\nevents: \(scene.gatehouse.eventLog.suffix(1_500))", sourceLocation: sourceLocation)
    }
    scene.gatehouse.stop(sourceLocation: sourceLocation)
  }

  func connect(tls: Bool = true) throws -> RawClient { try RawClient(gatehouse, tls: tls) }

  /// A write of one line that must go through, on a connection of its own; it marks the order of what the upstream saw.
  func writeMarker(_ name: String = "marker", sourceLocation: SourceLocation = #_sourceLocation) throws {
    let answer = try connect().exchange(Request.write("\(name) v=1"))
    #expect(answer.status == 204, "the marker: \(answer.status) \(answer.text)", sourceLocation: sourceLocation)
  }

  /// Nothing but the marker, sent now, has reached the upstream.
  func expectUntouchedUpstream(sourceLocation: SourceLocation = #_sourceLocation) throws {
    try writeMarker(sourceLocation: sourceLocation)
    let requests = upstream.requests
    #expect(
      requests.count == 1, "the upstream saw \(requests.map(\.head))", sourceLocation: sourceLocation)
    #expect(upstream.text.contains("marker v=1"), sourceLocation: sourceLocation)
  }
}
