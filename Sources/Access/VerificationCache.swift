// Remembers which credentials were verified, so that a password costs its hash once and a keyed MAC from then on.

import Synchronization

/// Which of a login's two passwords a credential is.
enum PasswordChoice: Sendable, Hashable { case current, previous }

/// A bounded set of digests of verified credentials, each with which password it was; successes only. Safe to use from every event loop.
///
/// A digest is made over everything that the verification depended on (identifier, revision, stored hash, password), so
/// an entry is good for that state alone and dies with it: a slow verification that ends after a password change adds
/// what nobody asks for any more. What is dead falls out by disuse.
///
/// Divided into shards with a lock each: a look-up holds one for some 30 ns, and with one lock for all, loops that
/// authenticate every request would meet in it.
final class VerificationCache: Sendable {
  private final class Shard: Sendable {
    let table: Mutex<BoundedTable<Digest, PasswordChoice>>

    init(capacity: Int) { table = Mutex(BoundedTable(capacity: capacity)) }
  }

  private let shards: [Shard]

  /// - Parameter capacity: most digests kept, about 100 bytes each. Rounded up to a multiple of the shards.
  init(capacity: Int, shards count: Int = 16) {
    let each = (max(1, capacity) + count - 1) / count
    shards = (0..<count).map { _ in Shard(capacity: each) }
  }

  func contains(_ digest: Digest) -> Bool { choice(of: digest) != nil }

  /// nil where it is not remembered.
  func choice(of digest: Digest) -> PasswordChoice? {
    shard(of: digest).table.withLock { $0.use(digest) }
  }

  func insert(_ digest: Digest, _ choice: PasswordChoice = .current) {
    shard(of: digest).table.withLock { $0.set(choice, for: digest) }
  }

  var count: Int { shards.reduce(0) { $0 + $1.table.withLock { $0.count } } }

  /// By another word than the one the table hashes by.
  private func shard(of digest: Digest) -> Shard { shards[Int(digest.d % UInt64(shards.count))] }
}
