// A bounded queue that serves sources in turn, and within a source its names in turn.

/// First in, first out within one (source, name); round robin between names, and between sources, so that whoever sends
/// most waits longest. When it is full, the source with the most waiting gives way to one with less.
struct FairQueue<Element: Sendable>: Sendable {
  private var lanes: [SourceAddress: Lanes<Digest, Element>] = [:]
  private var turns = Fifo<SourceAddress>()
  private(set) var count = 0

  mutating func append(_ element: Element, source: SourceAddress, name: Digest) {
    if lanes[source] == nil { turns.append(source) }
    lanes[source, default: Lanes()].append(element, to: name)
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard let source = turns.popFirst() else { return nil }
    guard let (_, element) = lanes[source]?.popFirst() else { return nil }
    count -= 1
    if lanes[source]?.count == 0 { lanes[source] = nil } else { turns.append(source) }
    return element
  }

  /// Hands everything of `source` over to `other`, where it waits behind those who are there.
  mutating func move(_ source: SourceAddress, into other: inout Self) {
    guard var moved = lanes.removeValue(forKey: source) else { return }
    turns.removeAll { $0 == source }
    count -= moved.count
    while let (name, element) = moved.popFirst() { other.append(element, source: source, name: name) }
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

/// Queues by key, served in turn.
private struct Lanes<Key: Hashable & Sendable, Element: Sendable>: Sendable {
  private var lanes: [Key: Fifo<Element>] = [:]
  private var turns = Fifo<Key>()
  private(set) var count = 0

  mutating func append(_ element: Element, to key: Key) {
    if lanes[key] == nil { turns.append(key) }
    lanes[key, default: Fifo()].append(element)
    count += 1
  }

  mutating func popFirst() -> (key: Key, element: Element)? {
    guard let key = turns.popFirst(), let element = lanes[key]?.popFirst() else { return nil }
    count -= 1
    if lanes[key]?.count == 0 { lanes[key] = nil } else { turns.append(key) }
    return (key, element)
  }

  mutating func dropNewestOfLongest() -> Element? {
    guard let key = lanes.max(by: { $0.value.count < $1.value.count })?.key else { return nil }
    guard let element = lanes[key]?.popLast() else { return nil }
    count -= 1
    if lanes[key]?.count == 0 {
      lanes[key] = nil
      turns.removeAll { $0 == key }
    }
    return element
  }
}
