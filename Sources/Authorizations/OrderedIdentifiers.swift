// Identifiers in ascending order, of which a changed copy is cheap, so that a list can be made piece by piece.

public import Formats

/// Short sorted runs, one after the other: a change copies one run and the list of runs, and a walk that is at an
/// identifier finds its place again in any of the copies.
public struct OrderedIdentifiers: Sendable {
  /// None is empty.
  private var runs: [[Identifier]] = []

  /// A run that reaches this length is split.
  private static let longestRun = 512

  init() {}

  init(_ identifiers: some Sequence<Identifier>) {
    let sorted = identifiers.sorted()
    let length = Self.longestRun / 2
    runs = stride(from: 0, to: sorted.count, by: length).map { Array(sorted[$0..<min($0 + length, sorted.count)]) }
  }

  mutating func insert(_ id: Identifier) {
    guard !runs.isEmpty else {
      runs = [[id]]
      return
    }
    let run = max(0, Self.firstIndex(in: runs) { id < $0[0] } - 1)
    let place = Self.firstIndex(in: runs[run]) { id <= $0 }
    guard place == runs[run].count || runs[run][place] != id else { return }
    runs[run].insert(id, at: place)
    guard runs[run].count >= Self.longestRun else { return }
    let half = runs[run].count / 2
    runs.insert(Array(runs[run][half...]), at: run + 1)
    runs[run].removeSubrange(half...)
  }

  mutating func remove(_ id: Identifier) {
    let run = Self.firstIndex(in: runs) { id < $0[0] } - 1
    guard run >= 0 else { return }
    let place = Self.firstIndex(in: runs[run]) { id <= $0 }
    guard place < runs[run].count, runs[run][place] == id else { return }
    runs[run].remove(at: place)
    if runs[run].isEmpty { runs.remove(at: run) }
  }

  /// Those that follow `id`, of its run or, where it was the last of that, the next: empty at the end alone. nil is
  /// before the first.
  public func run(after id: Identifier?) -> ArraySlice<Identifier> {
    guard let id else { return runs.first?[...] ?? [] }
    let run = Self.firstIndex(in: runs) { id < $0[0] } - 1
    if run >= 0 {
      let rest = runs[run][Self.firstIndex(in: runs[run]) { id < $0 }...]
      if !rest.isEmpty { return rest }
    }
    return run + 1 < runs.count ? runs[run + 1][...] : []
  }

  /// Those that precede `id`, of its run or, where it was the first of that, the one before: empty at the beginning
  /// alone. nil is behind the last.
  public func run(before id: Identifier?) -> ArraySlice<Identifier> {
    guard let id else { return runs.last?[...] ?? [] }
    let run = Self.firstIndex(in: runs) { id <= $0[0] } - 1
    return run >= 0 ? runs[run][..<Self.firstIndex(in: runs[run]) { id <= $0 }] : []
  }

  /// Where `isPast`, which no element is before one that is not, begins to hold.
  private static func firstIndex<Element>(in sorted: [Element], where isPast: (Element) -> Bool) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if isPast(sorted[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
