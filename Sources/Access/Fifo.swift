// A first-in-first-out queue over one array.

struct Fifo<Element: Sendable>: Sendable {
  private var elements: [Element?] = []
  private var head = 0

  var count: Int { elements.count - head }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let first = elements[head]
    elements[head] = nil
    head += 1
    // Moving the rest down only when it is the smaller half keeps every operation at constant cost on average.
    if head * 2 >= elements.count {
      elements.removeFirst(head)
      head = 0
    }
    return first
  }

  mutating func popLast() -> Element? {
    guard head < elements.count else { return nil }
    return elements.removeLast()
  }

  mutating func removeAll(where shouldBeRemoved: (Element) -> Bool) {
    elements.removeFirst(head)
    head = 0
    elements.removeAll { $0.map(shouldBeRemoved) ?? false }
  }
}
