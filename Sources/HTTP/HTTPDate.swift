// The `Date` field of responses that gatehouse makes itself (RFC 9110 §6.6.1).

import Formats

public struct HTTPDate: Sendable {
  /// `Tue, 24 Nov 2026 22:05:09 GMT`
  public let text: [UInt8]

  /// Now.
  public init() { text = Timestamp.now.httpDate }
}
