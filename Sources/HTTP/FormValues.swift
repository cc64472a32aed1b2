// The values of a query string or an urlencoded form, read as Go's net/url reads them, or refused.

import Formats
import Glibc

/// Decoded name–value pairs in their order. Of a repeated name the first counts, as upstream.
public struct FormValues: Sendable, Equatable {
  public struct Pair: Sendable, Equatable {
    public var name: [UInt8]
    public var value: [UInt8]
  }

  /// Why a text is refused. Servers disagree on each of these: some drop the pair, some read it differently.
  public enum Problem: Error, Sendable, Equatable {
    case semicolon
    case percentEncoding
    case nul
    case tooManyPairs

    public var reason: String {
      switch self {
      case .semicolon: "a raw semicolon in the parameters"
      case .percentEncoding: "invalid percent-encoding in the parameters"
      case .nul: "a NUL byte in the parameters"
      case .tooManyPairs: "too many parameters"
      }
    }
  }

  public private(set) var pairs: [Pair] = []

  public init() {}

  public init(_ text: UnsafeRawBufferPointer, maximumPairs: Int = 1_000) throws(Problem) {
    let (values, problem) = Self.reading(text, maximumPairs: maximumPairs)
    if let problem { throw problem }
    self = values
  }

  /// What every server reads in a text, and the first thing in it for which it is refused.
  ///
  /// Go drops a pair whose encoding is broken, and since 1.17 one with a raw semicolon: such a pair is left out here too. So
  /// a credential can be read where another pair is at fault, and whoever sent it is told of the fault rather than called a
  /// stranger.
  public static func reading(
    _ text: UnsafeRawBufferPointer, maximumPairs: Int = 1_000
  ) -> (values: FormValues, problem: Problem?) {
    var values = FormValues()
    var problem: Problem?
    var start = 0
    while start < text.count {
      let end = text.firstIndex(of: UInt8(ascii: "&"), from: start, upTo: text.count) ?? text.count
      let pair = start..<end
      start = end + 1
      if pair.isEmpty { continue }
      if text.firstIndex(of: UInt8(ascii: ";"), from: pair.lowerBound, upTo: end) != nil {
        problem = problem ?? .semicolon
        continue
      }
      guard values.pairs.count < maximumPairs else { return (values, problem ?? .tooManyPairs) }
      let nameEnd = text.firstIndex(of: UInt8(ascii: "="), from: pair.lowerBound, upTo: end) ?? end
      guard let name = decode(text[bytes: ByteRange(pair.lowerBound, upTo: nameEnd)]),
        let value = decode(text[bytes: ByteRange(min(nameEnd + 1, end), upTo: end)])
      else {
        problem = problem ?? .percentEncoding
        continue
      }
      if holdsNUL(name) || holdsNUL(value) { problem = problem ?? .nul }
      values.pairs.append(Pair(name: name, value: value))
    }
    return (values, problem)
  }

  public init(_ text: [UInt8], maximumPairs: Int = 1_000) throws(Problem) {
    // `withUnsafeBytes` rethrows untyped.
    let result: Result<FormValues, Problem> = text.withUnsafeBytes { bytes in
      do throws(Problem) { return .success(try FormValues(bytes, maximumPairs: maximumPairs)) } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    PercentCoding.decode(bytes, plusIsBlank: true)
  }

  private static func holdsNUL(_ text: [UInt8]) -> Bool {
    text.withUnsafeBytes { $0.firstIndex(of: 0, from: 0, upTo: $0.count) != nil }
  }

  /// Adds a pair that was read elsewhere.
  mutating func append(_ name: [UInt8], _ value: [UInt8]) { pairs.append(Pair(name: name, value: value)) }

  /// The first value of `name`, or nil where the name is absent.
  public subscript(name: StaticString) -> [UInt8]? {
    for pair in pairs where pair.name.count == name.utf8CodeUnitCount {
      let isSame = name.withUTF8Buffer { expected in pair.name.elementsEqual(expected) }
      if isSame { return pair.value }
    }
    return nil
  }
}

extension FormValues {
  /// The same with another value for `name`.
  public func replacing(_ name: StaticString, _ value: [UInt8]) -> FormValues {
    var replaced = FormValues()
    name.withUTF8Buffer { wanted in
      replaced.append(Array(wanted), value)
      for pair in pairs where !pair.name.elementsEqual(wanted) { replaced.append(pair.name, pair.value) }
    }
    return replaced
  }

  /// The values of both, where of a name that is in both only these count, even with an empty value.
  public func preferred(over other: FormValues) -> FormValues {
    var merged = self
    let names = Set(pairs.lazy.map(\.name))
    merged.pairs += other.pairs.filter { !names.contains($0.name) }
    return merged
  }
}

extension UnsafeRawBufferPointer {
  /// Where `byte` stands first within `start ..< end`, which must lie within the buffer.
  fileprivate func firstIndex(of byte: UInt8, from start: Int, upTo end: Int) -> Int? {
    guard start < end, let baseAddress, let found = memchr(baseAddress + start, Int32(byte), end - start) else {
      return nil
    }
    return UnsafeRawPointer(found) - baseAddress
  }
}
