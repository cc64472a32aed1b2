// The v1 logins that the suite declares, with hashes of the lowest cost.

import Foundation

struct Login: Sendable {
  let name: String
  let password: String
  let hash: String
  var reads: [String] = []
  var writes: [String] = []
  var isActive = true

  /// Reads metrics.
  static let reader = Login(
    name: "reader-one", password: "reader-password",
    hash: "$2b$04$aaaaaaaaaaaaaaaaaaaaau0.zbdm5HMLyKdVZNfZZ/wiZBX5nfu0m", reads: ["metrics"])
  /// Reads and writes metrics, writes secret.
  static let writer = Login(
    name: "writer-two", password: "writer-password",
    hash: "$2b$04$bbbbbbbbbbbbbbbbbbbbbuE3tnpPSi7hbOnTw9GvN1xwI/tgfquem", reads: ["metrics"],
    writes: ["metrics", "secret"])
  /// May do nothing at all.
  static let mallory = Login(
    name: "mallory", password: "canary-mallory-Zq81",
    hash: "$2b$04$cccccccccccccccccccccuXgkpq0MGdIDN9onwwcu/zBGwXTlclWu")
  static let colons = Login(
    name: "co:lon", password: "colon:in:password",
    hash: "$2b$04$ddddddddddddddddddddduWYrKB.Q3Toc8ACDjmt6F2Qh.kJtdb2K", reads: ["metrics"])
  static let umlauts = Login(
    name: "tele graf-ünï", password: "pässwörd-ünï",
    hash: "$2b$04$eeeeeeeeeeeeeeeeeeeeeusUoZKlzzBcWkJjfLB9zJrsfZqHpZhSG", reads: ["metrics"])
  static let inactive = Login(
    name: "sleeper", password: "another-password",
    hash: "$2b$04$fffffffffffffffffffffuMpDy477fqlM.dKzBAqWvE9k6Y5qQvOO", reads: ["metrics"], isActive: false)
  /// Reads secret alone.
  static let vault = Login(
    name: "vault-reader", password: "secret-reader-password",
    hash: "$2b$04$ggggggggggggggggggggguEQ2ic6Rik/WIjmUPGQ2pKau8MlbBgdu", reads: ["secret"])

  static let all = [reader, writer, mallory, colons, umlauts, inactive, vault]

  /// `name:password` in base64.
  var pair: String { Data("\(name):\(password)".utf8).base64EncodedString() }

  /// A whole `Authorization` line.
  var basic: String { "Authorization: Basic \(pair)\r\n" }

  /// `u=…&p=…` for a query string.
  var parameters: String { "u=\(name.percentEncoded)&p=\(password.percentEncoded)" }

  /// Every text that gives the password away.
  var secrets: [String] { [password, pair, password.percentEncoded, hash] }

  var toml: String {
    """
    [[authorization]]
    token = "\(name)"
    password_hash = "\(hash)"
    status = "\(isActive ? "active" : "inactive")"
    read = [\(reads.map { "\"\($0)\"" }.joined(separator: ", "))]
    write = [\(writes.map { "\"\($0)\"" }.joined(separator: ", "))]

    """
  }
}

extension String {
  /// Everything but unreserved characters as `%XX`.
  var percentEncoded: String {
    utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        String(UnicodeScalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}
