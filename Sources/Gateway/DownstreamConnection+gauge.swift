// What a body comes to, and whether its sender still may: looked at before the upstream could commit it.

import Decision
import HTTP
import Transport
import Upstream

extension DownstreamConnection {
  /// Whether a body of which `count` bytes are here has to be counted. Where its length tells enough, as that of every
  /// usual write does, nothing is unpacked.
  func needsCount(_ count: Int) -> Bool {
    guard let bound = request?.bound else { return false }
    let length = requestBody.isComplete ? count : requestBody.remainingLength.map { $0 + count }
    gauge = BodyGauge(bound, isInflated: isInflated, length: length)
    return gauge != nil
  }

  /// Counts what is here of a body, all of it or its beginning.
  ///
  /// - Returns: whether that is done; otherwise it goes on in turns with others' events before `goOn` is called, or the
  ///   body was refused.
  func count(_ payload: UnsafeRawBufferPointer, orLater goOn: @escaping () -> Void) -> Bool {
    guard let end = countSlice(payload, from: 0) else { return false }
    guard end < payload.count else { return true }
    state = .waiting
    stream?.clearDeadline()
    stream?.readsInput = false
    countOn(Array(payload), from: end, goOn)
    return false
  }

  /// Where the next slice begins; nil where the body was refused.
  private func countSlice(_ payload: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let slice = gauge?.takeSlice(payload, from: start, isLast: requestBody.isComplete) else {
      return payload.count
    }
    guard let refusal = slice.refusal else { return slice.end }
    refuse(refusal)
    return nil
  }

  private func countOn(_ payload: [UInt8], from start: Int, _ goOn: @escaping () -> Void) {
    let later = gateway.loop.resumption { [self] (_: Bool) in
      turn {
        // The client may have left meanwhile.
        guard case .waiting = state, let end = payload.withUnsafeBytes({ countSlice($0, from: start) }) else { return }
        if end < payload.count { countOn(payload, from: end, goOn) } else { goOn() }
      }
    }
    later(true)
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
