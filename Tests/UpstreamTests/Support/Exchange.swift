// A client of the pool that sends one request and keeps all that it is told.

import HTTP

@testable import Upstream

final class Exchange: UpstreamExchangeHandler {
  let request: [UInt8]
  /// Whether the request is whole once sent; otherwise it is a beginning.
  var isWhole = true
  var answersHead = false
  /// Called once the response is complete or has failed.
  var onEnd: (() -> Void)?
  var onLease: (() -> Void)?
  var onHead: ((UpstreamConnection) -> Void)?

  private(set) var connection: UpstreamConnection?
  private(set) var status: Int?
  private(set) var fields: [String] = []
  private(set) var body: [UInt8] = []
  private(set) var isComplete = false
  private(set) var failure: UpstreamFailure?
  private(set) var wasReused = false
  private(set) var pieces = 0

  /// For whom it leases.
  let claim: UpstreamClaim
  private(set) var isReclaimed = false
  var yieldsToOthers = false

  init(
    _ request: String = "GET /query HTTP/1.1\r\nHost: a\r\n\r\n", claim: UpstreamClaim = UpstreamClaim()
  ) {
    self.request = Array(request.utf8)
    self.claim = claim
  }

  var hasEnded: Bool { isComplete || failure != nil }
  var text: String { String(decoding: body, as: UTF8.self) }

  /// Takes a connection now or as soon as there is one.
  func begin(_ pool: UpstreamPool) { if let connection = pool.lease(for: self, claim) { upstreamLeased(connection) } }

  func upstreamLeased(_ connection: UpstreamConnection) {
    self.connection = connection
    wasReused = connection.isReused
    onLease?()
    request.withUnsafeBytes { connection.send($0) }
    if isWhole { connection.awaitResponse(answersHead: answersHead) }
  }

  func upstreamReceived(
    _ connection: UpstreamConnection, head: UpstreamResponseHead?, body piece: UnsafeRawBufferPointer, isComplete: Bool
  ) {
    pieces += 1
    if let head {
      status = head.decoder.status
      fields = head.decoder.fields.map {
        String(decoding: head.bytes[bytes: $0.nameRange], as: UTF8.self) + ": "
          + String(decoding: head.bytes[bytes: $0.valueRange], as: UTF8.self)
      }
    }
    body += Array(piece)
    if head != nil { onHead?(connection) }
    self.isComplete = isComplete
    if isComplete { onEnd?() }
  }

  func upstreamDrained(_ connection: UpstreamConnection) {}

  func upstreamReclaimed(_ connection: UpstreamConnection) {
    isReclaimed = true
    connection.abandon()
  }

  func upstreamFailed(_ failure: UpstreamFailure) {
    self.failure = failure
    onEnd?()
  }
}
