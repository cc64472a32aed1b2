// A pool in a loop of its own before scripted servers.

import Testing

import Threading
@testable import Transport
@testable import Upstream

final class Scene {
  let loop: EventLoop
  let pool: UpstreamPool

  convenience init(ports: [UInt16], limits: UpstreamLimits = UpstreamLimits()) throws {
    try self.init(ports.map { UpstreamMember(host: "127.0.0.1", port: $0, isTLS: false) }, limits: limits)
  }

  init(_ members: [UpstreamMember], limits: UpstreamLimits = UpstreamLimits()) throws {
    loop = try EventLoop(scratchBytes: 131_072)
    for member in members { member.resolve() }
    pool = UpstreamPool(loop: loop, members: members, tls: nil, limits: limits)
  }

  convenience init(_ server: ScriptedServer, limits: UpstreamLimits = UpstreamLimits()) throws {
    try self.init(ports: [server.port], limits: limits)
  }

  /// Begins with `start` and goes on until each condition has held in turn, doing what stands beside it.
  func play(
    _ start: @escaping () -> Void, _ steps: (until: () -> Bool, then: () -> Void)...,
    location: SourceLocation = #_sourceLocation
  ) {
    var rest = steps[...]
    let limit = Instant.now + .seconds(20)
    loop.housekeepingInterval = .milliseconds(10)
    loop.housekeeping = { [loop] in
      while let step = rest.first, step.until() {
        rest = rest.dropFirst()
        step.then()
      }
      if rest.isEmpty { return loop.stop() }
      if Instant.now > limit {
        Issue.record("step \(steps.count - rest.count + 1) never came", sourceLocation: location)
        loop.stop()
      }
    }
    start()
    loop.run()
    loop.housekeeping = nil
  }

  /// Plays exchanges one after the other, each on what the one before left.
  func play(_ exchanges: Exchange..., location: SourceLocation = #_sourceLocation) {
    var index = 0
    loop.housekeepingInterval = .milliseconds(10)
    let limit = Instant.now + .seconds(20)
    loop.housekeeping = { [loop, pool] in
      while exchanges[index].hasEnded {
        index += 1
        guard index < exchanges.count else { return loop.stop() }
        exchanges[index].begin(pool)
      }
      if Instant.now > limit {
        Issue.record("exchange \(index + 1) never ended", sourceLocation: location)
        loop.stop()
      }
    }
    exchanges[0].begin(pool)
    loop.run()
    loop.housekeeping = nil
  }
}

extension String {
  /// A response with a body of the right length.
  static func ok(_ body: String = "ok", _ fields: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
  }
}

/// A port on loopback where nobody listens.
func closedPort() throws -> UInt16 {
  let loop = try EventLoop(scratchBytes: 4_096)
  let listener = try ListeningSocket(address: "127.0.0.1", port: 0, loop: loop) { _ in }
  let port = listener.port
  listener.closeDescriptor()
  return port
}
