// What a body comes to, and whether its sender still may: looked at before the upstream could commit it.

import Decision
import HTTP

extension Exchange {
  /// Whether a body of which `count` bytes are here has to be counted. Where its length tells enough, as that of every
  /// usual write does, nothing is unpacked.
  func needsCount(_ count: Int, _ request: UpstreamRequest) -> Bool {
    guard let bound = request.bound else { return false }
    let rest = host.requestBody
    let length = rest.isComplete ? count : rest.remainingLength.map { $0 + count }
    guard let gauge = BodyGauge(bound, isInflated: attempt.isInflated, length: length) else { return false }
    attempt.gauge = gauge
    return true
  }

  enum Counting {
    case done, refused
    /// In turns with others' events.
    case goesOn
  }

  /// Counts what is here of a body, all of it or its beginning.
  func count(_ payload: UnsafeRawBufferPointer, _ request: UpstreamRequest, then: AfterCount) -> Counting {
    guard let end = countSlice(payload, from: 0) else { return .refused }
    guard end < payload.count else { return .done }
    wait(.counting(request, then))
    countOn(Array(payload), from: end)
    return .goesOn
  }

  /// Where the next slice begins; nil where the body was refused.
  private func countSlice(_ payload: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let slice = attempt.gauge?.takeSlice(payload, from: start, isLast: host.requestBody.isComplete) else {
      return payload.count
    }
    guard let refusal = slice.refusal else { return slice.end }
    refuse(refusal)
    return nil
  }

  private func countOn(_ payload: [UInt8], from start: Int) {
    host.later { [self] in
      // The client may have left meanwhile.
      guard case .waiting(.counting(let request, let then)) = state,
        let end = payload.withUnsafeBytes({ countSlice($0, from: start) })
      else { return }
      guard end == payload.count else { return countOn(payload, from: end) }
      switch then {
      case .dispatch: sendCounted(request)
      case .stream(let collected): leaseStream(with: collected, request)
      }
    }
  }
}
