// Who is asking: every scheme, its precedence and its traps (B4, rows 30, 31 and 38; reference/v1-auth.md §1).

import Foundation
import Testing

@Suite struct CredentialTests {
  struct Attempt: Sendable, CustomTestStringConvertible {
    let name: String
    var fields = ""
    var parameters = ""
    let statuses: Set<Int>
    var error: String?

    init(_ name: String, fields: String = "", parameters: String = "", _ statuses: Set<Int>, _ error: String? = nil) {
      (self.name, self.fields, self.parameters, self.statuses, self.error) = (name, fields, parameters, statuses, error)
    }

    var testDescription: String { name }
  }

  private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

  private static func latin1(_ login: Login) -> String {
    "\(login.name):\(login.password)".data(using: .isoLatin1)?.base64EncodedString() ?? ""
  }

  private static func authorization(_ value: String) -> String { "Authorization: \(value)\r\n" }

  private static let reader = Login.reader.pair
  private static let unparsable = "unable to parse authentication credentials"
  private static let failed = "authorization failed"

  static let attempts: [Attempt] = [
    Attempt("Basic", fields: Login.reader.basic, [200]),
    Attempt("basic", fields: authorization("basic \(reader)"), [200]),
    Attempt("BASIC", fields: authorization("BASIC \(reader)"), [200]),
    Attempt("Token user:pass", fields: authorization("Token reader-one:reader-password"), [200]),
    Attempt("u and p", parameters: "&\(Login.reader.parameters)", [200]),
    Attempt("encoded names of u and p", parameters: "&%75=reader-one&%70=reader-password", [200]),
    Attempt("name with a colon in the URL", parameters: "&\(Login.colons.parameters)", [200]),
    Attempt(
      "password with colons by Token", fields: authorization("Token reader-one:reader-password:x"), [401], failed),
    Attempt("UTF-8 in Basic", fields: Login.umlauts.basic, [200]),
    Attempt("Latin-1 in Basic", fields: "Authorization: Basic \(latin1(Login.umlauts))\r\n", [200]),
    Attempt("UTF-8 in the URL", parameters: "&\(Login.umlauts.parameters)", [200]),
    Attempt("none", [401], unparsable),
    Attempt("wrong password", fields: authorization("Basic " + base64("reader-one:nope")), [401], failed),
    Attempt("unknown name", fields: authorization("Basic " + base64("ghost:nope")), [401], failed),
    Attempt("inactive", fields: Login.inactive.basic, [401], failed),
    Attempt("empty name", fields: authorization("Basic " + base64(":x")), [401], "username required"),
    Attempt("empty password", fields: authorization("Basic " + base64("reader-one:")), [401], failed),
    Attempt("no colon", fields: authorization("Basic " + base64("abc")), [401], unparsable),
    Attempt("not base64", fields: authorization("Basic !!!"), [401], unparsable),
    Attempt(
      "padding left out",
      fields: authorization("Basic " + base64("reader-one:reader-passwor").replacing("=", with: "")), [401]),
    Attempt("padding too much", fields: authorization("Basic \(reader)="), [401], unparsable),
    Attempt(
      "padding within", fields: authorization("Basic \(reader.prefix(8))=\(reader.dropFirst(8))"), [401], unparsable),
    Attempt(
      "URL-safe alphabet",
      fields: authorization("Basic " + Login.umlauts.pair.replacing("/", with: "_").replacing("+", with: "-") + "-"),
      [401], unparsable),
    Attempt("two blanks", fields: authorization("Basic  \(reader)"), [401], unparsable),
    Attempt("tab", fields: authorization("Basic\t\(reader)"), [401], unparsable),
    Attempt("blank at the end", fields: authorization("Basic \(reader) "), [200, 401]),
    Attempt("scheme alone", fields: authorization("Basic"), [401], unparsable),
    Attempt("empty field", fields: authorization(""), [401], unparsable),
    Attempt("Digest", fields: authorization("Digest x"), [401], unparsable),
    Attempt("token in lower case", fields: authorization("token reader-one:reader-password"), [401], unparsable),
    Attempt("TOKEN in upper case", fields: authorization("TOKEN reader-one:reader-password"), [401], unparsable),
    Attempt("Bearer user:pass", fields: authorization("Bearer reader-one:reader-password"), [401]),
    Attempt("unknown token", fields: authorization("Token gh0000000000000000.abcdefghijklmnopqrstuvwxyz"), [401]),
    Attempt("two fields, right and wrong", fields: Login.reader.basic + authorization("Basic eDp5"), [400, 401]),
    Attempt("two fields, wrong and right", fields: authorization("Basic eDp5") + Login.reader.basic, [400, 401]),
    Attempt("two fields, both right", fields: Login.reader.basic + Login.reader.basic, [400, 401]),
    Attempt("two schemes in one field", fields: authorization("Basic \(reader), Basic \(reader)"), [401], unparsable),
    Attempt("u without p, right field", fields: Login.reader.basic, parameters: "&u=ghost", [200]),
    Attempt("empty p, right field", fields: Login.reader.basic, parameters: "&u=ghost&p=", [200]),
    Attempt(
      "wrong u and p, right field", fields: Login.reader.basic, parameters: "&u=reader-one&p=nope", [401], failed),
    Attempt(
      "right u and p, wrong field", fields: authorization("Basic eDp5"), parameters: "&\(Login.reader.parameters)",
      [200]),
    Attempt(
      "u and p of one who may not, field of one who may", fields: Login.reader.basic,
      parameters: "&\(Login.mallory.parameters)", [403]),
    Attempt(
      "u and p of one who may, field of one who may not", fields: Login.mallory.basic,
      parameters: "&\(Login.reader.parameters)", [200]),
    Attempt("first u counts", parameters: "&u=reader-one&u=ghost&p=reader-password", [200]),
    Attempt("second u does not count", parameters: "&u=ghost&u=reader-one&p=reader-password", [401], failed),
    Attempt("broken percent in p", parameters: "&u=reader-one&p=reader-password%zz", [400, 401]),
    Attempt("semicolon", parameters: "&u=reader-one;p=reader-password", [400, 401]),
    Attempt(
      "name of another case", fields: authorization("Basic " + base64("Reader-One:reader-password")), [401], failed),
    Attempt("NUL after the name", parameters: "&u=reader-one%00&p=reader-password", [400, 401]),
    Attempt("NUL after the password", parameters: "&u=reader-one&p=reader-password%00", [400, 401]),
    Attempt(
      "NUL within Basic", fields: authorization("Basic " + base64("reader-one:reader-password\0x")), [401], failed),
    Attempt(
      "the hash as the password", parameters: "&u=reader-one&p=\(Login.reader.hash.percentEncoded)", [401], failed),
    Attempt("shifted boundary", fields: authorization("Basic " + base64("reader-oner:eader-password")), [401], failed),
    Attempt(
      "composed and decomposed name",
      fields: authorization("Basic " + base64("tele graf-u\u{308}ni\u{308}:pässwörd-ünï")), [401], failed),
    Attempt(
      "other fields", fields: "X-Influxdb-User: reader-one\r\nX-HTTP-Method-Override: GET\r\nCookie: session=x\r\n",
      [401], unparsable),
  ]

  @Test(arguments: attempts) func readsCredential(attempt: Attempt) throws {
    try Scene.play { scene in
      // A first success of the same login must not help a wrong attempt after it.
      #expect(try scene.connect().exchange(Request.query("SHOW MEASUREMENTS")).status == 200)
      for _ in 0..<2 {
        let answer = try scene.connect().exchange(
          Request.query("SHOW MEASUREMENTS", login: nil, parameters: attempt.parameters, fields: attempt.fields))
        #expect(attempt.statuses.contains(answer.status), "\(answer.status) \(answer.text)")
        if let error = attempt.error { #expect(answer.error == error) }
        if answer.status == 401 {
          #expect(answer["WWW-Authenticate"] == "Basic realm=\"InfluxDB\"")
          #expect(answer["Content-Type"]?.hasPrefix("application/json") ?? false)
        }
      }
    }
  }

  @Test func neverReadsCredentialFromForm() throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(
        Request.form("db=metrics&q=SHOW%20MEASUREMENTS&\(Login.reader.parameters)", login: nil))
      #expect(answer.status == 401)
      #expect(answer.error == Self.unparsable)
    }
  }

  @Test func answersUnknownWrongInactiveAndPasswordlessAlike() throws {
    try Scene.play { scene in
      var answers: [String] = []
      for pair in ["ghost:nope", "reader-one:nope", "sleeper:another-password", "sleeper:nope"] {
        let answer = try scene.connect().exchange(
          Request.query("SHOW MEASUREMENTS", login: nil, fields: Self.authorization("Basic " + Self.base64(pair))))
        let ignored = ["date", "request-id", "x-request-id"]
        let fields = answer.fields.filter { !ignored.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
        answers.append("\(answer.status) \(fields) \(answer.text)")
      }
      #expect(Set(answers).count == 1, "\(answers)")
    }
  }

  @Test func survivesValueOf64KiB() throws {
    try Scene.play { scene in
      for value in [String(repeating: "A", count: 65_536), String(repeating: "A", count: 60_000)] {
        let client = try scene.connect()
        client.send(Request.query("SHOW MEASUREMENTS", login: nil, fields: Self.authorization("Basic \(value)")))
        #expect([400, 401, 431].contains(try client.readAnswer().status))
      }
      #expect(try scene.connect().exchange(Request.query("SHOW MEASUREMENTS")).status == 200)
    }
  }

  @Test func acceptsItsOwnTokensWhereverALogin() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let token = scene.gatehouse.token
      scene.gatehouse.addCanary(Self.base64("any:\(token)"))
      for (fields, parameters) in [
        (Self.authorization("Token \(token)"), ""), (Self.authorization("Bearer \(token)"), ""),
        (Self.authorization("Basic " + Self.base64("any:\(token)")), ""), ("", "&u=any&p=\(token.percentEncoded)"),
        (Self.authorization("Basic " + Self.base64("reader-one:\(token)")), ""),
      ] {
        let answer = try scene.connect().exchange(
          Request.query("SHOW MEASUREMENTS", login: nil, parameters: parameters, fields: fields))
        #expect(answer.status == 200, "\(fields)\(parameters): \(answer.status) \(answer.text)")
      }
      #expect(!scene.upstream.text.contains(token))
    }
  }
}
