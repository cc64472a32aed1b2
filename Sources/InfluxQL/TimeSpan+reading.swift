// Reading a duration: numbers and units in a row, `1h30m`.

extension TimeSpan {
  enum ReadingError: Error {
    case invalid
    /// The sum turned negative: the last part read, as the server names it.
    case overflow(part: String)

    var message: String {
      switch self {
      case .invalid: "invalid duration"
      case .overflow(let part): "overflowed duration \(part): choose a smaller duration or INF"
      }
    }
  }

  init(reading name: Name) throws(ReadingError) { try self.init(reading: Array(name.text.utf8)[...]) }

  init(reading bytes: ArraySlice<UInt8>) throws(ReadingError) {
    guard bytes.count >= 2 else { throw .invalid }
    var index = bytes.startIndex
    let isNegative = bytes[index] == Byte.minus
    if isNegative { index += 1 }
    var sum: Int64 = 0
    var part = ""
    while index < bytes.endIndex {
      let start = index
      let count = try Self.readCount(bytes, &index)
      let factor = try Self.readUnit(bytes, &index)
      sum &+= count &* factor
      // Only the last part is named, and only if the sum overflowed.
      if sum < 0 { part = String(decoding: bytes[start..<index], as: UTF8.self) }
    }
    if sum < 0, !isNegative { throw .overflow(part: part) }
    self.init(nanoseconds: isNegative ? 0 &- sum : sum)
  }

  private static func readCount(
    _ bytes: ArraySlice<UInt8>, _ index: inout Int
  ) throws(ReadingError) -> Int64 {
    var count: Int64 = 0
    let start = index
    while index < bytes.endIndex, Byte.isDigit(bytes[index]) {
      let (product, overflow) = count.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(bytes[index] &- 0x30))
      guard !overflow, !carry else { throw .invalid }
      count = sum
      index += 1
    }
    guard index > start else { throw .invalid }
    return count
  }

  /// The nanoseconds of a unit: one letter, `ms`, `ns` or `µ` (U+00B5).
  private static func readUnit(
    _ bytes: ArraySlice<UInt8>, _ index: inout Int
  ) throws(ReadingError) -> Int64 {
    func next() -> UInt8? {
      guard index < bytes.endIndex else { return nil }
      defer { index += 1 }
      return bytes[index]
    }
    func skip(_ byte: UInt8) -> Bool {
      guard index < bytes.endIndex, bytes[index] == byte else { return false }
      index += 1
      return true
    }
    switch next() {
    case UInt8(ascii: "n"): if skip(UInt8(ascii: "s")) { return 1 }
    case UInt8(ascii: "u"): return 1_000
    case 0xC2: if skip(0xB5) { return 1_000 }
    case UInt8(ascii: "m"): return skip(UInt8(ascii: "s")) ? 1_000_000 : 60_000_000_000
    case UInt8(ascii: "s"): return 1_000_000_000
    case UInt8(ascii: "h"): return 3_600_000_000_000
    case UInt8(ascii: "d"): return 86_400_000_000_000
    case UInt8(ascii: "w"): return 604_800_000_000_000
    default: break
    }
    throw .invalid
  }
}
