// How a call of the management API is answered: at once, or after a hash.

import Access
import Authorizations
import Decision
import Formats
import Gateway
import Management
import ManagementAPI
import Transport

/// A call that waits for the hash of a new password. Its body is short: the gateway takes no other for such a call.
struct WaitingForHash {
  let call: ManagementCall
  let done: @Sendable (ManagementAnswer) -> Void
  /// nil while it is being made.
  var made: NewPassword?
  let number: UInt64
}

extension ManagementWorker {
  /// - Parameter done: called exactly once, unless the loop ends before.
  func answer(_ call: ManagementCall, done: @escaping @Sendable (ManagementAnswer) -> Void) {
    switch service.answer(call) {
    case .answer(let answer): done(answer)
    case .needsHash(let password, let id):
      hashesAsked += 1
      let number = hashesAsked
      hashing[id, default: []].append(WaitingForHash(call: call, done: done, number: number))
      let isTaken = passwords.submit(password, from: SourceAddress(call.source)) { [mailbox] outcome in
        LoopHandle<ManagementWorker>(mailbox).tell { $0.hashed(id, number, NewPassword(outcome)) }
      }
      if !isTaken { hashed(id, number, .refused) }
    }
  }

  /// Goes on with what no longer waits, of one login in the order of arrival: what was sent last stands in the end,
  /// whichever hash was made first.
  private func hashed(_ id: Identifier, _ number: UInt64, _ made: NewPassword) {
    guard var waiting = hashing[id], let place = waiting.firstIndex(where: { $0.number == number }) else { return }
    if case .hashed = made {
      waiting[place].made = made
    } else {
      // Changes nothing, so it need not wait for its turn: a flood must not be held in memory behind slow hashes.
      finish(waiting.remove(at: place), made)
    }
    while let first = waiting.first, let made = first.made {
      waiting.removeFirst()
      finish(first, made)
    }
    hashing[id] = waiting.isEmpty ? nil : waiting
  }

  /// Looks at the call anew from the beginning: the login or the caller's permission may be gone by now.
  private func finish(_ waiting: WaitingForHash, _ made: NewPassword) {
    guard case .answer(let answer) = service.answer(waiting.call, newPassword: made) else { return }
    waiting.done(answer)
  }
}

extension NewPassword {
  fileprivate init(_ outcome: PasswordMaker.Outcome) {
    self =
      switch outcome {
      case .made(let hash): .hashed(hash)
      case .failed: .failed
      case .gaveWay: .refused
      }
  }
}
