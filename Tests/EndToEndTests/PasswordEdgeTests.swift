// The edges of bcrypt and of credentials that hang together from two parts (security rows 31 and 37).

import Foundation
import Testing

@Suite struct PasswordEdgeTests {
  private static func login(_ name: String, _ password: String, _ hash: String) -> Login {
    Login(name: name, password: password, hash: hash, reads: ["metrics"])
  }

  private static let long = String(repeating: "y", count: 72) + "zzzzzzzz"

  private static let logins = [
    login("a", "a-password-2a", "$2a$04$aaaaaaaaaaaaaaaaaaaaau9Q065upNbunOj4dEsucptSQGzpXC442"),
    login("y", "a-password-2y", "$2y$04$bbbbbbbbbbbbbbbbbbbbbuTzOy5uBLJ58Yck2LQSn6oH2DZ1vyw/u"),
    login("long", long, "$2b$04$cccccccccccccccccccccuaVOOvWh1ovVffJn8G68KkIpsU15tleK"),
    login("zero", "before-the-nul", "$2b$04$dddddddddddddddddddddu0PKFJkH.DSpCvyFFPLIMvR1RBYPdxaW"), .reader,
  ]

  private static func basic(_ text: String) -> String {
    "Authorization: Basic \(Data(text.utf8).base64EncodedString())\r\n"
  }

  @Test func verifiesAsInfluxDBDoes() throws {
    try Scene.play(settings: { $0.logins = Self.logins }) { scene in
      for (credential, status) in [
        ("a:a-password-2a", 200), ("y:a-password-2y", 200),
        // The first 72 bytes count, at a login.
        ("long:\(Self.long)", 200), ("long:\(Self.long.prefix(72))", 200), ("long:\(Self.long.prefix(71))", 401),
        ("long:\(Self.long.prefix(72))other", 200), ("long:x\(Self.long.dropFirst())", 401),
        // A C string would end before the NUL.
        ("zero:before-the-nul", 200), ("zero:before-the-nul\0", 401), ("zero:before-the-nul\0tail", 401),
        ("zero:\0", 401), ("zero\0:before-the-nul", 401),
        ("a:\(String(repeating: "p", count: 8_000))", 401),
        // Parts that make the same whole, and what stands in the store in place of a password.
        ("a:a-password-2y", 401), ("aa:-password-2a", 401), ("lon:g\(Self.long)", 401),
        ("longy:\(Self.long.dropFirst())", 401),
        ("zero:\(Self.logins[3].hash)", 401), ("a:\(Self.logins[0].hash)", 401), ("ghost:ghost", 401), ("ghost:", 401),
      ] {
        let answer = try scene.connect().exchange(
          Request.query("SELECT v FROM cpu", login: nil, fields: Self.basic(credential)))
        // Eleven failures of one name would be slowed down.
        #expect(
          answer.status == status, "\(credential.prefix(20).debugDescription): \(answer.status) \(answer.text)")
      }
      // What was verified once opens nothing else.
      for credential in ["a:a-password-2y", "y:a-password-2a", "reader-one:before-the-nul"] {
        let answer = try scene.connect().exchange(
          Request.query("SELECT v FROM cpu", login: nil, fields: Self.basic(credential)))
        #expect(answer.status == 401)
      }
    }
  }

  @Test(arguments: [
    "$2x$04$aaaaaaaaaaaaaaaaaaaaau9Q065upNbunOj4dEsucptSQGzpXC442",
    "$2a$31$aaaaaaaaaaaaaaaaaaaaau9Q065upNbunOj4dEsucptSQGzpXC442",
    "$2a$03$aaaaaaaaaaaaaaaaaaaaau9Q065upNbunOj4dEsucptSQGzpXC442", "$2a$04$short", "plaintext", "",
    "$2a$04$aaaaaaaaaaaaaaaaaaaaau9Q065upNbunOj4dEsucptSQGzpXC44!",
    "$2a$04$aaaaaaaaaaaaaaaaaaaaau9Q065upNbunOj4dEsucptSQGzpXC442x",
  ])
  func refusesHashThatItCannotVerify(hash: String) throws {
    let folder = try TemporaryFolder()
    var settings = GatehouseSettings(upstreamPorts: 9)
    settings.logins = [Self.login("x", "x", hash)]
    let path = try folder.write("gatehouse.toml", settings.toml(certificate: try Certificate.shared.get()))
    let check = try Command.run([try Paths.gatehouse(), "check", "--config", path])
    #expect(
      check.status == 1 && (check.output + check.errors).contains("password_hash"), "\(check.output)\(check.errors)")
    #expect(hash.count < 10 || !(check.output + check.errors).contains(hash))
  }

  @Test func refusesToSetWhatBcryptWouldCut() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("edge", password: nil, reads: ["metrics"])
      for password in ["nul\0inside", String(repeating: "p", count: 73), String(repeating: "ü", count: 37), "short"] {
        let answer = try management.call("POST", "/\(id)/password", ["password": password])
        #expect([400, 422].contains(answer.status), "\(password.prefix(12).debugDescription): \(answer.status)")
      }
      try management.setPassword(id, String(repeating: "ü", count: 36))
    }
  }
}
