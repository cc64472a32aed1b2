// What follows an answer, what a passed deadline means, and how a connection ends.

import Decision
import HTTP
import Testing

@testable import Gateway

@Suite struct HTTP1ConnectionEndTests {
  // MARK: After the answer

  @Test func goesOnAfterAWholeRequestAndEndsWhereTheClientOrTheServerSaysSo() throws {
    let wire = Wire()
    try wire.begin(posted(2) + "ab")
    wire.connection.beginAnswer(closes: false)
    #expect(wire.finishExchange(closes: false) == .nextRequest)
    let draining = Wire()
    try draining.begin(posted(2) + "ab")
    #expect(draining.finishExchange(closes: true) == .end)
    let closing = Wire()
    try closing.begin(posted(2, "Connection: close\r\n") + "ab")
    #expect(closing.finishExchange(closes: false) == .end)
    let old = Wire()
    try old.begin("GET /ping HTTP/1.0\r\n\r\n")
    #expect(old.finishExchange(closes: false) == .end)
    let kept = Wire()
    try kept.begin("GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(kept.finishExchange(closes: false) == .nextRequest)
  }

  @Test func readsOffTheRestOfAShortRefusedBody() throws {
    let wire = Wire()
    try wire.begin(posted(10) + "123")
    wire.connection.beginAnswer(closes: false)
    #expect(wire.finishExchange(closes: false) == .restOfBody)
    #expect(wire.connection.state == .draining && wire.connection.reading == .body)
    #expect(wire.drain("4567") == nil)
    #expect(wire.drain("890" + ping) == .nextRequest)
    #expect(wire.connection.held == Array(ping.utf8))
  }

  @Test func endsWithABodyThatIsTooLongToBeReadOffOrWasNeverSent() throws {
    let long = Wire()
    try long.begin(posted(HTTP1Connection.maximumDrain + 10))
    long.connection.beginAnswer(closes: false)
    #expect(long.finishExchange(closes: false) == .end)
    let waiting = Wire()
    try waiting.begin(posted(10, "Expect: 100-continue\r\n"))
    waiting.connection.beginAnswer(closes: false)
    #expect(waiting.finishExchange(closes: false) == .end)
  }

  @Test func endsWithAChunkedBodyThatGoesOnForEverOrIsNone() throws {
    let head = "POST /write?db=a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let endless = Wire()
    try endless.begin(head)
    endless.connection.beginAnswer(closes: false)
    #expect(endless.finishExchange(closes: false) == .restOfBody)
    let chunk = "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"
    var following: HTTP1Connection.Following?
    for _ in 0..<5 where following == nil { following = endless.drain(chunk) }
    #expect(following == .end)
    let broken = Wire()
    try broken.begin(head)
    broken.connection.beginAnswer(closes: false)
    #expect(broken.finishExchange(closes: false) == .restOfBody)
    #expect(broken.drain("nonsense\r\n") == .end)
  }

  // MARK: The clock

  @Test func tellsByItsStateWhatAPassedDeadlineMeans() throws {
    let opening = Wire(isOpen: false)
    #expect(opening.expire(backlog: 0) == .handshakeTooSlow)
    let idle = Wire()
    #expect(idle.expire(backlog: 0) == .closeInOrder)
    let reading = Wire()
    _ = reading.receiveHead("GET")
    #expect(reading.expire(backlog: 0) == .headTooSlow)
    #expect(reading.expire(backlog: 10) == .close)
    let busy = Wire()
    try busy.begin(ping)
    #expect(busy.expire(backlog: 0) == .exchange)
    let draining = Wire()
    try draining.begin(posted(10))
    draining.connection.beginAnswer(closes: false)
    _ = draining.finishExchange(closes: false)
    #expect(draining.expire(backlog: 0) == .close)
    let lingering = Wire()
    try lingering.begin(ping)
    lingering.connection.linger()
    #expect(lingering.expire(backlog: 0) == .close)
  }

  @Test func waitsOnForAClientThatTakesAKibibyteAtATime() {
    let wire = Wire()
    wire.connection.awaitTaking(backlog: 10_000)
    #expect(wire.expire(backlog: 8_976) == .awaitTaking)
    #expect(wire.expire(backlog: 8_000) == .close)
    #expect(wire.expire(backlog: 0) == .closeInOrder)
  }

  // MARK: The end

  @Test func lingersForInputOnlyWhereTheClientMayStillBeSending() throws {
    let whole = Wire()
    try whole.begin(posted(2) + "ab")
    whole.connection.linger()
    #expect(whole.connection.state == .lingering(awaitsInput: false) && whole.connection.draining == .close)
    let ahead = Wire()
    try ahead.begin(posted(2) + "ab" + ping)
    ahead.connection.linger()
    #expect(ahead.connection.state == .lingering(awaitsInput: true) && ahead.connection.draining == .stay)
    #expect(ahead.connection.heldCount == 0)
    let half = Wire()
    try half.begin(posted(2) + "a")
    half.connection.linger()
    #expect(half.connection.state == .lingering(awaitsInput: true) && half.connection.reading == .off)
    let head = Wire()
    _ = head.receiveHead("GE")
    head.connection.linger()
    #expect(head.connection.state == .lingering(awaitsInput: true))
  }

  @Test func closesAtTheServersEndWhatNobodyWaitsOn() throws {
    #expect(Wire(isOpen: false).connection.draining == .closeUnheard)
    let idle = Wire()
    #expect(idle.connection.draining == .closeQuiet && idle.connection.isBetweenAnswers)
    #expect(idle.holdAhead(ping))
    #expect(idle.connection.draining == .stay)
    let reading = Wire()
    _ = reading.receiveHead("GET")
    #expect(reading.connection.draining == .stay && reading.connection.isBetweenAnswers)
    let busy = Wire()
    try busy.begin(ping)
    #expect(busy.connection.draining == .stay && !busy.connection.isBetweenAnswers)
  }

  @Test func readsByWhatTheExchangeWants() throws {
    let wire = Wire()
    #expect(wire.connection.reading == .head && wire.connection.taken == .nextRequest)
    try wire.begin(ping)
    #expect(wire.connection.reading == .stop && wire.connection.taken == .exchange)
    wire.connection.receive(.body)
    #expect(wire.connection.reading == .body)
    wire.connection.receive(.ahead)
    #expect(wire.connection.reading == .ahead)
    wire.connection.linger()
    #expect(wire.connection.reading == .off && wire.connection.taken == .lingering)
    wire.connection.state = .closed
    #expect(wire.connection.reading == .nothing && wire.connection.taken == .nothing)
    #expect(Wire(isOpen: false).connection.reading == .nothing)
  }

  @Test func keepsAParkedHeadAndWhatCameBehindIt() throws {
    let wire = Wire()
    let bytes = Array(ping.utf8)
    var rest = Array("rest".utf8)
    bytes.withUnsafeBytes { head in rest.withUnsafeMutableBytes { wire.connection.park(head, $0) } }
    #expect(wire.connection.parkedHead == bytes && wire.connection.heldCount == 4)
    wire.connection.forget()
    #expect(wire.connection.parkedHead.isEmpty && wire.connection.heldCount == 0)
  }
}
