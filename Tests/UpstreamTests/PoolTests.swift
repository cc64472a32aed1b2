// Who waits is served in order, and a member that is down is passed over.

import HTTP
import Testing

import Threading
@testable import Transport
@testable import Upstream

@Suite struct PoolTests {
  @Test func servesWaitersInOrder() throws {
    let script = (1...4).flatMap { [ScriptedServer.Action.readRequest, .send(.ok("\($0)"))] } + [.awaitEnd]
    let server = try ScriptedServer(script)
    let scene = try Scene(server, limits: UpstreamLimits(connections: 1))
    let exchanges = (1...4).map { _ in Exchange() }
    scene.play(
      { for exchange in exchanges { exchange.begin(scene.pool) } }, ({ exchanges.allSatisfy(\.hasEnded) }, {}))
    #expect(exchanges.map(\.text) == ["1", "2", "3", "4"])
    #expect(scene.pool.openConnections == 1)
    exchanges[3].connection?.abandon()
    server.join()
    #expect(server.connections == 1)
  }

  @Test func letsNobodyOvertakeWhoWaits() throws {
    let script = (1...3).flatMap { [ScriptedServer.Action.readRequest, .send(.ok("\($0)"))] } + [.awaitEnd]
    let server = try ScriptedServer(script)
    let scene = try Scene(server, limits: UpstreamLimits(connections: 1))
    let first = Exchange()
    let waiting = Exchange()
    let greedy = Exchange()
    // As a client with pipelined requests: its next one is there the moment its response is complete.
    first.onEnd = { greedy.begin(scene.pool) }
    scene.play(
      {
        first.begin(scene.pool)
        waiting.begin(scene.pool)
      }, ({ waiting.hasEnded && greedy.hasEnded }, {}))
    #expect(first.text == "1")
    #expect(waiting.text == "2")
    #expect(greedy.text == "3")
    greedy.connection?.abandon()
    server.join()
  }

  @Test func forgetsWhoNoLongerWaits() throws {
    let script = (1...2).flatMap { [ScriptedServer.Action.readRequest, .send(.ok("\($0)"))] } + [.awaitEnd]
    let server = try ScriptedServer(script)
    let scene = try Scene(server, limits: UpstreamLimits(connections: 1))
    let first = Exchange()
    let gone = Exchange()
    let last = Exchange()
    scene.play(
      {
        first.begin(scene.pool)
        gone.begin(scene.pool)
        last.begin(scene.pool)
        scene.pool.cancelWait(of: gone)
      }, ({ first.hasEnded && last.hasEnded }, {}))
    #expect(gone.connection == nil && !gone.hasEnded)
    #expect(last.text == "2")
    last.connection?.abandon()
    server.join()
  }

  @Test func opensNoMoreThanItsLimit() throws {
    let script = (1...6).flatMap { _ in [ScriptedServer.Action.readRequest, .send(.ok())] }
    let server = try ScriptedServer(script, script, script)
    let scene = try Scene(server, limits: UpstreamLimits(connections: 3, idleTimeout: .milliseconds(300)))
    let exchanges = (0..<6).map { _ in Exchange() }
    scene.play(
      { for exchange in exchanges { exchange.begin(scene.pool) } },
      ({ exchanges.allSatisfy(\.hasEnded) }, { #expect(scene.pool.openConnections <= 3) }),
      ({ scene.pool.openConnections == 0 }, {}))
    #expect(exchanges.allSatisfy { $0.text == "ok" })
    server.join()
  }

  @Test func takesAnotherMemberWhereOneIsDown() throws {
    let server = try ScriptedServer(
      [.readRequest, .send(.ok("one")), .readRequest, .send(.ok("two")), .awaitEnd])
    let scene = try Scene(ports: [try closedPort(), server.port])
    let first = Exchange()
    let second = Exchange()
    scene.play(first, second)
    #expect(first.text == "one")
    #expect(first.connection?.member.port == server.port)
    #expect(second.text == "two")
    second.connection?.abandon()
    server.join()
  }

  @Test func saysThatAllAreDown() throws {
    let ports = [try closedPort(), try closedPort()]
    let scene = try Scene(ports: ports)
    let first = Exchange()
    let second = Exchange()
    scene.play(
      {
        first.begin(scene.pool); second.begin(scene.pool)
      }, ({ first.hasEnded && second.hasEnded }, {}))
    for exchange in [first, second] {
      guard case .unreachable = exchange.failure?.kind else {
        Issue.record("\(String(describing: exchange.failure))")
        continue
      }
      #expect(exchange.failure?.status == 502)
      #expect(exchange.failure?.mayRepeat == false)
      #expect(exchange.failure?.phase == .connecting)
      #expect(ports.map { "127.0.0.1:\($0)" }.contains(exchange.failure?.member))
    }
    #expect(scene.pool.openConnections == 0)
  }

  @Test func usesAMemberAgainOnceItIsBack() throws {
    let port = try closedPort()
    let scene = try Scene(ports: [port])
    let first = Exchange()
    scene.play(first)
    #expect(first.failure != nil)
    let server = try ScriptedServer([.readRequest, .send(.ok()), .awaitEnd])
    let again = try Scene(ports: [port, server.port])
    let second = Exchange()
    again.play(second)
    #expect(second.text == "ok")
    second.connection?.abandon()
    server.join()
  }

  @Test func failsWithoutAnAddress() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let member = UpstreamMember(host: "no-such-host.invalid", port: 80, isTLS: false)
    let pool = UpstreamPool(loop: loop, members: [member], tls: nil, limits: UpstreamLimits())
    let exchange = Exchange()
    exchange.onEnd = { loop.stop() }
    exchange.begin(pool)
    loop.run()
    guard case .unreachable = exchange.failure?.kind else {
      Issue.record("\(String(describing: exchange.failure))")
      return
    }
  }

  @Test func bracketsNumericIPv6InItsAuthority() {
    #expect(UpstreamMember(host: "::1", port: 8086, isTLS: false).name == "[::1]:8086")
    #expect(UpstreamMember(host: "influx", port: 80, isTLS: false).name == "influx:80")
  }

  @Test func keepsWordsThatLoseDataOutOfEveryReason() {
    let kinds: [UpstreamFailure.Kind] = [
      .unreachable("partial write"), .handshake("partial write"), .reset, .malformed(.malformedField), .timedOut,
      .exhausted,
      .credentialRefused(401),
    ]
    for kind in kinds {
      let failure = UpstreamFailure(kind, .awaiting)
      #expect((502...504).contains(failure.status))
      for word in ["retention policy not found", "partial write", "unable to parse", "hinted handoff"] {
        #expect(!failure.reason.contains(word))
      }
    }
  }
}

@Suite struct BlockingClientTests {
  @Test func readsAWholeAnswer() throws {
    let server = try ScriptedServer([
      .readRequest, .send("HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
      .awaitEnd,
    ])
    let client = BlockingClient(host: "127.0.0.1", port: server.port, tls: nil)
    let answer = try client.send(
      method: "POST", target: "/x?y", fields: [("A", "b")], body: Array("body".utf8), timeout: .milliseconds(10_000))
    #expect(answer.status == 200)
    #expect(answer.value(of: "x-a") == "b")
    #expect(answer.body == Array("ok".utf8))
    server.join()
    #expect(
      server.requests == [
        "POST /x?y HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\nA: b\r\nContent-Length: 4\r\n\r\nbody"
      ])
  }

  @Test func refusesALongerAnswerThanItWants() throws {
    let server = try ScriptedServer([.readRequest, .send(.ok("0123456789")), .awaitEnd])
    let client = BlockingClient(host: "127.0.0.1", port: server.port, tls: nil, maximumBody: 9)
    #expect(throws: UpstreamFailure.self) {
      try client.send(method: "GET", target: "/", fields: [], body: [], timeout: .milliseconds(10_000))
    }
    server.join()
  }

  @Test func saysWhyThereIsNoAnswer() throws {
    let client = BlockingClient(host: "127.0.0.1", port: try closedPort(), tls: nil)
    #expect(throws: UpstreamFailure.self) {
      try client.send(method: "GET", target: "/", fields: [], body: [], timeout: .milliseconds(10_000))
    }
    let silent = try ScriptedServer([.readRequest, .awaitEnd])
    let waiting = BlockingClient(host: "127.0.0.1", port: silent.port, tls: nil)
    let late = #expect(throws: UpstreamFailure.self) {
      try waiting.send(method: "GET", target: "/", fields: [], body: [], timeout: .milliseconds(1))
    }
    #expect(late?.kind == .timedOut)
    silent.join()
  }
}
