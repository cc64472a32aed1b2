// [upstream]: the InfluxDB behind, and gatehouse's own credential for it.

extension Configuration.Upstream {
  init(_ table: inout TableReader, _ surroundings: Surroundings, dialect known: inout Configuration.Dialect?) {
    if !table.has("dialect") { table.problem("dialect", "is missing; write \"influxdb-1\" or \"influxdb-2\"") }
    known = table.choice("dialect")
    dialect = known ?? .influxDB1
    let places = readMembers(&table)
    let credential = readCredential(&table, surroundings)
    if let known { table.judge(credential, for: known) }
    caPath = table.pemFile("ca", label: "BEGIN CERTIFICATE", surroundings)?.value
    if caPath != nil, !members.isEmpty, !members.contains(where: \.isTLS) {
      table.warning("ca", "verifies nothing: no member is https://")
    }
    idleConnections = table.integer("idle_connections", in: 0...65_536) ?? idleConnections
    plaintextCredential = table.boolean("plaintext_credential")?.value ?? false
    guard !plaintextCredential else { return }
    for (member, place) in zip(members, places)
    where !member.isTLS && !NumericAddress.isLoopback(host: member.host) {
      table.problem(
        "members",
        "http:// would send the credential in the clear to another machine; use https://, "
          + "or say `plaintext_credential = true`",
        at: place)
    }
  }

  /// Fills `members` and gives the place of each.
  private mutating func readMembers(_ table: inout TableReader) -> [Position] {
    if !table.has("members") { table.problem("members", "is missing; write [\"http://127.0.0.1:8087\"]") }
    guard let urls = table.strings("members") else { return [] }
    if urls.value.isEmpty { table.problem("members", "must not be empty", at: urls.position) }
    var places: [Position] = []
    for url in urls.value {
      switch MemberURL.parse(url.value) {
      case .failure(let reason): table.problem("members", reason.rawValue, at: url.position)
      case .success(let member) where members.contains(member):
        table.problem("members", "names the same server twice", at: url.position)
      case .success(let member):
        members.append(member)
        places.append(url.position)
      }
    }
    return places
  }

  private mutating func readCredential(_ table: inout TableReader, _ surroundings: Surroundings) -> Credential {
    let given = Credential(
      username: table.has("username"), password: table.has("password"), token: table.has("token"))
    if let name = table.name("username") {
      // Basic ends the name at the first colon (RFC 7617 §2).
      if name.value.utf8.contains(UInt8(ascii: ":")) {
        table.problem("username", "must not have a colon", at: name.position)
      }
      username = name.value
    }
    password = table.secret("password", surroundings).map { Secret($0.value) }
    if let secret = table.secret("token", surroundings) {
      if !secret.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
        table.problem("token", "has a character that no token has", at: secret.position)
      }
      token = Secret(secret.value)
    }
    return given
  }

  /// Which keys the file gives, valid or not.
  fileprivate struct Credential {
    var username: Bool
    var password: Bool
    var token: Bool
  }
}

extension TableReader {
  fileprivate func judge(_ given: Configuration.Upstream.Credential, for dialect: Configuration.Dialect) {
    switch dialect {
    case .influxDB1:
      if given.token { problem("token", "InfluxDB 1.x knows no tokens; use `username` and `password`") }
      if !given.username, !given.password, !given.token {
        problem("username", "`username` and `password` are missing: gatehouse needs a login of its own upstream")
      } else if !given.token {
        if !given.username { problem("username", "is missing beside `password`") }
        if !given.password { problem("password", "is missing beside `username`") }
      }
    case .influxDB2:
      if given.username { problem("username", "has no meaning in front of InfluxDB 2.x; use `token`") }
      if given.password { problem("password", "has no meaning in front of InfluxDB 2.x; use `token`") }
      if !given.token { problem("token", "is missing: gatehouse needs a token of its own upstream") }
    }
  }
}
