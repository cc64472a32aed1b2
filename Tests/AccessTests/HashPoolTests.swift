// The worker threads themselves.

import Authorizations
import Formats
import Glibc
import Synchronization
import Testing
import Threading

@testable import Access

@Suite struct HashPoolTests {
  private let world = snapshot([authorization(1, "reader", password: "right")])

  /// Security row 33: a thousand first log-ins at once cost one hash.
  @Test func hashesOnceForAThousandFirstLogInsAtOnce() throws {
    let verifier = FakeVerifier()
    let released = try #require(WorkSemaphore())
    let ended = try #require(WorkSemaphore())
    let authenticator = try makeAuthenticator(workers: 2) { password, hash in
      released.wait()
      return verifier.verify(password, hash)
    }
    let outcomes = Mutex<[String]>([])
    let world = self.world
    for number in 0..<1_000 {
      let credential = Credential.login(name: bytes("reader"), password: bytes("right"))
      let source = SourceAddress("10.0.\(number / 250).\(number % 250)")
      guard
        case .pending(let pending) = authenticator.authenticate(
          credential, source: source, snapshot: world, now: .start)
      else {
        Issue.record("not pending")
        return
      }
      let outcome = authenticator.start(pending, snapshot: world, now: .start) { result in
        let outcome = authenticator.conclude(pending, result, snapshot: world)
        outcomes.withLock { $0.append(outcome.summary) }
        ended.signal()
      }
      #expect(outcome?.summary == nil)
    }
    released.signal()
    for _ in 0..<1_000 { ended.wait() }
    #expect(outcomes.withLock { $0 } == Array(repeating: "authenticated reader", count: 1_000))
    #expect(verifier.count == 1)
    authenticator.stop()
  }

  @Test func makesVerificationsOnAllItsThreads() throws {
    let arrived = try #require(WorkSemaphore())
    let released = try #require(WorkSemaphore())
    let ended = try #require(WorkSemaphore())
    let authenticator = try makeAuthenticator(workers: 3) { _, _ in
      arrived.signal()
      released.wait()
      return .differs
    }
    for number in 0..<3 { try start(authenticator, name: "n\(number)") { _ in ended.signal() } }
    // All three are at it at the same time, or this would wait for ever.
    for _ in 0..<3 { arrived.wait() }
    released.signal(times: 3)
    for _ in 0..<3 { ended.wait() }
    authenticator.stop()
  }

  /// Design §10: the client's next attempt is immediate.
  @Test func goesOnWithAVerificationWhoseClientHasLeft() throws {
    let verifier = FakeVerifier()
    let ended = try #require(WorkSemaphore())
    let authenticator = try makeAuthenticator(workers: 1, verifier.verify)
    try start(authenticator, name: "reader", password: "right") { _ in ended.signal() }
    ended.wait()
    let credential = Credential.login(name: bytes("reader"), password: bytes("right"))
    let outcome = authenticator.authenticate(
      credential, source: SourceAddress("10.0.0.9"), snapshot: world, now: .start)
    guard case .settled(.authenticated) = outcome else {
      Issue.record("not remembered")
      return
    }
    authenticator.stop()
  }

  @Test func tellsEverybodyWhenItStops() throws {
    let arrived = try #require(WorkSemaphore())
    let released = try #require(WorkSemaphore())
    let verdicts = Mutex<[PasswordVerdict]>([])
    let authenticator = try makeAuthenticator(workers: 1) { _, _ in
      arrived.signal()
      released.wait()
      return .differs
    }
    for number in 0..<5 {
      try start(authenticator, name: "n\(number)") { result in verdicts.withLock { $0.append(result.verdict) } }
    }
    arrived.wait()
    released.signal(times: 5)
    authenticator.stop()
    // The one under way ended; of the others, those that no worker took before it saw the stop were given up.
    #expect(verdicts.withLock { $0.count } == 5)
    #expect(verdicts.withLock { $0.first } == .differs)
    guard
      case .pending(let late) = authenticator.authenticate(
        .login(name: bytes("late"), password: []), source: SourceAddress(""), snapshot: world, now: .start)
    else {
      Issue.record("not pending")
      return
    }
    #expect(authenticator.start(late, snapshot: world, now: .start) { _ in }?.summary == "overloaded")
    authenticator.stop()
  }

  @Test func verifiesWithLibxcryptByDefault() throws {
    var settings = Authenticator.Settings()
    settings.cost = 4
    let authenticator = try Authenticator(settings, clock: { .start })
    var login = authorization(1, "reader", password: nil)
    login.passwordHash = try PasswordHasher().make(bytes("right"), cost: 4).text
    let world = snapshot([login])
    let ended = try #require(WorkSemaphore())
    let verdicts = Mutex<[PasswordVerdict]>([])
    for password in ["right", "wrong"] {
      let credential = Credential.login(name: bytes("reader"), password: bytes(password))
      guard
        case .pending(let pending) = authenticator.authenticate(
          credential, source: SourceAddress(""), snapshot: world, now: .start)
      else {
        Issue.record("not pending")
        return
      }
      let outcome = authenticator.start(pending, snapshot: world, now: .start) { result in
        verdicts.withLock { $0.append(result.verdict) }
        ended.signal()
      }
      #expect(outcome?.summary == nil)
      ended.wait()
    }
    #expect(verdicts.withLock { $0 } == [.matches, .differs])
    authenticator.stop()
  }

  @Test func yieldsTheProcessorsToTheEventLoops() throws {
    let ended = try #require(WorkSemaphore())
    let seen = Mutex<Int32>(0)
    let authenticator = try makeAuthenticator(workers: 1) { _, _ in
      seen.withLock { $0 = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
      return .differs
    }
    try start(authenticator, name: "n") { _ in ended.signal() }
    ended.wait()
    #expect(seen.withLock { $0 } == min(19, getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) + 10))
    authenticator.stop()
  }

  private func makeAuthenticator(
    workers: Int, _ verify: @escaping @Sendable ([UInt8], PasswordHash) -> PasswordVerdict
  ) throws -> Authenticator {
    var settings = Authenticator.Settings()
    settings.cost = 4
    settings.workers = workers
    return try Authenticator(settings, clock: { .start }, makeVerifier: { { verify($0, $1) } })
  }

  private func start(
    _ authenticator: Authenticator, name: String, password: String = "x",
    completion: @escaping @Sendable (VerificationResult) -> Void
  ) throws {
    let credential = Credential.login(name: bytes(name), password: bytes(password))
    guard
      case .pending(let pending) = authenticator.authenticate(
        credential, source: SourceAddress("10.0.0.1"), snapshot: world, now: .start)
    else {
      Issue.record("not pending")
      return
    }
    #expect(authenticator.start(pending, snapshot: world, now: .start, completion: completion)?.summary == nil)
  }
}
