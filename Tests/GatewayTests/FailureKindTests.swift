import Observation
import Testing
import Upstream

@testable import Gateway

@Suite struct FailureKindTests {
  @Test("a failure is counted by its kind, whatever its text says")
  func countedByKind() {
    #expect(UpstreamFailure(.unreachable("TLS-looking name not found"), .connecting).metric == .connect)
    #expect(UpstreamFailure(.handshake("certificate has expired"), .connecting).metric == .tls)
  }

  @Test("the log tells a failed handshake as before")
  func handshakeText() {
    #expect(
      UpstreamFailure(.handshake("certificate has expired"), .connecting).detail
        == "upstream unreachable: TLS: certificate has expired")
  }
}
