// Where a credential is looked for and in which order, against what InfluxDB 1.12.4 was recorded to do.

import Testing

@testable import Access

private let reader = Credential.login(name: Array("reader-one".utf8), password: Array("reader-password".utf8))
private let basicReader = "Basic cmVhZGVyLW9uZTpyZWFkZXItcGFzc3dvcmQ="

private func read(u: String? = nil, p: String? = nil, _ authorization: String? = nil) -> Credential {
  CredentialReader.read(
    u: u.map { Array($0.utf8) }, p: p.map { Array($0.utf8) }, authorization: authorization.map { Array($0.utf8) })
}

private func login(_ name: String, _ password: String) -> Credential {
  .login(name: Array(name.utf8), password: Array(password.utf8))
}

/// One recorded step of `v1-auth`: its name, `u`, `p`, `Authorization`, and what was understood.
struct RecordedStep: Sendable, CustomTestStringConvertible {
  let name: String
  var u: String?
  var p: String?
  var authorization: String?
  let expected: Credential

  var testDescription: String { name }
}

private let steps: [RecordedStep] = [
  .init(name: "query basic", authorization: basicReader, expected: reader),
  .init(name: "query basic lower", authorization: "basic cmVhZGVyLW9uZTpyZWFkZXItcGFzc3dvcmQ=", expected: reader),
  .init(name: "query u p", u: "reader-one", p: "reader-password", expected: reader),
  .init(name: "query token user:pass", authorization: "Token reader-one:reader-password", expected: reader),
  .init(
    name: "query token lower", authorization: "token reader-one:reader-password", expected: .refused(.unparsable)),
  .init(
    name: "query api token", authorization: "Token abc", expected: .token(Array("abc".utf8), unknown: .unparsable)),
  .init(
    name: "query bearer api token", authorization: "Bearer abc",
    expected: .token(Array("abc".utf8), unknown: .bearerDisabled)),
  .init(
    name: "query bearer user:pass", authorization: "Bearer reader-one:reader-password",
    expected: .refused(.bearerDisabled)),
  .init(name: "no credential", expected: .none),
  .init(name: "empty user", authorization: "Basic Ong=", expected: .refused(.nameMissing)),
  .init(name: "empty password", authorization: "Basic cmVhZGVyLW9uZTo=", expected: login("reader-one", "")),
  .init(name: "bad base64", authorization: "Basic !!!", expected: .refused(.unparsable)),
  .init(name: "no colon", authorization: "Basic YWJj", expected: .refused(.unparsable)),
  .init(name: "digest", authorization: "Digest x", expected: .refused(.unparsable)),
  .init(
    name: "two blanks basic", authorization: "Basic  cmVhZGVyLW9uZTpyZWFkZXItcGFzc3dvcmQ=",
    expected: .refused(.unparsable)),
  .init(name: "u without p, header right", u: "reader-one", authorization: basicReader, expected: reader),
  .init(name: "empty p, header right", u: "reader-one", p: "", authorization: basicReader, expected: reader),
  .init(name: "empty u, header right", u: "", p: "x", authorization: basicReader, expected: reader),
  .init(
    name: "wrong u p, header right", u: "reader-one", p: "nope-nope", authorization: basicReader,
    expected: login("reader-one", "nope-nope")),
  .init(
    name: "right u p, header wrong", u: "reader-one", p: "reader-password", authorization: "Basic eDp5",
    expected: reader),
]

@Suite struct CredentialReaderTests {
  @Test(arguments: steps) func readsWhatTheServerRead(step: RecordedStep) {
    #expect(read(u: step.u, p: step.p, step.authorization) == step.expected)
  }

  @Test func refusesTwoAuthorizationFieldsWhateverElseThereIs() {
    let value = Array(basicReader.utf8)
    #expect(
      CredentialReader.read(u: [97], p: [98], authorization: value, isRepeated: true) == .refused(.ambiguous))
    #expect(CredentialReader.read(u: nil, p: nil, authorization: value, isRepeated: true) == .refused(.ambiguous))
  }

  @Test func splitsALoginAtItsFirstColonOnly() {
    #expect(read("Token a:b:c") == login("a", "b:c"))
    #expect(read("Basic YTpiOmM=") == login("a", "b:c"))
    #expect(read(u: "a:b", p: "c") == login("a:b", "c"))
  }

  @Test(arguments: ["token abc", "TOKEN abc"]) func takesAnAPITokenInAnySpellingOfToken(value: String) {
    #expect(read(value) == .token(Array("abc".utf8), unknown: .unparsable))
  }

  @Test func answersALowerCaseBearerAsTheServerDoes() {
    #expect(read("bearer abc") == .token(Array("abc".utf8), unknown: .unparsable))
    #expect(read("bearer a:b") == .refused(.unparsable))
  }

  @Test(arguments: [
    "Token", "Token ", "Token  abc", "Token abc def", "Token\tabc", "Basic", "Basic ", "Basic\tYTpi", "Basic YTpi ",
    "BasicYTpi", " Basic YTpi", "Negotiate abc", "abc", " ", "Basic YTpi,Basic YTpi", "Bearer a b",
  ]) func refusesWhatHasNoKnownForm(value: String) {
    #expect(read(value) == .refused(.unparsable))
  }

  @Test func refusesAnEmptyBearer() { #expect(read("Bearer ") == .refused(.bearerDisabled)) }

  @Test func refusesAnEmptyNameInEveryScheme() {
    #expect(read("Token :x") == .refused(.nameMissing))
    #expect(read("Basic Og==") == .refused(.nameMissing))
  }

  @Test func treatsAnEmptyFieldAsNone() { #expect(read("") == .none) }

  /// python-requests sends a pair of text so. Where it is UTF-8 it stays what it is, and the URL is always taken as it came.
  @Test func readsAPairThatIsNoUTF8AsLatin1() {
    #expect(read("Basic /Dr8") == login("ü", "ü"))
    #expect(read("Basic w7w6w7w=") == login("ü", "ü"))
    // One reading of both halves, and no other for what is half UTF-8.
    #expect(read("Basic w7w6/A==") == login("Ã¼", "ü"))
    let field = Array("Token ".utf8) + [0xfc, 0x3a, 0x3a, 0xdf]
    #expect(CredentialReader.read(u: nil, p: nil, authorization: field) == login("ü", ":ß"))
    #expect(CredentialReader.read(u: [0xfc], p: [0xfc], authorization: nil) == .login(name: [0xfc], password: [0xfc]))
  }

  /// What the log says, without a byte of what was sent.
  @Test(
    arguments: [
      (nil, "no credential"), ("", "no credential"), ("Basic", "Authorization holds one word"),
      ("Basic !!!", "Basic is not base64"), ("Basic YWJj", "Basic without a colon"),
      ("Basic Ong=", "Basic without a name"),
      ("Bearer ", "Bearer without a token"), ("Bearer a:b", "Bearer with a name, or with blanks"),
      ("Token a b", "more than one blank in Authorization"), ("Token ", "Token without a value"),
      ("Token :x", "no name"),
      ("token a:b", "a pair behind a scheme other than Token"),
      ("Negotiate abc", "Authorization of another scheme than Basic, Token or Bearer"),
    ] as [(String?, String)]) func saysWhatIsInTheWay(value: String?, fault: String)
  {
    #expect(CredentialReader.fault(u: nil, p: nil, authorization: value.map { Array($0.utf8) }) == fault)
  }

  @Test func saysWhichHalfOfALoginIsMissingInTheURL() {
    #expect(CredentialReader.fault(u: [97], p: nil, authorization: nil) == "u without p")
    #expect(CredentialReader.fault(u: [], p: [97], authorization: nil) == "p without u")
  }

  @Test func survivesALongValue() {
    let value = "Basic " + String(repeating: "YTph", count: 16_384)
    guard case .login(let name, let password) = read(value) else {
      Issue.record("not a login")
      return
    }
    #expect(name == [97])
    #expect(password.count == 3 * 16_384 - 2)
  }

  @Test func describesNoSecret() {
    let shown = "\(reader) \(String(reflecting: reader)) \(read("Token abcdef"))"
    #expect(!shown.contains("password"))
    #expect(!shown.contains("abcdef"))
    var dumped = ""
    dump(reader, to: &dumped)
    #expect(!dumped.contains("97") && !dumped.contains("password"))
  }
}
