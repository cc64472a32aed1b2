// The values of a query string or an urlencoded form, read as Go's net/url reads them, or refused.

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
    var start = 0
    while start < text.count {
      let end = text.firstIndex(of: UInt8(ascii: "&"), from: start, upTo: text.count) ?? text.count
      if text.firstIndex(of: UInt8(ascii: ";"), from: start, upTo: end) != nil { throw .semicolon }
      if end > start {
        guard pairs.count < maximumPairs else { throw .tooManyPairs }
        let nameEnd = text.firstIndex(of: UInt8(ascii: "="), from: start, upTo: end) ?? end
        let name = try Self.decode(text[bytes: ByteRange(start, upTo: nameEnd)])
        let value = try Self.decode(text[bytes: ByteRange(min(nameEnd + 1, end), upTo: end)])
        pairs.append(Pair(name: name, value: value))
      }
      start = end + 1
    }
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

  private static func decode(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> [UInt8] {
    guard let decoded = PercentCoding.decode(bytes, plusIsBlank: true) else { throw .percentEncoding }
    let hasNUL = decoded.withUnsafeBytes { $0.firstIndex(of: 0, from: 0, upTo: $0.count) != nil }
    guard !hasNUL else { throw .nul }
    return decoded
  }

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
  /// The values of both, where of a name that is in both only these count, even with an empty value.
  public func preferred(over other: FormValues) -> FormValues {
    var merged = self
    merged.pairs += other.pairs.filter { pair in !pairs.contains { $0.name == pair.name } }
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
