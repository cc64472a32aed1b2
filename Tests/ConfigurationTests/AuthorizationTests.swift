// What [[authorization]] becomes.

import Configuration
import Testing

private let hash = "$2b$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e"

private func login(_ keys: String) throws -> Configuration.DeclaredAuthorization? {
  try decode(minimal + "[[authorization]]\n\(keys)\n").authorizations.first
}

@Test func loginIsDecoded() throws {
  let login = try #require(
    try login(
      """
      token = "a:b"
      password_hash = "\(hash)"
      status = "inactive"
      description = "two\\nlines"
      read = ["metrics", "logs/week"]
      write = ["logs/*"]
      """))
  #expect(login.token == "a:b")
  #expect(login.passwordHash == hash)
  #expect(!login.isActive)
  #expect(login.description == "two\nlines")
  #expect(login.read == ["metrics", "logs/week"])
  #expect(login.write == ["logs"])
  #expect(login.line == 10)
}

@Test func loginIsActiveByDefault() throws {
  #expect(try login("token = \"a\"\npassword_hash = \"\(hash)\"")?.isActive == true)
}

private let good = [
  "$2b$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  "$2a$04$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  "$2y$15$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  "$y$j9T$abcdefgh$9WNEpu8Mx2S4KNGvbVWKM6clOSoY6.YEl7AYF4DGV04",
]

@Test(arguments: good)
func hashThatCanVerifyIsTaken(hash: String) throws {
  #expect(try login("token = \"a\"\npassword_hash = \"\(hash)\"")?.passwordHash == hash)
}

private let bad = [
  "", "secret", "$1$abc$def", "$6$abc$def",
  "$2x$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  "$2$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8ee",
  "$2b$03$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  "$2b$16$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  "$2b$32$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  "$2b$+9$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e",
  // Too long, too short, a letter outside the alphabet.
  "$2b$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8ee",
  "$2b$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8",
  "$2b$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C!e",
  // Bits set that no hash has.
  "$2b$10$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8f",
  "$y$j9T$abcdefgh$short",
  "$y$$abcdefgh$9WNEpu8Mx2S4KNGvbVWKM6clOSoY6.YEl7AYF4DGV04",
]

@Test(arguments: bad)
func hashThatCannotVerifyIsRefused(hash: String) {
  let found = problems(in: minimal + "[[authorization]]\ntoken = \"a\"\npassword_hash = \"\(hash)\"\n")
  #expect(found.count == 1 && found[0].hasPrefix("12:17: authorization.password_hash: "), "\(found)")
}

@Test func namesAreComparedByBytes() throws {
  // One letter, written in one scalar and in two.
  let two = ["caf\u{E9}", "cafe\u{301}"].map { "[[authorization]]\ntoken = \"\($0)\"\npassword_hash = \"\(hash)\"\n" }
  #expect(try decode(minimal + two.joined()).authorizations.count == 2)
}

@Test func sameNameTwiceIsRefused() {
  let one = "[[authorization]]\ntoken = \"a\"\npassword_hash = \"\(hash)\"\n"
  #expect(
    problems(in: minimal + one + one) == ["14:9: authorization.token: is the name of the login at line 10 too"])
}

@Test func loginWithoutPermissionsIsAWarning() throws {
  let text = minimal + "[[authorization]]\ntoken = \"a\"\npassword_hash = \"\(hash)\"\n"
  #expect(try decode(text).warnings.map(\.key) == ["listener.plaintext", "authorization.token"])
}

@Test func expiryIsDecoded() throws {
  let keys = "token = \"a\"\npassword_hash = \"\(hash)\"\nexpires = "
  #expect(try login(keys + "\"2027-01-31T13:00:00.5+01:00\"")?.expiresAt == 1_801_396_800_500_000_000)
  #expect(try login("token = \"a\"\npassword_hash = \"\(hash)\"")?.expiresAt == .some(nil))
  for (value, message) in [
    ("\"tomorrow\"", "is no time; write it as \"2027-01-31T12:00:00Z\""),
    ("\"2027-02-29T12:00:00Z\"", "is no time; write it as \"2027-01-31T12:00:00Z\""),
    ("1801396800", "must be a string as \"2027-01-31T12:00:00Z\", not an integer"),
  ] {
    let found = problems(in: minimal + "[[authorization]]\nread = []\n" + keys + value + "\n")
    #expect(found == ["14:11: authorization.expires: \(message)"])
  }
}
