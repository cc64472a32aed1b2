// What an upstream connection tells the exchange that leased it.

public import HTTP

/// The head of a response, valid during one call.
public struct UpstreamResponseHead {
  /// The bytes that the decoder's ranges are positions in.
  public let bytes: UnsafeRawBufferPointer
  public let decoder: ResponseHeadDecoder
}

/// All calls come from the event loop of the exchange.
public protocol UpstreamExchangeHandler: AnyObject {
  /// Whether the exchange may be ended before its response has begun, where others wait and hold less: a read, which can be
  /// asked again.
  var yieldsToOthers: Bool { get }
  /// A connection is yours: send the request now, or `abandon` it.
  func upstreamLeased(_ connection: UpstreamConnection)
  /// A piece of the response. `head` comes with the first piece and only then; `body` is payload without framing, lies in
  /// the loop's scratch and is valid during the call.
  func upstreamReceived(
    _ connection: UpstreamConnection, head: UpstreamResponseHead?, body: UnsafeRawBufferPointer, isComplete: Bool)
  /// Everything sent has left: more of the request may be sent.
  func upstreamDrained(_ connection: UpstreamConnection)
  /// Others wait for a connection and hold less, and the client has kept this one waiting, or the exchange yields:
  /// `abandon` it.
  func upstreamReclaimed(_ connection: UpstreamConnection)
  /// The exchange is over without a whole response. The connection, if there was one, is closed already.
  func upstreamFailed(_ failure: UpstreamFailure)
}
