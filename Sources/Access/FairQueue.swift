// A bounded queue that serves sources in turn, and within a source its names in turn.

/// First in, first out within one (source, name); round robin between names, and between sources, so that whoever sends
/// most waits longest. When it is full, the source with the most waiting gives way to one with less.
///
/// Of three turns in four of a source those have the use who come on a fresh connection, and two of these go to the name
/// that came last: behind an address that takes part in a flood nobody waits for every guess of it. Whoever wants to stand
/// before them with each guess pays for a connection each time, and they still have the other turns.
struct FairQueue<Element: Sendable>: Sendable {
  private var lanes: [SourceAddress: Waiting<Element>] = [:]
  private var turns = Fifo<SourceAddress>()
  private(set) var count = 0

  /// - Parameter isFresh: whether nothing has failed on the connection that asks.
  mutating func append(_ element: Element, source: SourceAddress, name: Digest, isFresh: Bool = true) {
    if lanes[source] == nil { turns.append(source) }
    if isFresh {
      lanes[source, default: Waiting()].fresh.append(element, to: name)
    } else {
      lanes[source, default: Waiting()].others.append(element, to: name)
    }
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard let source = turns.popFirst() else { return nil }
    guard let element = lanes[source]?.popFirst() else { return nil }
    count -= 1
    if lanes[source]?.count == 0 { lanes[source] = nil } else { turns.append(source) }
    return element
  }

  /// Hands everything of `source` over to `other`, where it waits behind those who are there.
  mutating func move(_ source: SourceAddress, into other: inout Self) {
    guard var moved = lanes.removeValue(forKey: source) else { return }
    turns.removeAll { $0 == source }
    count -= moved.count
    while let (name, element) = moved.fresh.popFirst() { other.append(element, source: source, name: name) }
    while let (name, element) = moved.others.popFirst() {
      other.append(element, source: source, name: name, isFresh: false)
    }
  }

  /// Elements waiting of `source`.
  func count(of source: SourceAddress) -> Int { lanes[source]?.count ?? 0 }

  /// Takes out the newest element of the source that has the most waiting, if those are more than `length`.
  mutating func dropFromLongest(over length: Int) -> Element? {
    // Nobody can have more than everything that the others leave.
    guard count - lanes.count + 1 > length else { return nil }
    guard let (source, longest) = lanes.max(by: { $0.value.count < $1.value.count }), longest.count > length else {
      return nil
    }
    guard let element = lanes[source]?.dropNewestOfLongest() else { return nil }
    count -= 1
    if lanes[source]?.count == 0 {
      lanes[source] = nil
      turns.removeAll { $0 == source }
    }
    return element
  }
}

/// What waits of one source.
private struct Waiting<Element: Sendable>: Sendable {
  var fresh = Lanes<Digest, Element>()
  var others = Lanes<Digest, Element>()
  private var turn = 0

  var count: Int { fresh.count + others.count }

  mutating func popFirst() -> Element? {
    defer { turn = (turn + 1) % 4 }
    switch turn {
    case 0: return (fresh.popFirst() ?? others.popFirst())?.element
    case 2: return (others.popFirst() ?? fresh.popFirst())?.element
    default: return (fresh.popNewest() ?? others.popFirst())?.element
    }
  }

  mutating func dropNewestOfLongest() -> Element? { others.dropNewestOfLongest() ?? fresh.dropNewestOfLongest() }
}

/// Queues by key, served in turn.
private struct Lanes<Key: Hashable & Sendable, Element: Sendable>: Sendable {
  private var lanes: [Key: Fifo<Element>] = [:]
  /// Those that have not been served since they came.
  private var newcomers = Fifo<Key>()
  private var served = Fifo<Key>()
  private var isTurnOfServed = false
  private(set) var count = 0

  mutating func append(_ element: Element, to key: Key) {
    if lanes[key] == nil { newcomers.append(key) }
    lanes[key, default: Fifo()].append(element)
    count += 1
  }

  /// Of the one that waits longest, of newcomers and others in turn.
  mutating func popFirst() -> (key: Key, element: Element)? {
    let key =
      isTurnOfServed
      ? served.popFirst() ?? newcomers.popFirst() : newcomers.popFirst() ?? served.popFirst()
    isTurnOfServed.toggle()
    return key.flatMap { take($0) }
  }

  /// Of the one that came last.
  mutating func popNewest() -> (key: Key, element: Element)? {
    (newcomers.popLast() ?? served.popFirst()).flatMap { take($0) }
  }

  private mutating func take(_ key: Key) -> (key: Key, element: Element)? {
    guard let element = lanes[key]?.popFirst() else { return nil }
    count -= 1
    if lanes[key]?.count == 0 { lanes[key] = nil } else { served.append(key) }
    return (key, element)
  }

  mutating func dropNewestOfLongest() -> Element? {
    guard let key = lanes.max(by: { $0.value.count < $1.value.count })?.key else { return nil }
    guard let element = lanes[key]?.popLast() else { return nil }
    count -= 1
    if lanes[key]?.count == 0 {
      lanes[key] = nil
      newcomers.removeAll { $0 == key }
      served.removeAll { $0 == key }
    }
    return element
  }
}

extension FairQueue: JobQueue {
  mutating func next() -> Element? { popFirst() }

  mutating func removeAll() -> [Element] {
    var all: [Element] = []
    while let element = popFirst() { all.append(element) }
    return all
  }
}
