// The way to the upstream and back: every way in which it can go, and that each exchange is recorded exactly once.

import Decision
import Formats
import HTTP
import ManagementAPI
import Testing
import Threading

@testable import Decision
@testable import Gateway
@testable import Upstream

@Suite struct ForwardedExchangeTests {
  @Test func carriesARequestAndItsResponse() throws {
    let (play, lease) = try Play.reading()
    #expect(lease.text.hasPrefix("GET /x HTTP/1.1\r\nHost: member:8086\r\n") && lease.isAwaited)
    #expect(play.host.deadline == nil)
    try play.answer(lease, ok, "ok")
    play.expectEnd(200, answered: true)
    #expect(play.host.written == Array("ok".utf8) && play.host.records.first?.upstreamAuthority == "member:8086")
  }

  @Test func sendsNothingOfABodyBeforeItIsWhole() throws {
    let (play, lease) = try Play.writing(6)
    #expect(lease.sent.isEmpty)
    play.receive("def")
    #expect(lease.text.hasSuffix("Content-Length: 6\r\n\r\nabcdef"))
    try play.answer(lease, "HTTP/1.1 204 No Content\r\n\r\n")
    play.expectEnd(204, answered: true)
  }

  @Test func waitsForAConnectionWithADeadlineAndIsServedLater() throws {
    let play = Play(.forward(request()))
    try play.arrive(get)
    #expect(play.host.waitsForLease && play.host.deadline == play.host.timeouts.upstreamConnect + .seconds(1))
    let lease = FakeLease()
    play.exchange.leased(lease)
    #expect(lease.text.hasPrefix("GET /x") && play.host.deadline == nil)
    try play.answer(lease, ok, "ok")
    play.expectEnd(200, answered: true)
  }

  @Test func givesUpItsPlaceWhereNoConnectionComesInTimeOrItsClientLeaves() throws {
    let late = Play(.forward(request()))
    try late.arrive(get)
    late.exchange.expire()
    late.expectEnd(503, answered: true)
    #expect(!late.host.waitsForLease)
    let left = Play(.forward(request()))
    try left.arrive(get)
    left.exchange.clientLeft()
    left.expectEnd(499, answered: false)
    #expect(!left.host.waitsForLease)
    // One that comes all the same is given back.
    let lease = FakeLease()
    left.exchange.leased(lease)
    #expect(lease.isAbandoned && left.host.records.count == 1)
  }

  @Test func asksOnceMoreWhetherWhoWaitedStillMay() throws {
    let play = Play(.forward(request()))
    try play.arrive(get)
    play.host.objection = .denied("revoked")
    let lease = FakeLease()
    play.exchange.leased(lease)
    #expect(lease.isAbandoned && lease.sent.isEmpty)
    play.expectEnd(403, answered: true)
  }

  @Test func repeatsOnceOnAnotherConnectionWithADeadlineWhereItHasToWait() throws {
    let (play, first) = try Play.reading()
    play.exchange.fail(UpstreamFailure(.reset, .awaiting, mayRepeat: true))
    #expect(play.host.waitsForLease && play.host.deadline == play.host.timeouts.upstreamConnect + .seconds(1))
    let second = FakeLease()
    play.exchange.leased(second)
    #expect(second.text == first.text)
    play.exchange.fail(UpstreamFailure(.reset, .awaiting, mayRepeat: true))
    play.expectEnd(502, answered: true)
  }

  @Test func repeatsNoWrite() throws {
    let (play, _) = try Play.writing()
    play.exchange.fail(UpstreamFailure(.reset, .awaiting, mayRepeat: true))
    play.expectEnd(502, answered: true)
  }

  @Test func takesAnotherConnectionWhereAKeptOneWasClosed() throws {
    let play = Play(.forward(request(.post, isRepeatable: false)))
    let closed = FakeLease()
    (closed.isBroken, closed.isReused) = (true, true)
    let lease = FakeLease()
    play.host.leases = [closed, lease]
    try play.arrive(post(3), body: "abc")
    #expect(closed.isAbandoned && lease.text.hasSuffix("abc"))
    try play.answer(lease, "HTTP/1.1 204 No Content\r\n\r\n")
    play.expectEnd(204, answered: true)
  }

  @Test func endsAReadWithItsClientAndCarriesAWriteToItsEnd() throws {
    let (read, lease) = try Play.reading()
    read.exchange.clientLeft()
    #expect(lease.isAbandoned)
    read.expectEnd(499, answered: false)
    let (write, other) = try Play.writing()
    write.host.isGone = true
    write.exchange.clientLeft()
    #expect(!other.isAbandoned && write.host.records.isEmpty)
    try write.answer(other, "HTTP/1.1 204 No Content\r\n\r\n")
    write.expectEnd(204, answered: false)
  }

  @Test func cutsAResponseThatBreaksInTheMiddle() throws {
    let (play, lease) = try Play.reading()
    try play.answer(lease, ok, "o", isComplete: false)
    play.exchange.fail(UpstreamFailure(.reset, .receiving))
    #expect(play.host.isSpoilt)
    play.expectEnd(499, answered: false)
  }

  /// In HTTP/1.0 an orderly close would say that it is whole.
  @Test func cutsAResponseThatNobodyTakes() throws {
    let (play, lease) = try Play.reading()
    try play.answer(lease, ok, "o", isComplete: false)
    play.exchange.expire()
    #expect(play.host.isSpoilt && lease.isAbandoned)
    play.expectEnd(499, answered: false)
  }

  @Test func givesAnEarlyResponseMoreTimeThanTheRestOfTheBodyHas() throws {
    let (play, lease) = try Play.writing(100_000)
    #expect(play.host.deadline != nil)
    try play.answer(lease, ok, "o", isComplete: false)
    #expect(play.host.deadline == nil)
    try play.answer(lease, nil, "k")
    #expect(play.host.records.map(\.status) == [200])
  }

  @Test func slowsTheUpstreamForAClientThatDoesNotTake() throws {
    let (play, lease) = try Play.reading()
    play.host.isCongested = true
    try play.answer(lease, ok, "o", isComplete: false)
    #expect(!lease.readsResponse && play.host.events.last == "await taking")
    play.host.isCongested = false
    play.exchange.clientTook()
    #expect(lease.readsResponse)
    try play.answer(lease, nil, "k")
    play.expectEnd(200, answered: true)
  }

  @Test func streamsALongBodyWithBackPressure() throws {
    let (play, lease) = try Play.writing(100_000)
    #expect(lease.text.hasSuffix("Content-Length: 100000\r\n\r\nabc") && !lease.isAwaited)
    lease.isCongested = true
    play.receive(String(repeating: "d", count: 50_000))
    #expect(!play.host.readsInput && play.host.deadline == nil)
    lease.isCongested = false
    play.exchange.upstreamDrained(lease)
    #expect(play.host.readsInput && play.host.deadline != nil)
    play.receive(String(repeating: "e", count: 49_997))
    #expect(lease.isAwaited)
    try play.answer(lease, "HTTP/1.1 204 No Content\r\n\r\n")
    play.expectEnd(204, answered: true)
    #expect(play.host.records.first?.bytesIn == 100_000)
  }

  @Test func endsAStreamThatStopsAndLetsItsConnectionGo() throws {
    for end in ["slow", "left", "revoked", "reclaimed"] {
      let (play, lease) = try Play.writing(100_000)
      switch end {
      case "slow": play.exchange.expire()
      case "left": play.exchange.clientLeft()
      case "revoked":
        play.host.objection = .denied("revoked")
        play.exchange.cutIfRevoked()
      default: play.exchange.reclaimed(lease)
      }
      #expect(lease.isAbandoned, "\(end)")
      switch end {
      case "left": play.expectEnd(499, answered: false)
      case "revoked": play.expectEnd(403, answered: true)
      default: play.expectEnd(503, answered: true)
      }
    }
  }

  @Test func yieldsItsConnectionToOthersBeforeAndAfterItsResponseHasBegun() throws {
    let (early, lease) = try Play.reading()
    #expect(early.exchange.yieldsToOthers)
    early.exchange.reclaimed(lease)
    #expect(lease.isAbandoned)
    early.expectEnd(503, answered: true)
    let (begun, other) = try Play.reading()
    try begun.answer(other, ok, "o", isComplete: false)
    begun.exchange.reclaimed(other)
    #expect(other.isAbandoned && begun.host.isSpoilt)
    begun.expectEnd(499, answered: false)
    // A connection that is no longer its own.
    let stray = FakeLease()
    begun.exchange.reclaimed(stray)
    #expect(stray.isAbandoned && begun.host.records.count == 1)
  }

  @Test func holdsTheEndOfAChangeBackUntilTheDirectoryKnowsOfIt() throws {
    let (play, lease) = try Play.writing(changes: [.everything])
    try play.answer(lease, ok, "ok")
    #expect(play.host.written.isEmpty && play.host.records.isEmpty)
    play.host.onReadings?([.everything: .published])
    #expect(play.host.written == Array("ok".utf8))
    play.expectEnd(200, answered: true)
    let (late, other) = try Play.writing(changes: [.everything])
    try late.answer(other, ok, "ok")
    late.exchange.expire()
    late.expectEnd(200, answered: true)
    late.host.onReadings?([:])
    #expect(late.host.records.count == 1)
  }

  @Test func tellsNothingOfWhatAnotherLeaseSays() throws {
    let (play, lease) = try Play.reading()
    try play.answer(FakeLease(), ok, "no")
    #expect(play.host.written.isEmpty && play.host.records.isEmpty)
    try play.answer(lease, ok, "ok")
    play.expectEnd(200, answered: true)
  }
}
