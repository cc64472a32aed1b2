// From the verdict to the record: every way in which an exchange can go, and that each is recorded exactly once.

import Decision
import Formats
import HTTP
import ManagementAPI
import Testing
import Threading

@testable import Decision
@testable import Gateway
@testable import Upstream

/// One exchange with its surroundings.
private struct Play {
  let host = FakeHost()
  let exchange: Exchange<FakeHost>
  private let decoder = RequestHeadDecoder()
  private let answers = ResponseHeadDecoder()

  init(_ verdicts: Verdict...) {
    exchange = Exchange(host: host)
    host.verdicts = verdicts
  }

  /// A request arrives with what is there of its body.
  func arrive(_ head: String, body: String = "") throws {
    exchange.begin()
    let bytes = Array(head.utf8)
    var rest = Array(body.utf8)
    try bytes.withUnsafeBytes { head in
      try decoder.decode(head, limits: host.limits.head)
      host.requestBody = BodyDecoder(decoder.framing)
      let view = RequestView(bytes: head, head: decoder, client: host.client)
      exchange.facts.describe(view)
      rest.withUnsafeMutableBytes { exchange.decide(view, $0) }
    }
  }

  func receive(_ body: String) {
    var bytes = Array(body.utf8)
    bytes.withUnsafeMutableBytes { exchange.receive($0) }
  }

  /// The upstream answers, with its head where one is given.
  func answer(_ lease: FakeLease, _ head: String? = nil, _ body: String = "", isComplete: Bool = true) throws {
    let piece = Array(body.utf8)
    guard let head else { return piece.withUnsafeBytes { exchange.received(lease, nil, $0, isComplete: isComplete) } }
    let bytes = Array(head.utf8)
    try bytes.withUnsafeBytes { head in
      try answers.decode(head, answersHead: false, limits: HeadLimits(bytes: 4_096, fields: 50))
      piece.withUnsafeBytes {
        exchange.received(
          lease, UpstreamResponseHead(bytes: head, decoder: answers), $0, isComplete: isComplete)
      }
    }
  }

  var isIdle: Bool { if case .idle = exchange.state { true } else { false } }

  /// Recorded once, with this status, and done.
  func expectEnd(_ status: Int, answered: Bool, at place: SourceLocation = #_sourceLocation) {
    #expect(host.records.map(\.status) == [status], sourceLocation: place)
    #expect(host.answered == (answered ? 1 : 0) && host.abandoned == (answered ? 0 : 1), sourceLocation: place)
    #expect(isIdle && exchange.body.isEmpty && host.keptForFilters == 0, sourceLocation: place)
  }
}

private let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
private func post(_ count: Int) -> String { "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n" }
private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

private func request(
  _ method: HTTP.Method = .get, isRepeatable: Bool = true, changes: [DirectoryQuestion] = []
) -> UpstreamRequest {
  UpstreamRequest(
    passing: RequestLine(method, "/x"), judged: nil, provesCredential: false,
    hop: Hop(clientAddress: "192.0.2.1", isTLS: true), settings: GatewaySettings(), isRepeatable: isRepeatable,
    changes: changes)
}

@Suite struct ExchangeTests {
  // MARK: Without the upstream

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

  // MARK: With the upstream

  @Test func carriesARequestAndItsResponse() throws {
    let play = Play(.forward(request()))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(get)
    #expect(lease.text.hasPrefix("GET /x HTTP/1.1\r\nHost: member:8086\r\n") && lease.isAwaited)
    #expect(play.host.deadline == nil)
    try play.answer(lease, ok, "ok")
    play.expectEnd(200, answered: true)
    #expect(play.host.written == Array("ok".utf8) && play.host.records.first?.upstreamAuthority == "member:8086")
  }

  @Test func sendsNothingOfABodyBeforeItIsWhole() throws {
    let play = Play(.forward(request(.post, isRepeatable: false)))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(post(6), body: "abc")
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
    let play = Play(.forward(request()))
    let first = FakeLease()
    play.host.leases = [first]
    try play.arrive(get)
    play.exchange.fail(UpstreamFailure(.reset, .awaiting, mayRepeat: true))
    #expect(play.host.waitsForLease && play.host.deadline == play.host.timeouts.upstreamConnect + .seconds(1))
    let second = FakeLease()
    play.exchange.leased(second)
    #expect(second.text == first.text)
    play.exchange.fail(UpstreamFailure(.reset, .awaiting, mayRepeat: true))
    play.expectEnd(502, answered: true)
  }

  @Test func repeatsNoWrite() throws {
    let play = Play(.forward(request(.post, isRepeatable: false)))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(post(3), body: "abc")
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
    let read = Play(.forward(request()))
    let lease = FakeLease()
    read.host.leases = [lease]
    try read.arrive(get)
    read.exchange.clientLeft()
    #expect(lease.isAbandoned)
    read.expectEnd(499, answered: false)
    let write = Play(.forward(request(.post, isRepeatable: false)))
    let other = FakeLease()
    write.host.leases = [other]
    try write.arrive(post(3), body: "abc")
    write.host.isGone = true
    write.exchange.clientLeft()
    #expect(!other.isAbandoned && write.host.records.isEmpty)
    try write.answer(other, "HTTP/1.1 204 No Content\r\n\r\n")
    write.expectEnd(204, answered: false)
  }

  @Test func cutsAResponseThatBreaksInTheMiddle() throws {
    let play = Play(.forward(request()))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(get)
    try play.answer(lease, ok, "o", isComplete: false)
    play.exchange.fail(UpstreamFailure(.reset, .receiving))
    #expect(play.host.isSpoilt)
    play.expectEnd(499, answered: false)
  }

  @Test func slowsTheUpstreamForAClientThatDoesNotTake() throws {
    let play = Play(.forward(request()))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(get)
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
    let play = Play(.forward(request(.post, isRepeatable: false)))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(post(100_000), body: "abc")
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
      let play = Play(.forward(request(.post, isRepeatable: false)))
      let lease = FakeLease()
      play.host.leases = [lease]
      try play.arrive(post(100_000), body: "abc")
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
    let early = Play(.forward(request()))
    let lease = FakeLease()
    early.host.leases = [lease]
    try early.arrive(get)
    #expect(early.exchange.yieldsToOthers)
    early.exchange.reclaimed(lease)
    #expect(lease.isAbandoned)
    early.expectEnd(503, answered: true)
    let begun = Play(.forward(request()))
    let other = FakeLease()
    begun.host.leases = [other]
    try begun.arrive(get)
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
    let play = Play(.forward(request(.post, isRepeatable: false, changes: [.everything])))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(post(3), body: "abc")
    try play.answer(lease, ok, "ok")
    #expect(play.host.written.isEmpty && play.host.records.isEmpty)
    play.host.onReadings?([.everything: .published])
    #expect(play.host.written == Array("ok".utf8))
    play.expectEnd(200, answered: true)
    let late = Play(.forward(request(.post, isRepeatable: false, changes: [.everything])))
    let other = FakeLease()
    late.host.leases = [other]
    try late.arrive(post(3), body: "abc")
    try late.answer(other, ok, "ok")
    late.exchange.expire()
    late.expectEnd(200, answered: true)
    late.host.onReadings?([:])
    #expect(late.host.records.count == 1)
  }

  @Test func tellsNothingOfWhatAnotherLeaseSays() throws {
    let play = Play(.forward(request()))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(get)
    try play.answer(FakeLease(), ok, "no")
    #expect(play.host.written.isEmpty && play.host.records.isEmpty)
    try play.answer(lease, ok, "ok")
    play.expectEnd(200, answered: true)
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
    let relaying = Play(.forward(request()))
    let lease = FakeLease()
    relaying.host.leases = [lease]
    try relaying.arrive(get)
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
