// From the verdict to the record where the upstream has no part in it, and what is the same with and without it.

import Decision
import Formats
import HTTP
import ManagementAPI
import Testing
import Threading

@testable import Decision
@testable import Gateway
@testable import Upstream

@Suite struct ExchangeTests {
  @Test func recordsAnAnswerOfItsOwn() throws {
    let play = Play(.answer(LocalAnswer(status: 204)))
    try play.arrive(get)
    play.expectEnd(204, answered: true)
  }

  @Test func recordsARefusal() throws {
    let play = Play(.refuse(.notFound))
    try play.arrive(get)
    play.expectEnd(404, answered: true)
    #expect(play.host.events == ["refusal 404", "answer 404"])
  }

  @Test func recordsAHeadThatCannotBeRead() {
    let play = Play()
    play.exchange.begin()
    Array("BAD /x".utf8).withUnsafeBytes { play.exchange.refuseHead(.malformed("no head"), beginning: $0) }
    play.expectEnd(400, answered: true)
    #expect(play.host.records.first?.method == "BAD")
  }

  @Test func recordsNothingWhereNoRequestHasBegun() {
    let play = Play()
    play.exchange.clientLeft()
    play.exchange.cutOff()
    #expect(play.host.records.isEmpty && play.host.abandoned == 1)
  }

  @Test func decidesAgainOnceTheDirectoryWasAsked() throws {
    let inquiry = DirectoryInquiry([.databases], for: nil)
    let play = Play(.ask(inquiry), .answer(LocalAnswer(status: 204)))
    try play.arrive(get)
    #expect(play.host.records.isEmpty && !play.host.readsInput && play.host.deadline == .seconds(15))
    play.host.onReadings?([.databases: .published])
    play.expectEnd(204, answered: true)
    // A second answer to the same question finds nobody.
    play.host.onReadings?([.databases: .published])
    #expect(play.host.records.count == 1)
  }

  @Test func refusesWhereTheDirectoryTakesTooLong() throws {
    let play = Play(.ask(DirectoryInquiry([.databases], for: nil)))
    try play.arrive(get)
    play.exchange.expire()
    play.expectEnd(503, answered: true)
    play.host.onReadings?([:])
    #expect(play.host.records.count == 1)
  }

  @Test func answersWhatTheManagementThreadSaysUnlessTheClientLeft() throws {
    let call = ManagementCall(method: "GET", path: "/legacy/authorizations")
    let play = Play(.manage(call))
    try play.arrive(get)
    play.host.onManagement?(ManagementAnswer(status: 200))
    play.expectEnd(200, answered: true)
    let left = Play(.manage(call))
    try left.arrive(get)
    left.exchange.clientLeft()
    left.expectEnd(499, answered: false)
    left.host.onManagement?(ManagementAnswer(status: 200))
    #expect(left.host.records.count == 1)
  }

  @Test func collectsABodyForItsDecisionAndRefusesOneThatIsTooLong() throws {
    let play = Play(.needsBody(limit: 10), .answer(LocalAnswer(status: 204)))
    try play.arrive(post(6), body: "abc")
    #expect(play.host.records.isEmpty && play.host.events == ["continue"])
    play.receive("def")
    play.expectEnd(204, answered: true)
    #expect(play.host.records.first?.bytesIn == 6)
    let long = Play(.needsBody(limit: 5))
    try long.arrive(post(6), body: "abc")
    long.expectEnd(413, answered: true)
    let slow = Play(.needsBody(limit: 10))
    try slow.arrive(post(6), body: "abc")
    slow.exchange.expire()
    slow.expectEnd(503, answered: true)
  }

  @Test func sendsALongAnswerPieceByPieceAsItsClientTakesIt() throws {
    let piece = [UInt8](repeating: 97, count: 8)
    let rest = AnswerRest { $0(AnswerRest.Piece(bytes: piece, rest: nil)) }
    let play = Play(.answer(LocalAnswer(status: 200, body: piece, rest: rest)))
    play.host.isCongested = true
    try play.arrive(get)
    #expect(play.host.onPiece == nil && play.host.events.last == "await taking")
    play.host.isCongested = false
    play.exchange.clientTook()
    play.host.onPiece?(AnswerRest.Piece(bytes: piece, rest: nil))
    play.expectEnd(200, answered: true)
    #expect(play.host.records.first?.bytesOut == 16 && play.host.written.count == 16)
  }

  @Test func cutsALongAnswerThatNobodyTakes() throws {
    let rest = AnswerRest { _ in }
    let play = Play(.answer(LocalAnswer(status: 200, body: [97], rest: rest)))
    play.host.isCongested = true
    try play.arrive(get)
    play.host.takesOnNext = true
    play.exchange.expire()
    #expect(play.host.records.isEmpty)
    play.host.takesOnNext = false
    play.exchange.expire()
    play.expectEnd(499, answered: false)
    #expect(play.host.isSpoilt)
  }

  @Test func isCutOffAndGivesWayInEveryState() throws {
    let waiting = Play(.ask(DirectoryInquiry([.databases], for: nil)))
    try waiting.arrive(get)
    waiting.exchange.cutOff()
    waiting.expectEnd(499, answered: false)
    let giving = Play(.ask(DirectoryInquiry([.databases], for: nil)))
    try giving.arrive(get)
    giving.exchange.giveWay()
    giving.expectEnd(503, answered: false)
    let (relaying, lease) = try Play.reading()
    try relaying.answer(lease, ok, "o", isComplete: false)
    relaying.exchange.cutOff()
    #expect(lease.isAbandoned && relaying.host.isSpoilt)
    relaying.expectEnd(499, answered: false)
  }

  @Test func servesTheNextRequestAsIfItWereTheFirst() throws {
    let play = Play(.forward(request()), .answer(LocalAnswer(status: 204)))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(get)
    try play.answer(lease, ok, "ok")
    try play.arrive(get)
    #expect(play.host.records.map(\.status) == [200, 204] && play.host.answered == 2)
    #expect(play.host.records.last?.upstreamAuthority == "" && play.host.records.last?.bytesOut == 0)
  }
}
