// A connection is used again only where the next response cannot be mistaken (security B1 rows 12 and 13, B7 row 62).

import Testing

import Threading
@testable import Upstream

@Suite struct ReuseTests {
  @Test func reusesAConnection() throws {
    let server = try ScriptedServer([.readRequest, .send(.ok("one")), .readRequest, .send(.ok("two")), .awaitEnd])
    do {
      let scene = try Scene(server)
      let first = Exchange()
      let second = Exchange()
      scene.play(first, second)
      #expect(first.text == "one" && !first.wasReused)
      #expect(second.text == "two" && second.wasReused)
      #expect(scene.pool.openConnections == 1)
      second.connection?.abandon()
    }
    server.join()
    #expect(server.connections == 1)
  }

  @Test func replacesAConnectionThatTheUpstreamClosed() throws {
    let server = try ScriptedServer(
      [.readRequest, .send(.ok("one"))], [.readRequest, .send(.ok("two")), .awaitEnd])
    let scene = try Scene(server)
    let first = Exchange()
    let second = Exchange()
    scene.play(
      { first.begin(scene.pool) },
      ({ first.hasEnded && scene.pool.openConnections == 0 }, { second.begin(scene.pool) }),
      ({ second.hasEnded }, { second.connection?.abandon() }))
    #expect(second.text == "two")
    #expect(!second.wasReused)
    server.join()
  }

  @Test func saysThatARequestMayBeRepeatedWhereAKeptConnectionBroke() throws {
    let server = try ScriptedServer([.readRequest, .send(.ok()), .readRequest])
    let scene = try Scene(server)
    let first = Exchange()
    let second = Exchange()
    scene.play(first, second)
    #expect(second.failure?.kind == .reset)
    #expect(second.failure?.mayRepeat == true)
    #expect(second.failure?.phase == .awaiting)
    server.join()
  }

  @Test func neverRepeatsOnANewConnection() throws {
    let server = try ScriptedServer([.readRequest])
    let scene = try Scene(server)
    let exchange = Exchange()
    scene.play(exchange)
    #expect(exchange.failure?.kind == .reset)
    #expect(exchange.failure?.mayRepeat == false)
    server.join()
  }

  @Test(arguments: ["H", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\n"])
  func neverRepeatsOnceAResponseHasBegun(beginning: String) throws {
    let server = try ScriptedServer([.readRequest, .send(.ok()), .readRequest, .send(beginning)])
    let scene = try Scene(server)
    let first = Exchange()
    let second = Exchange()
    scene.play(first, second)
    #expect(second.failure?.kind == .reset)
    #expect(second.failure?.mayRepeat == false)
    server.join()
  }

  @Test func refusesBytesAfterTheEnd() throws {
    let server = try ScriptedServer([.readRequest, .send(.ok() + "HTTP/1.1 200 OK\r\n"), .awaitEnd])
    let scene = try Scene(server)
    let exchange = Exchange()
    scene.play(exchange)
    #expect(exchange.status == nil || scene.pool.openConnections == 0)
    #expect(exchange.failure != nil || exchange.text == "ok")
    #expect(scene.pool.openConnections == 0)
    server.join()
  }

  @Test func neverReusesAConnectionWithBytesAfterTheEnd() throws {
    let server = try ScriptedServer(
      [.readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), .pause, .send("okHTTP/1.1 200"), .awaitEnd])
    let scene = try Scene(server)
    let exchange = Exchange()
    exchange.onHead = { _ in server.proceed() }
    scene.play(exchange)
    #expect(exchange.text == "ok")
    #expect(scene.pool.openConnections == 0)
    server.join()
  }

  @Test func closesAnIdleConnectionThatSpeaksUnasked() throws {
    let server = try ScriptedServer([.readRequest, .send(.ok()), .pause, .send("HTTP/1.1 200 OK\r\n\r\n"), .awaitEnd])
    let scene = try Scene(server)
    let exchange = Exchange()
    scene.play(
      { exchange.begin(scene.pool) },
      ({ exchange.isComplete && scene.pool.openConnections == 1 }, { server.proceed() }),
      ({ scene.pool.openConnections == 0 }, {}))
    server.join()
  }

  @Test(arguments: ["Connection: close\r\n", "Connection: x, Close\r\n"])
  func closesWhereTheUpstreamSaysSo(field: String) throws {
    let server = try ScriptedServer([.readRequest, .send(.ok("ok", field)), .awaitEnd])
    let scene = try Scene(server)
    let exchange = Exchange()
    scene.play(exchange)
    #expect(exchange.text == "ok")
    #expect(scene.pool.openConnections == 0)
    server.join()
  }

  @Test func neverReusesAfterAnEarlyResponse() throws {
    let server = try ScriptedServer([.read(10), .send(.ok("early")), .awaitEnd])
    let scene = try Scene(server)
    let exchange = Exchange("POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning")
    exchange.isWhole = false
    scene.play(exchange)
    #expect(exchange.text == "early")
    #expect(scene.pool.openConnections == 0)
    server.join()
  }

  @Test func neverReusesAnAbandonedConnection() throws {
    let server = try ScriptedServer(
      [.readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .awaitEnd],
      [.readRequest, .send(.ok("whole")), .awaitEnd])
    let scene = try Scene(server)
    let first = Exchange()
    first.onHead = { $0.abandon() }
    let second = Exchange()
    scene.play(
      { first.begin(scene.pool) },
      ({ first.status != nil && scene.pool.openConnections == 0 }, { second.begin(scene.pool) }),
      ({ second.hasEnded }, { second.connection?.abandon() }))
    #expect(second.text == "whole")
    #expect(!first.hasEnded)
    server.join()
  }

  @Test func closesWhatIsIdleForTooLong() throws {
    let server = try ScriptedServer([.readRequest, .send(.ok()), .awaitEnd])
    let scene = try Scene(server, limits: UpstreamLimits(idleTimeout: .milliseconds(1)))
    let exchange = Exchange()
    scene.play({ exchange.begin(scene.pool) }, ({ exchange.isComplete && scene.pool.openConnections == 0 }, {}))
    server.join()
  }

  @Test func keepsNoMoreIdleThanItsLimit() throws {
    let script: [ScriptedServer.Action] = [.readRequest, .pause, .send(.ok()), .awaitEnd]
    let server = try ScriptedServer(script, script, script)
    let scene = try Scene(server, limits: UpstreamLimits(idleConnections: 1, idleTimeout: .milliseconds(300)))
    let exchanges = [Exchange(), Exchange(), Exchange()]
    scene.play(
      { for exchange in exchanges { exchange.begin(scene.pool) } },
      ({ server.requests.count == 3 }, { for _ in exchanges { server.proceed() } }),
      ({ exchanges.allSatisfy(\.isComplete) }, { #expect(scene.pool.openConnections == 1) }),
      ({ scene.pool.openConnections == 0 }, {}))
    server.join()
  }
}
