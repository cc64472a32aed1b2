// One exchange with its surroundings, to be played through event by event.

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
struct Play {
  let host = FakeHost()
  let exchange: Exchange<FakeHost>
  private let decoder = RequestHeadDecoder()
  private let answers = ResponseHeadDecoder()

  init(_ verdicts: Verdict...) {
    exchange = Exchange(host: host)
    host.verdicts = verdicts
  }

  /// A read that is on its way over a free connection.
  static func reading() throws -> (Play, FakeLease) { try forwarding(request(), get) }

  /// A write of so many bytes over a free connection, of which the first three have come.
  static func writing(_ count: Int = 3, changes: [DirectoryQuestion] = []) throws -> (Play, FakeLease) {
    try forwarding(request(.post, isRepeatable: false, changes: changes), post(count), body: "abc")
  }

  private static func forwarding(
    _ request: UpstreamRequest, _ head: String, body: String = ""
  ) throws -> (Play, FakeLease) {
    let play = Play(.forward(request))
    let lease = FakeLease()
    play.host.leases = [lease]
    try play.arrive(head, body: body)
    return (play, lease)
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
      host.facts.describe(view)
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

/// A request without a body.
let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
/// The head of one with a body of so many bytes.
func post(_ count: Int) -> String { "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n" }
let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

func request(
  _ method: HTTP.Method = .get, isRepeatable: Bool = true, changes: [DirectoryQuestion] = []
) -> UpstreamRequest {
  UpstreamRequest(
    passing: RequestLine(method, "/x"), judged: nil, provesCredential: false,
    hop: Hop(clientAddress: "192.0.2.1", isTLS: true), settings: GatewaySettings(), isRepeatable: isRepeatable,
    changes: changes)
}
