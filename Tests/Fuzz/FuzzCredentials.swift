// Fuzzes the reader of credentials, against a second reading of the table in `v1-auth.md` §1.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let field = Base64.encode(bytes)
  guard Base64.decode(field[...]) == bytes else { fatalError("encoded otherwise than decoded") }
  // Lines: `u`, `p`, and the field; a line that is missing is a parameter that is absent.
  let lines = bytes.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).map { Array($0) }
  check(u: nil, p: nil, bytes)
  check(u: nil, p: nil, Array("Basic ".utf8) + field)
  if lines.count > 1 { check(u: lines[0], p: lines[1], lines.count > 2 ? lines[2] : nil) }
  if lines.count > 1 { check(u: lines[0], p: nil, lines[1]) }
  guard CredentialReader.read(u: bytes, p: bytes, authorization: bytes, isRepeated: true) == .refused(.ambiguous) else {
    fatalError("one of two fields was taken")
  }
  return 0
}

private func check(u: [UInt8]?, p: [UInt8]?, _ authorization: [UInt8]?) {
  let found = CredentialReader.read(u: u, p: p, authorization: authorization)
  guard found == expected(u: u ?? [], p: p ?? [], authorization ?? []) else { fatalError("read otherwise than slowly") }
  guard "\(found)".utf8.count < 32, "\(String(reflecting: found))".utf8.count < 32 else { fatalError("described") }
}

private func expected(u: [UInt8], p: [UInt8], _ field: [UInt8]) -> Credential {
  if !u.isEmpty, !p.isEmpty { return .login(name: u, password: p) }
  if field.isEmpty { return .none }
  let words = field.split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
  guard words.count == 2 else { return .refused(.unparsable) }
  let (scheme, value) = (String(decoding: words[0], as: UTF8.self), words[1])
  let lower = String(decoding: words[0].map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  let hasColon = value.contains(UInt8(ascii: ":"))
  if !value.contains(0x20) {
    if isExactly(scheme, "Bearer") {
      return hasColon || value.isEmpty ? .refused(.bearerDisabled) : .token(value, unknown: .bearerDisabled)
    }
    if isExactly(lower, "token") || isExactly(lower, "bearer"), !hasColon, !value.isEmpty {
      return .token(value, unknown: .unparsable)
    }
    if isExactly(scheme, "Token"), hasColon { return login(value) }
  }
  guard isExactly(lower, "basic"), let pair = quartets(value), pair.contains(UInt8(ascii: ":")) else {
    return .refused(.unparsable)
  }
  return login(pair)
}

/// Not `==`, which is for texts of people.
private func isExactly(_ text: String, _ wanted: String) -> Bool { text.utf8.elementsEqual(wanted.utf8) }

private func login(_ sent: [UInt8]) -> Credential {
  var pair = sent
  if String(validating: sent, as: UTF8.self) == nil {
    pair = Array(sent.reduce(into: "") { $0.unicodeScalars.append(Unicode.Scalar($1)) }.utf8)
  }
  let halves = pair.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
  return halves[0].isEmpty
    ? .refused(.nameMissing) : .login(name: Array(halves[0]), password: Array(halves[1]))
}

/// Base64 quartet by quartet; nil where it is none.
private func quartets(_ text: [UInt8]) -> [UInt8]? {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  guard text.count % 4 == 0 else { return nil }
  var result: [UInt8] = []
  for place in stride(from: 0, to: text.count, by: 4) {
    let isLast = place + 4 == text.count
    let padding = isLast ? text[place..<(place + 4)].reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count : 0
    var word = 0
    for digit in text[place..<(place + 4 - padding)] {
      guard let value = alphabet.firstIndex(of: digit) else { return nil }
      word = word << 6 | value
    }
    word <<= 6 * padding
    result += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)].dropLast(padding)
  }
  return result
}
