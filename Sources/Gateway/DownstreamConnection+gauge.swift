// What a body comes to, and whether its sender still may: looked at before the upstream could commit it.

import HTTP
import Transport
import Upstream

extension DownstreamConnection {
  /// Whether a whole body comes to no more than it may; otherwise it is refused here.
  ///
  /// Where its length tells enough, as that of every usual write does, nothing is unpacked.
  func admits(_ body: UnsafeRawBufferPointer) -> Bool {
    guard let bound = request?.bound,
      var gauge = BodyGauge(bound, isInflated: isInflated, length: body.count),
      let refusal = gauge.take(body, isLast: true)
    else { return true }
    refuse(refusal)
    return false
  }

  /// Begins to count a body that streams with what was collected of it; what is wrong with that, or nil.
  func beginGauging(_ collected: UnsafeRawBufferPointer) -> Refusal? {
    guard let bound = request?.bound else { return nil }
    let length = requestBody.remainingLength.map { $0 + collected.count }
    gauge = BodyGauge(bound, isInflated: isInflated, length: length)
    return gauge?.take(collected, isLast: requestBody.isComplete)
  }

  /// Ends what is under way with a right that was lost since.
  func cutIfRevoked() {
    switch state {
    case .streaming, .relaying, .awaitingResponse: break
    default: return
    }
    guard let request, let refusal = gateway.gatekeeper.objection(to: request, &decidedUnder) else { return }
    turn {
      switch state {
      case .streaming:
        abandonUpstream()
        refuse(refusal)
      // Whole at the upstream: a write may be done already.
      case .awaitingResponse where request.endsWithClient:
        abandonUpstream()
        refuse(refusal)
      case .relaying:
        exchange.notes.reason = "the credential or its right was revoked"
        abandonUpstream()
        abandonAnswer()
      default: break
      }
    }
  }
}
