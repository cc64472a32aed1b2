// An InfluxDB identifier: 64 bits, never zero, written as 16 hexadecimal digits.

/// Identifies an authorization, user, organization or bucket, as InfluxDB 2.x writes it.
public struct Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64

  /// Fails for zero, which InfluxDB never assigns.
  public init?(_ rawValue: UInt64) {
    guard rawValue != 0 else { return nil }
    self.rawValue = rawValue
  }

  /// For values that are not zero by construction; zero becomes 1.
  public init(nonzero rawValue: UInt64) { self.rawValue = max(rawValue, 1) }

  /// Why a text is not an identifier, in the words of InfluxDB 2.9.1.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    case length
    case invalid

    public var description: String {
      switch self {
      case .length: "id must have a length of 16 bytes"
      case .invalid: "invalid ID"
      }
    }
  }

  /// Reads exactly 16 hexadecimal digits of either case.
  public init(parsing text: some StringProtocol) throws(Problem) {
    let bytes = text.utf8
    guard bytes.count == 16 else { throw .length }
    var value: UInt64 = 0
    for byte in bytes {
      guard let digit = Hexadecimal.value(of: byte) else { throw .invalid }
      value = value << 4 | UInt64(digit)
    }
    guard value != 0 else { throw .invalid }
    rawValue = value
  }

  public var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
