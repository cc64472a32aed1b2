// Results of queries as CSV, laid out as InfluxDB 1.x does.

import JSON

enum CSVResults {
  static func append(error message: String, to bytes: inout [UInt8]) {
    appendRow(["error"], to: &bytes)
    appendRow([message], to: &bytes)
  }

  /// A table for each statement, and within it for each change of columns; a blank line between two. Errors within results
  /// have no place in it.
  static func append(_ results: [JSONValue], to bytes: inout [UInt8]) {
    for result in results {
      guard case .array(let series)? = result.member("series") else { continue }
      var titles: [String]?
      for one in series {
        let columns = texts(one.member("columns"))
        if titles != columns {
          if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
          appendRow(["name", "tags"] + columns, to: &bytes)
          titles = columns
        }
        let start = [text(one.member("name") ?? .null), tags(one.member("tags"))]
        guard case .array(let rows)? = one.member("values") else { continue }
        for row in rows { appendRow(start + texts(row), to: &bytes) }
      }
    }
  }

  private static func texts(_ value: JSONValue?) -> [String] {
    guard case .array(let elements)? = value else { return [] }
    return elements.map(text)
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .number(let text): JSONNumber.withoutExponent(text)
    case .bool(let flag): flag ? "true" : "false"
    case .null, .array, .object: ""
    }
  }

  /// As in a series key: `name=value`, in the order of the names, without those that have none.
  private static func tags(_ value: JSONValue?) -> String {
    guard case .object(let members)? = value else { return "" }
    return members.filter { !text($0.value).isEmpty }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      .map { "\(escaped($0.name))=\(escaped(text($0.value)))" }.joined(separator: ",")
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      if character == "," || character == "=" || character == " " { escaped += "\\" }
      escaped.unicodeScalars.append(character)
    }
    return escaped
  }

  private static func appendRow(_ cells: [String], to bytes: inout [UInt8]) {
    for (i, cell) in cells.enumerated() {
      if i > 0 { bytes.append(UInt8(ascii: ",")) }
      guard needsQuotes(cell) else {
        bytes += cell.utf8
        continue
      }
      bytes.append(UInt8(ascii: "\""))
      for byte in cell.utf8 {
        if byte == UInt8(ascii: "\"") { bytes.append(byte) }
        bytes.append(byte)
      }
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// As Go's `encoding/csv` decides.
  private static func needsQuotes(_ cell: String) -> Bool {
    if cell == "\\." { return true }
    if cell.unicodeScalars.first?.properties.isWhitespace ?? false { return true }
    return cell.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 13, 10].contains($0) }
  }
}

enum JSONNumber {
  /// The same number in plain digits, as Go's `'f'` format writes it.
  static func withoutExponent(_ text: String) -> String {
    guard let mark = text.utf8.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }),
      let exponent = Int(text[text.utf8.index(after: mark)...]), (-400...400).contains(exponent)
    else { return text }
    var digits = Array(text[..<mark].utf8)
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    let point = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.count
    digits.removeAll { $0 == UInt8(ascii: ".") }
    let place = point + exponent
    let zero = UInt8(ascii: "0")
    var plain: [UInt8]
    if place <= 0 {
      plain = [zero, UInt8(ascii: ".")] + Array(repeating: zero, count: -place) + digits
    } else if place >= digits.count {
      plain = digits + Array(repeating: zero, count: place - digits.count)
    } else {
      plain = digits[..<place] + [UInt8(ascii: ".")] + digits[place...]
    }
    if isNegative { plain.insert(UInt8(ascii: "-"), at: 0) }
    return String(decoding: plain, as: UTF8.self)
  }
}
