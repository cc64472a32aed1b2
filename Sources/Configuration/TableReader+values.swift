// The types of values that a key may have, each with the message for the wrong one.

import Formats

extension TableReader {
  mutating func string(_ key: String) -> Located<String>? {
    guard let node = take(key) else { return nil }
    guard case .string(let text) = node.value else {
      wrongType(key, node, expected: "a string")
      return nil
    }
    return Located(value: text, position: node.position)
  }

  /// A name as InfluxDB takes it: not empty, without control characters.
  mutating func name(_ key: String) -> Located<String>? {
    guard let text = string(key) else { return nil }
    return check(text, of: key) ? text : nil
  }

  mutating func requiredName(_ key: String, hint: String = "") -> Located<String>? {
    if !has(key) { problem(key, "is missing\(hint)") }
    return name(key)
  }

  mutating func boolean(_ key: String) -> Located<Bool>? {
    guard let node = take(key) else { return nil }
    guard case .boolean(let flag) = node.value else {
      wrongType(key, node, expected: "true or false")
      return nil
    }
    return Located(value: flag, position: node.position)
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = take(key) else { return nil }
    guard case .integer(let number) = node.value else {
      wrongType(key, node, expected: "an integer")
      return nil
    }
    guard let value = Int(exactly: number), range.contains(value) else {
      problem(key, "must be from \(range.lowerBound) to \(range.upperBound)", at: node.position)
      return nil
    }
    return value
  }

  /// A number of bytes: an integer, or a string as `"64KiB"`.
  mutating func size(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = take(key) else { return nil }
    let size: Int?
    switch node.value {
    case .integer(let number): size = Int(exactly: number)
    case .string(let text): size = Quantity.bytes(text)
    default:
      wrongType(key, node, expected: "bytes as an integer or a string as \"64KiB\"")
      return nil
    }
    guard let size else {
      problem(
        key, "is no size; write bytes as an integer, or a string as \"64KiB\", \"2MiB\" or \"1GiB\"", at: node.position)
      return nil
    }
    guard range.contains(size) else {
      problem(key, "must be from \(range.lowerBound) to \(range.upperBound) bytes", at: node.position)
      return nil
    }
    return size
  }

  /// A point in time in nanoseconds since 1970, written as a string of RFC 3339: `"2027-01-31T12:00:00Z"`.
  mutating func time(_ key: String) -> Int64? {
    guard let node = take(key) else { return nil }
    guard case .string(let text) = node.value else {
      wrongType(key, node, expected: "a string as \"2027-01-31T12:00:00Z\"")
      return nil
    }
    guard let time = Timestamp(rfc3339: text) else {
      problem(key, "is no time; write it as \"2027-01-31T12:00:00Z\"", at: node.position)
      return nil
    }
    return time.nanoseconds
  }

  /// A time span in milliseconds, written as a string: `"10s"`.
  mutating func duration(_ key: String, in range: ClosedRange<Int>) -> Located<Int>? {
    guard let node = take(key) else { return nil }
    guard case .string(let text) = node.value else {
      wrongType(key, node, expected: "a duration as \"10s\" or \"500ms\"")
      return nil
    }
    guard let milliseconds = Quantity.milliseconds(text) else {
      problem(key, "is no duration; write a whole number and ms, s, m or h, as \"10s\"", at: node.position)
      return nil
    }
    guard range.contains(milliseconds) else {
      problem(key, "must be from \(range.lowerBound)ms to \(range.upperBound)ms", at: node.position)
      return nil
    }
    return Located(value: milliseconds, position: node.position)
  }

  /// One of a fixed set of words.
  mutating func choice<Word: RawRepresentable & CaseIterable>(_ key: String) -> Word? where Word.RawValue == String {
    guard let text = string(key) else { return nil }
    guard let word = Word(rawValue: text.value) else {
      problem(key, notOneOf(Word.self, text.value), at: text.position)
      return nil
    }
    return word
  }

  /// Strings, each with its own place; those of another type are reported and left out.
  mutating func strings(_ key: String) -> Located<[Located<String>]>? {
    guard let node = take(key) else { return nil }
    guard case .array(let elements) = node.value else {
      wrongType(key, node, expected: "an array of strings")
      return nil
    }
    var texts: [Located<String>] = []
    for element in elements {
      if case .string(let text) = element.value {
        texts.append(Located(value: text, position: element.position))
      } else {
        wrongType(key, element, expected: "a string in this array")
      }
    }
    return Located(value: texts, position: node.position)
  }

  /// The one table of this name, `[name]`; an empty one at the table's own place where the file has none.
  mutating func table(_ key: String) -> TableReader {
    let empty = TableReader([], tableName: path(key), position: position, report: report)
    guard let node = take(key) else { return empty }
    guard case .table(let members) = node.value else {
      wrongType(key, node, expected: "a table, [\(path(key))]")
      return empty
    }
    return TableReader(members, tableName: path(key), position: node.position, report: report)
  }

  /// The tables of this name, `[[name]]`.
  mutating func tables(_ key: String) -> [TableReader] {
    guard let node = take(key) else { return [] }
    guard case .array(let elements) = node.value else {
      wrongType(key, node, expected: "tables, [[\(path(key))]]")
      return []
    }
    return elements.compactMap { element in
      guard case .table(let members) = element.value else {
        wrongType(key, element, expected: "a table, [[\(path(key))]]")
        return nil
      }
      return TableReader(members, tableName: path(key), position: element.position, report: report)
    }
  }

  /// Reports a name that no object of InfluxDB can have.
  func check(_ text: Located<String>, of key: String) -> Bool {
    if text.value.isEmpty {
      problem(key, "must not be empty", at: text.position)
      return false
    }
    if text.value.hasControlCharacters {
      problem(key, "has a control character", at: text.position)
      return false
    }
    return true
  }

  func notOneOf<Word: RawRepresentable & CaseIterable>(_: Word.Type, _ given: String) -> String
  where Word.RawValue == String {
    let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    return "must be \(words), not \"\(printable(given))\""
  }

  func wrongType(_ key: String, _ node: TOMLNode, expected: String) {
    problem(key, "must be \(expected), not \(node.kind)", at: node.position)
  }
}
