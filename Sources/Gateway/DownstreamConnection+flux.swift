// A 1.x upstream that has Flux switched off says so with the status of a refused credential.

import Decision
import HTTP
import Threading
import Transport
import Upstream

extension DownstreamConnection {
  private static let fluxIsOff = "Flux query service disabled"
  /// Bytes; what is longer is not that answer.
  private static let maximumRefusal = 4_096

  /// Reads a 403 to `/api/v2/query` before the client does. That Flux is off is told, in words of ours; any other is what
  /// the upstream says to the gateway's own credential, and 502.
  func gatherRefusal(_ piece: UnsafeRawBufferPointer, isComplete: Bool) {
    guard piece.count <= Self.maximumRefusal - body.count else {
      abandonUpstream()
      return upstreamFailed(UpstreamFailure(.credentialRefused(403), .receiving))
    }
    body.append(contentsOf: piece)
    guard isComplete else { return }
    exchange.upstreamEndedAt = .now
    upstream = nil
    let text = String(decoding: body, as: UTF8.self)
    body.release()
    guard text.contains(Self.fluxIsOff) else {
      return upstreamFailed(UpstreamFailure(.credentialRefused(403), .receiving))
    }
    refuse(
      .denied("\(Self.fluxIsOff). Verify flux-enabled=true in the [http] section of the InfluxDB config."))
  }
}
