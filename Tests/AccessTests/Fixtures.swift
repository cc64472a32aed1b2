// Logins, tokens and an authenticator whose verifications are made by the test itself.

import Authorizations
import Formats
import Synchronization
import TestSupport
import Threading

@testable import Access

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Identifiers that are known not to be zero.
func identifier(_ number: UInt64) -> Identifier {
  guard let identifier = Identifier(number) else { fatalError("zero") }
  return identifier
}

let organization = identifier(0x0a)

func authorization(
  _ id: UInt64, _ name: String, password: String?, status: Status = .active, permissions: [Permission] = [],
  revision: UInt64 = 1
) -> Authorization {
  Authorization(
    id: identifier(id), token: name, status: status, organizationID: organization, userID: identifier(0x0b),
    permissions: permissions, passwordHash: password.map(fakeHash), revision: revision, createdAt: 0, updatedAt: 0)
}

func snapshot(_ authorizations: [Authorization] = [], tokens: [APIToken] = []) -> AuthorizationSnapshot {
  AuthorizationSnapshot(revision: 1, authorizations: authorizations, tokens: tokens)
}

/// Counts verifications and compares with `fakeHash(_:)`.
final class FakeVerifier: Sendable {
  private let counter = Atomic(0)

  var count: Int { counter.load(ordering: .sequentiallyConsistent) }

  func verify(_ password: [UInt8], _ hash: PasswordHash) -> PasswordVerdict {
    counter.add(1, ordering: .sequentiallyConsistent)
    let text = fakeHash(String(decoding: password, as: UTF8.self))
    return text == hash.text ? .matches : .differs
  }
}

/// An authenticator without threads and with a clock that stands until it is moved.
final class Bench: Sendable {
  let authenticator: Authenticator
  let verifier = FakeVerifier()
  private let clock = ManualClock()
  /// Nanoseconds since 1970.
  let wallTime = WallTime()
  private let results = Mutex<[VerificationResult]>([])

  init(_ change: (inout Authenticator.Settings) -> Void = { _ in }) throws {
    var settings = Authenticator.Settings()
    settings.cost = 4
    settings.workers = 0
    change(&settings)
    let wallTime = wallTime
    authenticator = try Authenticator(
      settings, clock: { .start + .seconds(1) }, wallClock: { wallTime.value.load(ordering: .sequentiallyConsistent) })
  }

  var now: Instant { clock.now }

  func advance(seconds: Int) { clock.advance(by: .seconds(seconds)) }

  func begin(
    _ credential: Credential, from source: String = "10.0.0.1", in snapshot: AuthorizationSnapshot
  ) -> Authentication {
    authenticator.authenticate(credential, source: SourceAddress(source), snapshot: snapshot, now: now)
  }

  /// Authenticates to the end, making whatever verifications wait.
  func settle(
    _ credential: Credential, from source: String = "10.0.0.1", in snapshot: AuthorizationSnapshot
  ) -> AuthenticationOutcome {
    switch begin(credential, from: source, in: snapshot) {
    case .settled(let outcome): return outcome
    case .pending(let pending):
      let outcome = authenticator.start(pending, snapshot: snapshot, now: now) { result in
        self.results.withLock { $0.append(result) }
      }
      if let outcome { return outcome }
      while authenticator.runOneVerification(verifier.verify) {}
      guard let result = results.withLock({ $0.popLast() }) else { return .overloaded }
      return authenticator.conclude(pending, result, snapshot: snapshot)
    }
  }

  func logIn(
    _ name: String, _ password: String, from source: String = "10.0.0.1", in snapshot: AuthorizationSnapshot
  ) -> AuthenticationOutcome {
    settle(.login(name: bytes(name), password: bytes(password)), from: source, in: snapshot)
  }
}

extension AuthenticationOutcome {
  /// What the log says of a refusal.
  var cause: RefusalCause? { if case .refused(_, let cause) = self { cause } else { nil } }

  /// What matters of an outcome, comparable.
  var summary: String {
    switch self {
    case .authenticated(let principal): "authenticated \(principal.name)"
    case .refused(let reason, _): "refused \(reason)"
    case .upstreamToken(let token): "upstream \(String(decoding: token.text, as: UTF8.self))"
    case .throttled(let seconds): "throttled \(seconds)"
    case .overloaded: "overloaded"
    }
  }
}

/// A time of day that a test moves.
final class WallTime: Sendable {
  let value = Atomic<Int64>(1_000)

  func set(_ time: Int64) { value.store(time, ordering: .sequentiallyConsistent) }
}
