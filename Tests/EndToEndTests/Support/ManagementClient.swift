// The management API as the suite uses it, over one keep-alive connection.

import Foundation

final class ManagementClient {
  private let client: RawClient
  private let token: String
  /// Id of the only organization.
  let organization: String

  init(_ gatehouse: GatehouseProcess) throws {
    client = try RawClient(gatehouse)
    token = gatehouse.token
    let head = "GET /api/v2/orgs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token \(token)\r\n\r\n"
    let answer = try client.exchange(head)
    guard answer.status == 200,
      let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
      let first = (object["orgs"] as? [[String: Any]])?.first, let id = first["id"] as? String
    else { throw HarnessFailure("no organization: \(answer.status) \(answer.text)") }
    organization = id
  }

  func call(_ method: String, _ path: String, _ body: [String: Any]? = nil) throws -> HTTPAnswer {
    let json = try body.map { String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self) } ?? ""
    return try client.exchange(
      "\(method) /private/legacy/authorizations\(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token \(token)\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)")
  }

  /// The id of a bucket of the organization.
  func bucket(_ name: String) throws -> String {
    let answer = try client.exchange(
      "GET /api/v2/buckets?name=\(name.percentEncoded) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token \(token)\r\n\r\n"
    )
    guard let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
      let id = (object["buckets"] as? [[String: Any]])?.first?["id"] as? String
    else { throw HarnessFailure("no bucket \(name): \(answer.status) \(answer.text)") }
    return id
  }

  private func expect(_ status: Int, _ answer: HTTPAnswer) throws {
    guard answer.status == status else { throw HarnessFailure("\(answer.status) instead of \(status): \(answer.text)") }
  }

  /// What the body of a create says.
  func creation(_ name: String, reads: [String], writes: [String], description: String) -> [String: Any] {
    let permissions = reads.map { ("read", $0) } + writes.map { ("write", $0) }
    return [
      "orgID": organization, "token": name, "description": description,
      "permissions": permissions.map { action, database in
        [
          "action": action, "resource": ["type": "buckets", "orgID": organization, "name": "\(database)/*"],
        ] as [String: Any]
      },
    ]
  }

  /// Makes a login with a password; its id.
  func create(
    _ name: String, password: String?, reads: [String] = [], writes: [String] = [], description: String = ""
  ) throws -> String {
    let answer = try call("POST", "", creation(name, reads: reads, writes: writes, description: description))
    try expect(201, answer)
    guard let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
      let id = object["id"] as? String
    else { throw HarnessFailure("no id: \(answer.text)") }
    if let password { try setPassword(id, password) }
    return id
  }

  func setPassword(_ id: String, _ password: String) throws {
    try expect(204, call("POST", "/\(id)/password", ["password": password]))
  }

  func setActive(_ id: String, _ isActive: Bool) throws {
    try expect(200, call("PATCH", "/\(id)", ["status": isActive ? "active" : "inactive"]))
  }

  func delete(_ id: String) throws { try expect(204, call("DELETE", "/\(id)")) }

  /// Every authorization by its name.
  func list() throws -> [String: [String: Any]] {
    let answer = try call("GET", "")
    try expect(200, answer)
    guard let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
      let all = object["authorizations"] as? [[String: Any]]
    else { throw HarnessFailure("no list: \(answer.text)") }
    return Dictionary(all.map { ($0["token"] as? String ?? "", $0) }) { first, _ in first }
  }
}
