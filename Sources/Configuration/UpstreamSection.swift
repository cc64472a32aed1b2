// [upstream]: the InfluxDB behind, and gatehouse's own credential for it.

import Formats

extension Configuration.Upstream {
  init(_ table: inout TableReader, _ surroundings: Surroundings, dialect known: inout Dialect?) {
    if !table.has("dialect") { table.problem("dialect", "is missing; write \"influxdb-1\" or \"influxdb-2\"") }
    known = table.choice("dialect")
    dialect = known ?? .influxDB1
    let places = readMembers(&table)
    let credential = Credential(&table, surroundings, dialect: known)
    (username, password, token) = (credential.username, credential.password, credential.token)
    if table.has("operator") {
      operatorCredential = table.decode("operator") { [known] in Credential(&$0, surroundings, dialect: known) }
    }
    organization = Self.organization(&table, known)
    caPath = surroundings.pemFile("ca", label: "BEGIN CERTIFICATE", of: &table)?.value
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

  private static func organization(_ table: inout TableReader, _ dialect: Dialect?) -> String? {
    guard let name = table.string("organization") else { return nil }
    if name.value.isEmpty { table.problem("organization", "must not be empty", at: name.position) }
    if dialect?.hasOrganizations == false {
      table.problem("organization", "means nothing in front of InfluxDB 1.x", at: name.position)
    }
    return name.value
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
}
