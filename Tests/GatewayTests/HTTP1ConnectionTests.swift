// Framing and pacing of one connection: every event in every state, without a socket and without a clock.

import Decision
import HTTP
import Testing

@testable import Gateway

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
    #expect(try wire.begin(posted(5) + "12345" + ping) == "12345")
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
    try wire.begin(posted(5, "Expect: 100-continue\r\n"))
    #expect(wire.takeContinue())
    #expect(!wire.takeContinue())
    let whole = Wire()
    try whole.begin(posted(5, "Expect: 100-continue\r\n") + "12345")
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

}
