// Answers of the upstream that are read here before the client has them.

import Decision
import Formats
import Upstream

extension Relay {
  /// Keeps an answer that is read here first, and answers with what is left of it.
  func gather(
    _ piece: UnsafeRawBufferPointer, isComplete: Bool, _ request: UpstreamRequest
  ) -> ExchangeStep {
    if request.mayFindFluxOff { return gatherRefusal(piece, isComplete: isComplete) }
    guard let filter = request.filter, piece.count <= AnswerFilter.maximumBytes - kept.count else {
      return give(up: UpstreamFailure(.answerTooLarge, .receiving), isComplete: isComplete)
    }
    guard piece.count <= AnswerFilter.maximumBytesKept - host.keptForFilters else {
      return give(up: UpstreamFailure(.exhausted, .receiving), isComplete: isComplete)
    }
    keptForFilter += piece.count
    host.keptForFilters += piece.count
    kept.append(contentsOf: piece)
    guard isComplete else { return .goesOn }
    host.facts.endUpstream(at: host.instant)
    let whole = kept
    kept.release()
    state = .filtering(request)
    guard whole.count <= AnswerFilter.maximumBytesInLoop else { return .filter(whole, filter) }
    return filtered(filter.filtered(whole, host.facts.form))
  }

  /// - Parameter answer: nil where the upstream's is none that could be read.
  func filtered(_ answer: LocalAnswer?) -> ExchangeStep {
    // The client may have left meanwhile.
    guard case .filtering = state else { return .goesOn }
    state = .none
    releaseKept()
    guard var answer else { return host.fail(UpstreamFailure(.unreadable, .receiving)) }
    let dialect = AnswerDialect(upstream: host.dialect, version: host.version, isAPI2: false)
    answer.fields = dialect.common + answer.fields
    return .respond(answer)
  }

  /// Gives back the loop's share of memory that an answer to be filtered had.
  func releaseKept() {
    if keptForFilter > 0 { host.keptForFilters -= takeKept() }
  }

  /// Bytes that count towards what the loop keeps; whoever takes them gives them back.
  func takeKept() -> Int {
    defer { keptForFilter = 0 }
    return keptForFilter
  }

  // MARK: Flux that is switched off

  private var fluxIsOff: String { "Flux query service disabled" }

  /// Reads a 403 to `/api/v2/query` before the client does: with it a 1.x upstream that has Flux switched off says so.
  /// That is told, in words of ours; any other 403 is what the upstream says to the gateway's own credential, and 502.
  private func gatherRefusal(
    _ piece: UnsafeRawBufferPointer, isComplete: Bool
  ) -> ExchangeStep {
    // What is longer is not that answer.
    let maximumRefusal = 4_096
    guard piece.count <= maximumRefusal - kept.count else {
      return give(up: UpstreamFailure(.credentialRefused(403), .receiving), isComplete: isComplete)
    }
    kept.append(contentsOf: piece)
    guard isComplete else { return .goesOn }
    host.facts.endUpstream(at: host.instant)
    state = .none
    let text = String(decoding: kept, as: UTF8.self)
    kept.release()
    guard text.contains(fluxIsOff) else {
      return host.fail(UpstreamFailure(.credentialRefused(403), .receiving))
    }
    return .refuse(.denied("\(fluxIsOff). Verify flux-enabled=true in the [http] section of the InfluxDB config."))
  }
}
