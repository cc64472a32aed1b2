// Framing and pacing of one connection: every event in every state, without a socket and without a clock.

import Decision
import HTTP
import Testing

@testable import Gateway

/// A connection with the memory that a loop would lend it.
private final class Wire {
  var connection = HTTP1Connection()
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  private let decoder = RequestHeadDecoder()
  let limits = HeadLimits(bytes: 4_096, fields: 20)

  init(isOpen: Bool = true) { if isOpen { connection.awaitRequest() } }

  deinit {
    memory.deallocate()
    room.deallocate()
  }

  private func lent(_ text: String) -> UnsafeMutableRawBufferPointer {
    let bytes = Array(text.utf8)
    memory.copyBytes(from: bytes)
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes.count])
  }

  /// What a head comes to, and what follows it.
  func receiveHead(_ text: String) -> (begins: Bool, outcome: String, rest: String) {
    let (begins, head) = connection.takeHead(lent(text), limits: limits, room: room)
    switch head {
    case .incomplete(let held): return (begins, "incomplete \(held)", "")
    case .refused: return (begins, "refused", "")
    case .overfull: return (begins, "overfull", "")
    case .whole(let bytes, let length):
      return (begins, "whole \(length)", String(decoding: bytes[length...], as: UTF8.self))
    }
  }

  /// Reads a whole head and begins its exchange; what follows it is given to the body.
  @discardableResult
  func begin(_ text: String, lacksLength: Bool = false) throws -> String {
    let (_, head) = connection.takeHead(lent(text), limits: limits, room: room)
    guard case .whole(let bytes, let length) = head else { return "no head" }
    try decoder.decode(UnsafeRawBufferPointer(rebasing: bytes[..<length]), limits: limits)
    try connection.beginExchange(decoder, lacksLength: lacksLength)
    let payload = try connection.takeBody(UnsafeMutableRawBufferPointer(rebasing: bytes[length...]))
    return String(decoding: payload, as: UTF8.self)
  }

  func receiveBody(_ text: String) throws -> String {
    String(decoding: try connection.takeBody(lent(text)), as: UTF8.self)
  }

  func drain(_ text: String) -> HTTP1Connection.Following? {
    _ = connection.notesProgress(text.utf8.count)
    return connection.drain(lent(text))
  }

  func expire(backlog: Int) -> HTTP1Connection.Expiry { connection.expire(backlog: backlog) }
  func takeContinue() -> Bool { connection.takeContinue() }
  func notesProgress(_ count: Int) -> Bool { connection.notesProgress(count) }
  func finishExchange(closes: Bool) -> HTTP1Connection.Following { connection.finishExchange(closes: closes) }
  func releaseLongHead() -> Int { connection.releaseLongHead() }

  func holdAhead(_ text: String) -> Bool { connection.holdAhead(lent(text)) }
}

private let ping = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
private func post(_ count: Int, _ fields: String = "") -> String {
  "POST /write?db=a HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(count)\r\n\r\n"
}

@Suite struct HTTP1ConnectionTests {
  // MARK: Heads

  @Test func findsAHeadThatCameAtOnceAndLeavesWhatFollows() {
    let wire = Wire()
    let (begins, outcome, rest) = wire.receiveHead(ping + "next")
    #expect(begins && outcome == "whole \(ping.utf8.count)" && rest == "next")
  }

  @Test func keepsAHeadThatComesByteByByteAndBeginsOnce() {
    let wire = Wire()
    var begun = 0
    for (place, byte) in ping.dropLast().enumerated() {
      let (begins, outcome, _) = wire.receiveHead(String(byte))
      if begins { begun += 1 }
      // In Swift the two bytes of a line's end are one character.
      #expect(outcome.hasPrefix("incomplete"), "\(place)")
      #expect(wire.connection.state == .readingHead)
    }
    let last = wire.receiveHead(String(ping.suffix(1)) + "and more")
    #expect(begun == 1 && !last.begins && last.outcome.hasPrefix("whole") && last.rest == "and more")
    #expect(wire.connection.heldCount == 0)
  }

  @Test func refusesAHeadBeyondItsLimitAtOnceAndInPieces() {
    let long = "GET /ping HTTP/1.1\r\nX: " + String(repeating: "a", count: 5_000)
    let atOnce = Wire()
    #expect(atOnce.receiveHead(long).outcome == "refused")
    let inPieces = Wire()
    #expect(inPieces.receiveHead(String(long.prefix(3_000))).outcome.hasPrefix("incomplete"))
    #expect(inPieces.receiveHead(String(long.dropFirst(3_000))).outcome == "refused")
  }

  @Test func asksForMemoryOnlyForWhatALongHeadHasNotYet() {
    let wire = Wire()
    #expect(wire.connection.longHeadGrowth(to: 100, limit: 100) == 0)
    #expect(wire.connection.longHeadGrowth(to: 300, limit: 100) == 300)
    wire.connection.growLongHead(300)
    #expect(wire.connection.longHeadGrowth(to: 350, limit: 100) == 50)
    #expect(wire.releaseLongHead() == 300 && wire.releaseLongHead() == 0)
  }

  @Test func refusesABodyThatNothingTellsTheEndOf() {
    let wire = Wire()
    #expect(throws: HeadProblem.self) {
      try wire.begin("POST /write HTTP/1.0\r\n\r\n", lacksLength: true)
    }
    #expect(wire.connection.state != .inExchange(.nothing))
  }

  // MARK: Turns

  @Test func answersFourRequestsSentAheadAndThenYields() throws {
    let wire = Wire()
    #expect(wire.holdAhead(String(repeating: ping, count: 6)))
    for taken in 0..<HTTP1Connection.requestsPerTurn {
      guard case .take = wire.connection.nextTurn(taken: taken, isCongested: false, isLate: false) else {
        Issue.record("no turn \(taken)")
        return
      }
    }
    guard case .yield = wire.connection.nextTurn(taken: 4, isCongested: false, isLate: false) else {
      Issue.record("did not yield")
      return
    }
    #expect(wire.connection.reading == .later)
    wire.connection.endYielding()
    #expect(wire.connection.reading == .head)
  }

  @Test func yieldsEarlierWhereTheBatchIsLateButNeverBeforeItsFirst() {
    let wire = Wire()
    #expect(wire.holdAhead(ping + ping))
    guard case .take = wire.connection.nextTurn(taken: 0, isCongested: false, isLate: true) else {
      Issue.record("the first waits")
      return
    }
    guard case .yield = wire.connection.nextTurn(taken: 1, isCongested: false, isLate: true) else {
      Issue.record("the second does not wait")
      return
    }
  }

  @Test func takesNoNextRequestWhileItsAnswersPileUpOrAnExchangeIsUnderWay() throws {
    let wire = Wire()
    #expect(wire.holdAhead(ping))
    guard case .awaitTaking = wire.connection.nextTurn(taken: 0, isCongested: true, isLate: false) else {
      Issue.record("goes on")
      return
    }
    wire.connection.receive(.ahead)
    guard case .over = wire.connection.nextTurn(taken: 0, isCongested: false, isLate: false) else {
      Issue.record("begins another under it")
      return
    }
  }

  @Test func doesNotTakeTheBeginningOfAHeadForARequest() {
    let wire = Wire()
    #expect(wire.receiveHead("GET /pi").outcome == "incomplete 7")
    guard case .over = wire.connection.nextTurn(taken: 0, isCongested: false, isLate: false) else {
      Issue.record("taken")
      return
    }
  }

  @Test func holdsWhatComesAheadUpToABound() {
    let wire = Wire()
    #expect(wire.holdAhead(String(repeating: "a", count: HTTP1Connection.maximumHold)))
    #expect(!wire.holdAhead("b"))
  }

  // MARK: Bodies

  @Test func keepsWhatFollowsABodyForTheNextRequest() throws {
    let wire = Wire()
    #expect(try wire.begin(post(5) + "12345" + ping) == "12345")
    #expect(wire.connection.body.isComplete)
    #expect(wire.connection.held == Array(ping.utf8))
  }

  @Test func takesChunksOutOfTheirFraming() throws {
    let wire = Wire()
    let head = "POST /write?db=a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(try wire.begin(head + "3\r\nabc\r\n") == "abc")
    #expect(!wire.connection.body.isComplete)
    #expect(try wire.receiveBody("2\r\nde\r\n0\r\n\r\n\(ping)") == "de")
    #expect(wire.connection.body.isComplete && wire.connection.held == Array(ping.utf8))
    #expect(throws: HeadProblem.self) {
      let other = Wire()
      try other.begin(head + "zz\r\n")
    }
  }

  @Test func tellsAClientOnceThatItMaySendItsBody() throws {
    let wire = Wire()
    try wire.begin(post(5, "Expect: 100-continue\r\n"))
    #expect(wire.takeContinue())
    #expect(!wire.takeContinue())
    let whole = Wire()
    try whole.begin(post(5, "Expect: 100-continue\r\n") + "12345")
    #expect(!whole.takeContinue())
  }

  @Test func setsTheDeadlineAnewForEveryKibibyte() {
    let wire = Wire()
    wire.connection.beginProgress()
    #expect(!wire.notesProgress(1_023))
    #expect(wire.notesProgress(1))
    #expect(!wire.notesProgress(1_000))
    wire.connection.beginProgress()
    #expect(!wire.notesProgress(1_000))
    #expect(wire.notesProgress(24))
  }

  // MARK: After the answer

  @Test func goesOnAfterAWholeRequestAndEndsWhereTheClientOrTheServerSaysSo() throws {
    let wire = Wire()
    try wire.begin(post(2) + "ab")
    wire.connection.beginAnswer(closes: false)
    #expect(wire.finishExchange(closes: false) == .nextRequest)
    let draining = Wire()
    try draining.begin(post(2) + "ab")
    #expect(draining.finishExchange(closes: true) == .end)
    let closing = Wire()
    try closing.begin(post(2, "Connection: close\r\n") + "ab")
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
    try wire.begin(post(10) + "123")
    wire.connection.beginAnswer(closes: false)
    #expect(wire.finishExchange(closes: false) == .restOfBody)
    #expect(wire.connection.state == .draining && wire.connection.reading == .body)
    #expect(wire.drain("4567") == nil)
    #expect(wire.drain("890" + ping) == .nextRequest)
    #expect(wire.connection.held == Array(ping.utf8))
  }

  @Test func endsWithABodyThatIsTooLongToBeReadOffOrWasNeverSent() throws {
    let long = Wire()
    try long.begin(post(HTTP1Connection.maximumDrain + 10))
    long.connection.beginAnswer(closes: false)
    #expect(long.finishExchange(closes: false) == .end)
    let waiting = Wire()
    try waiting.begin(post(10, "Expect: 100-continue\r\n"))
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
    try draining.begin(post(10))
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
    try whole.begin(post(2) + "ab")
    whole.connection.linger()
    #expect(whole.connection.state == .lingering(awaitsInput: false) && whole.connection.draining == .close)
    let ahead = Wire()
    try ahead.begin(post(2) + "ab" + ping)
    ahead.connection.linger()
    #expect(ahead.connection.state == .lingering(awaitsInput: true) && ahead.connection.draining == .stay)
    #expect(ahead.connection.heldCount == 0)
    let half = Wire()
    try half.begin(post(2) + "a")
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
