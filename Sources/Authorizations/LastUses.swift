// When each login and token was last let in, to the minute.

public import Formats
import Synchronization

/// Shared by the management thread, which keeps it in the store now and then, and whoever shows it.
public final class LastUses: Sendable {
  private struct State {
    var known: [Identifier: Int64] = [:]
    var unsaved: Set<Identifier> = []
  }

  private let state = Mutex(State())

  /// Nanoseconds: exact times would mean a write for every request.
  private static let grain: Int64 = 60_000_000_000

  public init() {}

  /// Nanoseconds since 1970, the beginning of the minute; nil where it was never let in since this is kept.
  public func time(of id: Identifier) -> Int64? { state.withLock { $0.known[id] } }

  /// As if it never had been: what was noted was of something that is no more.
  public func forget(_ id: Identifier) {
    state.withLock { state in
      state.known[id] = nil
      state.unsaved.remove(id)
    }
  }

  /// Takes what the store kept.
  public func restore(_ kept: [Identifier: Int64]) { state.withLock { $0.known.merge(kept) { max($0, $1) } } }

  /// - Parameter time: nanoseconds since 1970.
  public func note(_ ids: some Sequence<Identifier>, at time: Int64) {
    let minute = time - time % Self.grain
    state.withLock { state in
      for id in ids where state.known[id, default: .min] < minute {
        state.known[id] = minute
        state.unsaved.insert(id)
      }
    }
  }

  /// Up to `count` that are not in the store yet.
  func takeUnsaved(atMost count: Int) -> [(id: Identifier, time: Int64)] {
    state.withLock { state in
      let taken = Array(state.unsaved.prefix(count))
      state.unsaved.subtract(taken)
      return taken.compactMap { id in state.known[id].map { (id, $0) } }
    }
  }

  /// Puts back what could not be kept.
  func putBack(_ uses: [(id: Identifier, time: Int64)]) {
    state.withLock { $0.unsaved.formUnion(uses.map(\.id)) }
  }
}
