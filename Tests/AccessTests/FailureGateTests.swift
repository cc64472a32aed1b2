// When an attempt may be made, as a function of the failures before it.

import Testing
import Threading

@testable import Access

private func after(_ seconds: Int) -> Instant { .start + .seconds(seconds) }

private func digest(_ number: UInt64) -> Digest {
  var mac = AuthenticationKey([9]).begin(.attempt)
  mac.append(number)
  return mac.finish()
}

@Suite struct FailureGateTests {
  private let source = SourceAddress("10.0.0.1")

  private func gate(_ change: (inout FailureLimits) -> Void = { _ in }) -> GateBox {
    var limits = FailureLimits()
    limits.freeAttempts = 3
    change(&limits)
    return GateBox(FailureGate(limits: limits))
  }

  @Test func isOpenForTheFreeAttempts() {
    let gate = gate()
    #expect(gate.state(of: digest(1), now: .start) == .open(attempts: 3))
    gate.recordFailure(of: digest(1), from: source, now: .start)
    #expect(gate.state(of: digest(1), now: .start) == .open(attempts: 2))
    gate.recordFailure(of: digest(1), from: source, now: .start)
    #expect(gate.state(of: digest(1), now: .start) == .open(attempts: 1))
    gate.recordFailure(of: digest(1), from: source, now: .start)
    #expect(gate.state(of: digest(1), now: .start) == .closed(retryAfterSeconds: 1))
  }

  @Test func closesForTwiceAsLongWithEachFurtherFailureUpToItsLongest() {
    let gate = gate()
    var now = Instant.start
    for _ in 0..<3 { gate.recordFailure(of: digest(1), from: source, now: now) }
    for pause in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
      #expect(gate.state(of: digest(1), now: now) == .closed(retryAfterSeconds: pause))
      now = now + .seconds(pause)
      #expect(gate.state(of: digest(1), now: now) == .open(attempts: 1))
      gate.recordFailure(of: digest(1), from: source, now: now)
    }
  }

  @Test func survivesAnyNumberOfFailures() {
    let gate = gate()
    for number in 0..<10_000 {
      gate.recordFailure(of: digest(1), from: source, now: after(number * 60))
    }
    #expect(gate.state(of: digest(1), now: after(9_999 * 60)) == .closed(retryAfterSeconds: 60))
  }

  /// Security row 36.
  @Test func closesForTenWrongPasswordsAMinuteAndForNobodyElse() {
    let gate = GateBox(FailureGate(limits: FailureLimits()))
    for number in 0..<10 { gate.recordFailure(of: digest(1), from: source, now: after(number * 6)) }
    #expect(gate.state(of: digest(1), now: after(54)) == .closed(retryAfterSeconds: 1))
    #expect(gate.state(of: digest(2), now: after(54)) == .open(attempts: 10))
  }

  @Test func opensAtOnceAfterASuccess() {
    let gate = gate()
    for _ in 0..<5 { gate.recordFailure(of: digest(1), from: source, now: .start) }
    gate.recordSuccess(of: digest(1))
    #expect(gate.state(of: digest(1), now: .start) == .open(attempts: 3))
  }

  @Test func forgetsAfterItsMemory() {
    let gate = gate { $0.memorySeconds = 100 }
    for _ in 0..<3 { gate.recordFailure(of: digest(1), from: source, now: .start) }
    #expect(gate.state(of: digest(1), now: after(100)) == .open(attempts: 1))
    #expect(gate.state(of: digest(1), now: after(101)) == .open(attempts: 3))
    gate.recordFailure(of: digest(1), from: source, now: after(101))
    #expect(gate.state(of: digest(1), now: after(101)) == .open(attempts: 2))
  }

  @Test func suspectsASourceForAWhileAfterAFailureEvenAfterASuccess() {
    let gate = gate()
    #expect(!gate.isSuspect(source, now: .start))
    gate.recordFailure(of: digest(1), from: source, now: .start)
    gate.recordSuccess(of: digest(2))
    gate.recordSuccess(of: digest(1))
    #expect(gate.isSuspect(source, now: after(59)))
    #expect(!gate.isSuspect(source, now: after(60)))
    #expect(!gate.isSuspect(SourceAddress("10.0.0.2"), now: .start))
  }

  @Test func neverOpensBecauseTheClockWentBackwards() {
    let gate = gate()
    for _ in 0..<3 { gate.recordFailure(of: digest(1), from: source, now: after(1_000)) }
    guard case .closed = gate.state(of: digest(1), now: .start) else {
      Issue.record("open")
      return
    }
    #expect(gate.isSuspect(source, now: .start))
  }

  @Test func keepsToItsMemoryWhoeverFails() {
    let gate = gate { $0.entries = 100 }
    for number in 0..<10_000 {
      gate.recordFailure(
        of: digest(UInt64(number)), from: SourceAddress("10.0.\(number / 250).\(number % 250)"), now: .start)
    }
    #expect(gate.state(of: digest(9_999), now: .start) == .open(attempts: 2))
    #expect(gate.state(of: digest(0), now: .start) == .open(attempts: 3))
  }
}
