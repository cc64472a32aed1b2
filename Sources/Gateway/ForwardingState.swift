// Where a request stands on its way to the upstream, and what it holds there.

import Decision

enum ForwardingState<Lease: ExchangeLease> {
  /// Nothing is on its way, or an event decides what becomes of it; nothing is held.
  case none
  /// For its turn to have its body counted on.
  case counting(UpstreamRequest, BodyCount)
  /// The body is being collected, up to so many bytes.
  case collecting(UpstreamRequest, limit: Int)
  /// For a connection, on which these bytes leave.
  case leasing(UpstreamRequest, outgoing: [UInt8])
  /// The request's body is passing.
  case streaming(UpstreamRequest, Lease)
  case awaitingResponse(UpstreamRequest, Lease)
}

/// A body that is counted in turns with others' events.
struct BodyCount {
  let payload: [UInt8]
  /// Where the next slice begins.
  var position: Int
  let next: AfterCount
}

/// What is done with a body once it has been counted.
enum AfterCount {
  /// It is whole.
  case send
  /// What was counted is the beginning of what streams.
  case stream
}
