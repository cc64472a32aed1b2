// Fuzzes the reader of query strings and forms, against a second reading that is slow and obvious.

import Formats

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let (found, expected) = (try? FormValues(bytes), pairs(bytes))
  guard found?.pairs == expected else { fatalError("read otherwise than slowly") }
  if let found { checkSpelling(found) }
  // What stands before a line end is the URL's, what stands behind it the body's.
  let end = bytes.firstIndex(of: 10) ?? bytes.count
  guard let url = try? FormValues(Array(bytes[..<end])), let body = try? FormValues(Array(bytes[end...].dropFirst()))
  else { return 0 }
  let merged = body.preferred(over: url)
  for name in ["db", "q", "rp"] as [StaticString] {
    let wanted = name.withUTF8Buffer { Array($0) }
    let first = (body.pairs + url.pairs).first { $0.name == wanted }
    guard merged[name] == first?.value else { fatalError("the wrong one of two values") }
  }
  return 0
}

/// The pairs, encoded as gatehouse forwards them, are the same pairs.
private func checkSpelling(_ values: FormValues) {
  var text: [UInt8] = []
  for pair in values.pairs {
    if !text.isEmpty { text.append(UInt8(ascii: "&")) }
    PercentCoding.append(pair.name, to: &text)
    text.append(UInt8(ascii: "="))
    PercentCoding.append(pair.value, to: &text)
  }
  guard let again = try? FormValues(text), again == values else { fatalError("said otherwise than read") }
}

/// As `url.ParseQuery` of Go reads it; nil where that leaves a pair out, where servers differ, or where a NUL is in it.
private func pairs(_ text: [UInt8]) -> [FormValues.Pair]? {
  if text.contains(UInt8(ascii: ";")) { return nil }
  let pieces = text.split(separator: UInt8(ascii: "&"))
  if pieces.count > 1_000 { return nil }
  var pairs: [FormValues.Pair] = []
  for piece in pieces {
    let halves = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = decoded(halves[0]), let value = decoded(halves.count > 1 ? halves[1] : []) else { return nil }
    pairs.append(FormValues.Pair(name: name, value: value))
  }
  return pairs
}

private func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
  var result: [UInt8] = []
  var rest = text
  while let byte = rest.popFirst() {
    switch byte {
    case UInt8(ascii: "+"): result.append(0x20)
    case UInt8(ascii: "%"):
      let digits = rest.prefix(2)
      // `UInt8(_:radix:)` would take a sign.
      guard digits.count == 2, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      rest = rest.dropFirst(2)
      result.append(value)
    default: result.append(byte)
    }
  }
  return result.contains(0) ? nil : result
}
