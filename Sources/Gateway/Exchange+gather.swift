// Answers of the upstream that are read here before the client has them.

import Decision
import Formats
import HTTP
import ManagementAPI
import Upstream

extension Exchange {
  /// Keeps an answer that is read here first, and answers with what is left of it.
  func gather(_ piece: UnsafeRawBufferPointer, isComplete: Bool, _ request: UpstreamRequest, _ lease: Lease) {
    if request.mayFindFluxOff { return gatherRefusal(piece, isComplete: isComplete) }
    guard let filter = request.filter, piece.count <= AnswerFilter.maximumBytes - body.count else {
      return give(up: UpstreamFailure(.malformed(.headTooLarge), .receiving), isComplete: isComplete)
    }
    guard piece.count <= AnswerFilter.maximumBytesKept - host.keptForFilters else {
      return give(up: UpstreamFailure(.exhausted, .receiving), isComplete: isComplete)
    }
    keptForFilter += piece.count
    host.keptForFilters += piece.count
    body.append(contentsOf: piece)
    guard isComplete else { return }
    facts.endUpstream(at: host.instant)
    let whole = body
    body.release()
    guard whole.count > AnswerFilter.maximumBytesInLoop else {
      state = .settling
      return filtered(filter.filtered(whole, facts.form))
    }
    state = .filtering(request)
    // Counts until it has been read, whether the client waits for that or not: memory is not free before.
    let kept = keptForFilter
    keptForFilter = 0
    let begun = facts.startedAt
    host.filter(whole, by: filter, facts.form) { [self] answer in
      host.keptForFilters -= kept
      // The client may have left meanwhile.
      guard case .filtering = state, facts.startedAt == begun else { return }
      state = .settling
      filtered(answer)
    }
  }

  /// - Parameter isComplete: whether the response has ended all the same, so that its connection is another's by now.
  private func give(up failure: UpstreamFailure, isComplete: Bool) {
    if isComplete { state = .settling } else { dropUpstream() }
    fail(failure)
  }

  /// - Parameter answer: nil where the upstream's is none that could be read.
  private func filtered(_ answer: LocalAnswer?) {
    releaseKept()
    guard var answer else { return fail(UpstreamFailure(.malformed(.malformedStatusLine), .receiving)) }
    let dialect = AnswerDialect(upstream: host.dialect, version: host.version, isAPI2: false)
    answer.fields = dialect.common + answer.fields
    respond(answer)
  }

  /// Gives back the loop's share of memory that an answer to be filtered had.
  func releaseKept() {
    guard keptForFilter > 0 else { return }
    host.keptForFilters -= keptForFilter
    keptForFilter = 0
  }

  // MARK: Flux that is switched off

  private var fluxIsOff: String { "Flux query service disabled" }

  /// Reads a 403 to `/api/v2/query` before the client does: with it a 1.x upstream that has Flux switched off says so.
  /// That is told, in words of ours; any other 403 is what the upstream says to the gateway's own credential, and 502.
  private func gatherRefusal(_ piece: UnsafeRawBufferPointer, isComplete: Bool) {
    // What is longer is not that answer.
    let maximumRefusal = 4_096
    guard piece.count <= maximumRefusal - body.count else {
      return give(up: UpstreamFailure(.credentialRefused(403), .receiving), isComplete: isComplete)
    }
    body.append(contentsOf: piece)
    guard isComplete else { return }
    facts.endUpstream(at: host.instant)
    state = .settling
    let text = String(decoding: body, as: UTF8.self)
    body.release()
    guard text.contains(fluxIsOff) else { return fail(UpstreamFailure(.credentialRefused(403), .receiving)) }
    refuse(.denied("\(fluxIsOff). Verify flux-enabled=true in the [http] section of the InfluxDB config."))
  }
}
