// A response is passed on as what it is, or not at all (security B1, row 12).

import HTTP
import Testing

import Threading
@testable import Upstream

@Suite struct ResponseTests {
  /// What `response` comes to on a new connection.
  private func answer(
    _ response: ScriptedServer.Action, answersHead: Bool = false, limits: UpstreamLimits = UpstreamLimits(),
    thenCloses: Bool = false
  ) throws -> (exchange: Exchange, open: Int) {
    let server = try ScriptedServer([.readRequest, response] + (thenCloses ? [] : [.awaitEnd]))
    let scene = try Scene(server, limits: limits)
    let exchange = Exchange()
    exchange.answersHead = answersHead
    scene.play(exchange)
    let open = scene.pool.openConnections
    exchange.connection?.abandon()
    server.join()
    return (exchange, open)
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok", HeadProblem.contentLengthRepeated),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", .contentLengthRepeated),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      .transferEncodingWithContentLength
    ),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .transferEncodingInvalid),
    ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .contentLengthInvalid),
    ("HTTP/1.1 204 No Content\r\n\r\nbody", .contentLengthInvalid),
    ("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody", .contentLengthInvalid),
    ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", .malformedField), ("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", .malformedField),
    ("HTTP/1.1 200 OK\nX: y\n\n", .bareLineFeed), ("HTTP/1.1 99 OK\r\n\r\n", .malformedStatusLine),
    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", .malformedStatusLine),
    ("SSH-2.0-OpenSSH\r\n", .malformedStatusLine), ("\u{15}\u{3}\u{3}", .malformedStatusLine),
    ("HTTP/2 200\r\n\r\n", .malformedStatusLine), ("hello", .malformedStatusLine),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .malformedChunk),
  ])
  func refuses(response: String, problem: HeadProblem) throws {
    let (exchange, open) = try answer(.send(response))
    #expect(exchange.failure?.kind == .malformed(problem))
    #expect(exchange.failure?.status == 502)
    #expect(open == 0)
  }

  @Test func refusesAFloodOfInterimResponses() throws {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n"
    let few = try answer(.send(String(repeating: interim, count: 8) + .ok()))
    #expect(few.exchange.text == "ok")
    #expect(few.exchange.status == 200)
    let flood = try answer(.send(String(repeating: interim, count: 9) + .ok()))
    #expect(flood.exchange.failure?.kind == .malformed(.malformedStatusLine))
    #expect(flood.open == 0)
  }

  @Test func refusesHeadOverTheLimit() throws {
    let limits = UpstreamLimits(headBytes: 512, headFields: 5)
    let long = try answer(.send(.ok("ok", "X: \(String(repeating: "y", count: 600))\r\n")), limits: limits)
    #expect(long.exchange.failure?.kind == .malformed(.headTooLarge))
    let endless = try answer(.send("HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 600))"), limits: limits)
    #expect(endless.exchange.failure?.kind == .malformed(.headTooLarge))
    let many = try answer(.send(.ok("ok", String(repeating: "a: b\r\n", count: 5))), limits: limits)
    #expect(many.exchange.failure?.kind == .malformed(.tooManyFields))
  }

  @Test(arguments: [
    String.ok("body", "X: y\r\n"), "HTTP/1.1 100 Continue\r\n\r\n" + .ok("body", "X: y\r\n"),
    "HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nb\r\n3\r\nody\r\n0\r\nT: z\r\n\r\n",
  ])
  func readsResponseInPieces(response: String) throws {
    for action in [ScriptedServer.Action.trickle(response), .send(response)] {
      let (exchange, open) = try answer(action)
      #expect(exchange.status == 200)
      #expect(exchange.text == "body")
      #expect(exchange.fields.contains("X: y"))
      #expect(open == 1)
    }
  }

  @Test func readsNoBodyOfAnswerToHead() throws {
    let (exchange, open) = try answer(.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), answersHead: true)
    #expect(exchange.isComplete)
    #expect(exchange.text == "")
    #expect(open == 1)
  }

  @Test func refusesBodyInAnswerToHead() throws {
    let (exchange, open) = try answer(.send(.ok()), answersHead: true)
    #expect(exchange.failure != nil || exchange.text == "")
    #expect(open == 0)
  }

  @Test func takesABodyThatEndsWithItsConnection() throws {
    let (exchange, _) = try answer(.send("HTTP/1.0 200 OK\r\n\r\nall of it"), thenCloses: true)
    #expect(exchange.isComplete)
    #expect(exchange.text == "all of it")
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
  ])
  func neverTakesHalfAnAnswerForTheWhole(response: String) throws {
    let (exchange, open) = try answer(.send(response), thenCloses: true)
    #expect(exchange.failure?.kind == .reset)
    #expect(!exchange.isComplete)
    #expect(exchange.failure?.mayRepeat == false)
    #expect(open == 0)
  }

  @Test func saysThatNothingCameInTime() throws {
    let (exchange, open) = try answer(.awaitEnd, limits: UpstreamLimits(responseTimeout: .milliseconds(1)))
    #expect(exchange.failure?.kind == .timedOut)
    #expect(exchange.failure?.status == 504)
    #expect(open == 0)
  }

  @Test func passesALongBodyAtTheReadersPace() throws {
    let size = 4 << 20
    let server = try ScriptedServer(
      [.readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"), .sendBytes(size), .awaitEnd])
    let scene = try Scene(server)
    let exchange = Exchange()
    exchange.onHead = { $0.readsResponse = false }
    var piecesWhileStopped = 0
    scene.play(
      { exchange.begin(scene.pool) },
      ({ exchange.status != nil }, { piecesWhileStopped = exchange.pieces }),
      (
        { true },
        {
          #expect(exchange.pieces == piecesWhileStopped)
          exchange.connection?.readsResponse = true
        }
      ), ({ exchange.hasEnded }, {}))
    #expect(exchange.body.count == size)
    #expect(scene.pool.openConnections == 1)
    exchange.connection?.abandon()
    server.join()
  }
}
