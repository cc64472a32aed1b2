// A credential of gatehouse's own for the InfluxDB behind: the everyday one of [upstream], or [upstream.operator].

import Formats

extension Configuration.Upstream.Credential {
  /// - Parameter dialect: nil where it is missing or unknown: then what the dialect needs is not judged.
  init(_ table: inout TableReader, _ surroundings: Surroundings, dialect: Dialect?) {
    let given = Given(username: table.has("username"), password: table.has("password"), token: table.has("token"))
    if let name = table.name("username") {
      // Basic ends the name at the first colon (RFC 7617 §2).
      if name.value.utf8.contains(UInt8(ascii: ":")) {
        table.problem("username", "must not have a colon", at: name.position)
      }
      username = name.value
    }
    password = surroundings.secret("password", of: &table).map { Secret($0.value) }
    if let secret = surroundings.secret("token", of: &table) {
      if !secret.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
        table.problem("token", "has a character that no token has", at: secret.position)
      }
      token = Secret(secret.value)
    }
    if let dialect { table.judge(given, for: dialect) }
  }

  /// Which keys the file gives, valid or not.
  fileprivate struct Given {
    var username: Bool
    var password: Bool
    var token: Bool
  }
}

extension TableReader {
  fileprivate func judge(_ given: Configuration.Upstream.Credential.Given, for dialect: Dialect) {
    if !dialect.hasOwnTokens {
      if given.token { problem("token", "InfluxDB 1.x knows no tokens; use `username` and `password`") }
      if !given.username, !given.password, !given.token {
        problem("username", "`username` and `password` are missing: gatehouse needs a login of its own upstream")
      } else if !given.token {
        if !given.username { problem("username", "is missing beside `password`") }
        if !given.password { problem("password", "is missing beside `username`") }
      }
    } else {
      if given.username { problem("username", "has no meaning in front of InfluxDB 2.x; use `token`") }
      if given.password { problem("password", "has no meaning in front of InfluxDB 2.x; use `token`") }
      if !given.token { problem("token", "is missing: gatehouse needs a token of its own upstream") }
    }
  }
}
