// A verification that is under way while the password changes (security row 32), in a thousand interleavings.

import Authorizations
import TestSupport
import Synchronization
import Testing

@testable import Access

@Suite struct StaleVerificationTests {
  /// One client's way through an authentication, a step at a time.
  private enum Stage {
    case fresh
    case pending(PendingVerification)
    case waiting(PendingVerification)
    case done(AuthenticationOutcome)
  }

  @Test(arguments: [true, false]) func neverLetsTheOldPasswordInAfterTheChange(revisionMoves: Bool) throws {
    for seed in UInt64(0)..<1_000 { try play(seed: seed, revisionMoves: revisionMoves) }
  }

  private func play(seed: UInt64, revisionMoves: Bool) throws {
    var random = SeededGenerator(seed: seed)
    let bench = try Bench { $0.failures.freeAttempts = 1_000 }
    let before = snapshot([authorization(1, "reader", password: "old")])
    let after = snapshot([authorization(1, "reader", password: "new", revision: revisionMoves ? 2 : 1)])
    var current = before
    var isChanged = false
    var stages = [Stage](repeating: .fresh, count: 4)
    // The last client sends the new password, perhaps too early.
    let passwords = ["old", "old", "old", "new"]
    let results = Mutex<[Digest: VerificationResult]>([:])
    var steps = 0
    while steps < 200 {
      steps += 1
      if !isChanged && Int.random(in: 0..<10, using: &random) == 0 {
        current = after
        isChanged = true
      }
      if Int.random(in: 0..<3, using: &random) == 0 {
        _ = bench.authenticator.runOneVerification(bench.verifier.verify)
      }
      let client = Int.random(in: 0..<4, using: &random)
      let startedBeforeChange: Bool
      switch stages[client] {
      case .fresh:
        let credential = Credential.login(name: bytes("reader"), password: bytes(passwords[client]))
        switch bench.begin(credential, from: "10.0.0.\(client)", in: current) {
        case .settled(let outcome): stages[client] = .done(outcome)
        case .pending(let pending): stages[client] = .pending(pending)
        }
        startedBeforeChange = !isChanged
      case .pending(let pending):
        let outcome = bench.authenticator.start(pending, snapshot: current, now: bench.now) { result in
          results.withLock { $0[result.digest] = result }
        }
        stages[client] = outcome.map { .done($0) } ?? .waiting(pending)
        startedBeforeChange = !isChanged
      case .waiting(let pending):
        guard let result = results.withLock({ $0[pending.job.digest] }) else { continue }
        stages[client] = .done(bench.authenticator.conclude(pending, result, snapshot: current))
        startedBeforeChange = !isChanged
      case .done:
        stages[client] = .fresh
        continue
      }
      // Whatever is decided after the change is decided by it.
      if case .done(let outcome) = stages[client], !startedBeforeChange, passwords[client] == "old" {
        #expect(outcome.summary == "refused failed", "seed \(seed)")
      }
    }
    current = after
    while bench.authenticator.runOneVerification(bench.verifier.verify) {}
    for client in 0..<4 {
      let source = "10.0.0.\(client)"
      #expect(bench.logIn("reader", "old", from: source, in: current).summary == "refused failed", "seed \(seed)")
      #expect(bench.logIn("reader", "new", from: source, in: current).summary == "authenticated reader", "seed \(seed)")
      #expect(bench.logIn("reader", "old", from: source, in: current).summary == "refused failed", "seed \(seed)")
    }
  }
}
