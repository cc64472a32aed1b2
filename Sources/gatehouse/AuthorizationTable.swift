// Logins as the `auth` commands print them.

import JSON

enum AuthorizationTable {
  static func text(_ authorizations: [JSONValue]) -> String {
    var table = Table(["ID", "Username", "Status", "Organization", "User", "Last used", "Permissions", "Description"])
    for authorization in authorizations {
      let names = ["id", "token", "status", "org", "user", "lastUsedAt"]
      let permissions = authorization["permissions"]?.elements ?? []
      table.add(
        names.map { authorization[$0]?.text ?? "" }
          + [permissions.map(spoken).joined(separator: " "), authorization["description"]?.text ?? ""])
    }
    return table.text
  }

  /// `read:buckets/metrics/autogen`: by name where there is one.
  private static func spoken(_ permission: JSONValue) -> String {
    let resource = permission["resource"]
    var text = "\(permission["action"]?.text ?? ""):\(resource?["type"]?.text ?? "")"
    if let object = resource?["name"]?.text ?? resource?["id"]?.text { text += "/\(object)" }
    return text
  }

  /// The one login that a command has changed, as JSON or as a table.
  static func show(_ authorization: JSONValue, _ arguments: Arguments) {
    show([authorization], arguments)
  }

  static func show(_ authorizations: [JSONValue], _ arguments: Arguments) {
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.array { array in
        for authorization in authorizations { array.element(authorization) }
      }
      Terminal.standardOutput.line(String(decoding: writer.bytes, as: UTF8.self))
    } else {
      Terminal.standardOutput.line(text(authorizations))
    }
  }
}
