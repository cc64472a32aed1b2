// Results of queries as MessagePack, laid out as InfluxDB 1.x does.

import JSON

enum MessagePack {
  static func append(error message: String, to bytes: inout [UInt8]) {
    appendMap(1, to: &bytes)
    append("error", to: &bytes)
    append(message, to: &bytes)
  }

  /// - Parameter timed: places of the statements whose column `time` holds nanoseconds that are to be said as times.
  static func append(results: [JSONValue], timed: Set<Int>, to bytes: inout [UInt8]) {
    appendMap(1, to: &bytes)
    append("results", to: &bytes)
    appendArray(results.count, to: &bytes)
    for result in results { append(result: result, timed, to: &bytes) }
  }

  private static func append(result: JSONValue, _ timed: Set<Int>, to bytes: inout [UInt8]) {
    if case .string(let message)? = result.member("error") { return append(error: message, to: &bytes) }
    let kept = ["messages", "partial"].compactMap { name in result.member(name).map { (name, $0) } }
    appendMap(2 + kept.count, to: &bytes)
    append("statement_id", to: &bytes)
    let id = result.member("statement_id") ?? .number("0")
    append(id, to: &bytes)
    for (name, value) in kept {
      append(name, to: &bytes)
      append(value, to: &bytes)
    }
    append("series", to: &bytes)
    guard case .array(let series)? = result.member("series") else { return appendArray(0, to: &bytes) }
    let isTimed = if case .number(let text) = id, let place = Int(text) { timed.contains(place) } else { false }
    appendArray(series.count, to: &bytes)
    for one in series { append(series: one, isTimed: isTimed, to: &bytes) }
  }

  private static func append(series: JSONValue, isTimed: Bool, to bytes: inout [UInt8]) {
    guard isTimed, case .object(let members) = series, case .array(let titles)? = series.member("columns"),
      case .string("time")? = titles.first
    else { return append(series, to: &bytes) }
    appendMap(members.count, to: &bytes)
    for member in members {
      append(member.name, to: &bytes)
      guard member.name == "values", case .array(let rows) = member.value else {
        append(member.value, to: &bytes)
        continue
      }
      appendArray(rows.count, to: &bytes)
      for row in rows {
        guard case .array(let cells) = row, case .number(let text)? = cells.first, let time = Int64(text) else {
          append(row, to: &bytes)
          continue
        }
        appendArray(cells.count, to: &bytes)
        append(time: time, to: &bytes)
        for cell in cells.dropFirst() { append(cell, to: &bytes) }
      }
    }
  }

  private static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0xc0)
    case .bool(let flag): bytes.append(flag ? 0xc3 : 0xc2)
    case .string(let text): append(text, to: &bytes)
    case .number(let text): append(number: text, to: &bytes)
    case .array(let elements):
      appendArray(elements.count, to: &bytes)
      for element in elements { append(element, to: &bytes) }
    case .object(let members):
      appendMap(members.count, to: &bytes)
      for member in members {
        append(member.name, to: &bytes)
        append(member.value, to: &bytes)
      }
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    let count = text.utf8.count
    switch count {
    case ..<32: bytes.append(0xa0 | UInt8(count))
    case ..<256: bytes += [0xd9, UInt8(count)]
    case ..<65_536: append(0xda, UInt16(count), to: &bytes)
    default: append(0xdb, UInt32(clamping: count), to: &bytes)
    }
    bytes += text.utf8
  }

  private static func append(number text: String, to bytes: inout [UInt8]) {
    guard let value = Int64(text) else {
      return append(0xcb, (Double(text) ?? 0).bitPattern, to: &bytes)
    }
    switch value {
    case 0..<128: bytes.append(UInt8(value))
    case -32..<0: bytes.append(UInt8(bitPattern: Int8(value)))
    case -128..<128: append(0xd0, UInt8(bitPattern: Int8(value)), to: &bytes)
    case -32_768..<32_768: append(0xd1, UInt16(bitPattern: Int16(value)), to: &bytes)
    case -2_147_483_648..<2_147_483_648: append(0xd2, UInt32(bitPattern: Int32(value)), to: &bytes)
    default: append(0xd3, UInt64(bitPattern: value), to: &bytes)
    }
  }

  /// An extension of type 5: seconds, then nanoseconds within the second.
  private static func append(time nanoseconds: Int64, to bytes: inout [UInt8]) {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let isBefore = rest < 0
    bytes += [0xc7, 12]
    append(5, UInt64(bitPattern: isBefore ? seconds - 1 : seconds), to: &bytes)
    withUnsafeBytes(of: UInt32(isBefore ? rest + 1_000_000_000 : rest).bigEndian) { bytes += $0 }
  }

  private static func appendMap(_ count: Int, to bytes: inout [UInt8]) {
    switch count {
    case ..<16: bytes.append(0x80 | UInt8(count))
    case ..<65_536: append(0xde, UInt16(count), to: &bytes)
    default: append(0xdf, UInt32(clamping: count), to: &bytes)
    }
  }

  private static func appendArray(_ count: Int, to bytes: inout [UInt8]) {
    switch count {
    case ..<16: bytes.append(0x90 | UInt8(count))
    case ..<65_536: append(0xdc, UInt16(count), to: &bytes)
    default: append(0xdd, UInt32(clamping: count), to: &bytes)
    }
  }

  private static func append(_ head: UInt8, _ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    bytes.append(head)
    withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
  }
}
