// The JSON reader reads what Go's encoding/json reads, and refuses in its words.

import JSON
import Testing

@testable import Management

private func problem(_ text: String) -> String? { problem(Array(text.utf8)) }

private func problem(_ bytes: [UInt8]) -> String? {
  do throws(JSONReader.Problem) {
    _ = try JSONReader.value(in: bytes)
    return nil
  } catch {
    return error.message
  }
}

// What encoding/json of Go 1.19 says of each.
@Test(arguments: [
  ("", "EOF"), (" \n", "EOF"), ("{", "unexpected EOF"), ("[1", "unexpected EOF"), ("\"a", "unexpected EOF"),
  ("\"\\", "unexpected EOF"), ("tru", "unexpected EOF"), ("-", "unexpected EOF"), ("1e", "unexpected EOF"),
  ("x", "invalid character 'x' looking for beginning of value"),
  ("\u{1f}", "invalid character '\\x1f' looking for beginning of value"),
  ("\u{feff}{}", "invalid character 'ï' looking for beginning of value"),
  ("{x", "invalid character 'x' looking for beginning of object key string"),
  ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
  ("{\"a\" 1}", "invalid character '1' after object key"),
  ("{\"a\":1 \"b\"", "invalid character '\"' after object key:value pair"),
  ("[1 2]", "invalid character '2' after array element"),
  ("[1,]", "invalid character ']' looking for beginning of value"),
  ("trux", "invalid character 'x' in literal true (expecting 'e')"),
  ("-x", "invalid character 'x' in numeric literal"),
  ("1.x", "invalid character 'x' after decimal point in numeric literal"),
  ("1ex", "invalid character 'x' in exponent of numeric literal"),
  ("\"\n\"", "invalid character '\\n' in string literal"),
  ("\"\\x\"", "invalid character 'x' in string escape code"),
  ("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape"),
  ("'", "invalid character '\\'' looking for beginning of value"),
])
func refusesInTheWordsOfGo(text: String, message: String) {
  #expect(problem(text) == message)
}

@Test(arguments: [
  "{} xyz", "12x", "truex", "\"a\"b", "[]]", " null", "-0.5e+3", "{\"a\":{\"a\":[[],{}]}}", "[\"\\/\\b\\f\\n\\r\\t\"]",
])
func readsOneValueAndIgnoresWhatFollows(text: String) {
  #expect(problem(text) == nil)
}

@Test func refusesWhatNestsTooDeep() {
  let depth = JSONReader.maximumDepth
  func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }
  #expect(problem(nested(depth)) == nil)
  #expect(problem(nested(depth + 1)) == "exceeded max depth")
  #expect(problem(String(repeating: "{\"a\":", count: 1_000_000)) == "exceeded max depth")
  #expect(problem(String(repeating: "[", count: 1_000_000)) == "exceeded max depth")
}

@Test(arguments: [
  ("\\u00fc", "ü"), ("\\ud83d\\ude00", "😀"), ("\\ud83d", "\u{fffd}"), ("\\ude00", "\u{fffd}"),
  ("\\ud83d\\u0041", "\u{fffd}A"), ("\\ud83d\\ud83d\\ude00", "\u{fffd}😀"), ("\\u0000", "\u{0}"), ("\\u00FC", "ü"),
  ("\\ud83dx", "\u{fffd}x"),
])
func readsEscapesAsGoDoes(escaped: String, text: String) throws {
  guard case .string(let read) = try JSONReader.value(in: Array("\"\(escaped)\"".utf8)) else {
    Issue.record("no string")
    return
  }
  #expect(Array(read.utf8) == Array(text.utf8))
}

@Test func neverTrapsOnAnyBytes() {
  var generator = SystemRandomNumberGenerator()
  let alphabet = Array("{}[]\",:\\u0dx1e-. tn\u{e9}".utf8)
  for _ in 0..<20_000 {
    let bytes = (0..<Int.random(in: 0..<40)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
    _ = problem(bytes)
    _ = try? CreateBody(bytes)
  }
}

@Test func memberNamesMatchAsGoFoldsThem() throws {
  let body = try CreateBody(Array("{\"TO\u{212a}EN\":\"a\",\"De\u{17f}cription\":\"b\",\"tokén\":\"c\"}".utf8))
  #expect(body.token == "a")
  #expect(body.description == "b")
}

@Test func theLastOfDuplicateMembersCountsAndNullCountsAsAbsent() throws {
  let text = """
    {"token":"a","token":"b","token":null,"permissions":[{"action":"read"}],
     "permissions":[{"resource":{"type":"buckets","name":"x"},"resource":{"type":"tasks"},"action":"write"}]}
    """
  let body = try CreateBody(Array(text.utf8))
  #expect(body.token == "b")
  #expect(body.permissions.count == 1)
  #expect(body.permissions.first?.action == "write")
  #expect(body.permissions.first?.type == "tasks")
  #expect(body.permissions.first?.name == nil)
}

@Test(arguments: [
  ("{\"token\":5}", "json: cannot unmarshal number into Go struct field postAuthorizationRequest.token of type string"),
  ("{\"token\":5,\"orgID\":\"x\"}", "id must have a length of 16 bytes"),
  (
    "{\"permissions\":{}}",
    "json: cannot unmarshal object into Go struct field postAuthorizationRequest.permissions of type []influxdb.Permission"
  ),
  ("{\"permissions\":[{\"resource\":{\"id\":\"0000000000000000\"}}]}", "invalid ID"),
  ("7", "json: cannot unmarshal number into Go value of type authorization.postAuthorizationRequest"),
])
func refusesTypesInTheWordsOfGo(text: String, message: String) {
  let error = #expect(throws: ManagementError.self) { try CreateBody(Array(text.utf8)) }
  #expect(error?.message == "invalid json structure: \(message)")
}

@Test func writesEveryTextSoThatItReadsBack() throws {
  let text = (0...0x7f).map { String(Unicode.Scalar($0 as UInt8)) }.joined() + "ünï\u{2028}"
  var writer = JSONWriter()
  writer.object {
    $0.member("text", text)
    $0.member("list", array: { $0.object { $0.member("a", true) } })
    $0.member("empty", object: { _ in })
  }
  guard case .object(let members) = try JSONReader.value(in: writer.bytes),
    case .string(let read)? = members.first?.value
  else {
    Issue.record("not an object with a text")
    return
  }
  #expect(Array(read.utf8) == Array(text.utf8))
  #expect(members.map(\.name) == ["text", "list", "empty"])
}
