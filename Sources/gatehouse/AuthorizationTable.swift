// Logins as the `auth` commands print them.

import Access
import JSON
import Formats

enum AuthorizationTable {
  /// - Parameter time: nanoseconds since 1970, by which a login has expired or not.
  static func text(_ authorizations: [JSONValue], at time: Int64 = WallClock.system()) -> String {
    var table = Table([
      "ID", "Username", "Status", "Organization", "User", "Expires", "Last used", "Previous password", "Permissions",
      "Description",
    ])
    for authorization in authorizations {
      func text(_ name: String) -> String { authorization[name]?.text ?? "" }
      let permissions = authorization["permissions"]?.elements ?? []
      let expiresAt = authorization["expiresAt"]?.text
      table.add([
        text("id"), text("token"), isPast(expiresAt, time) ? "expired" : text("status"), text("org"), text("user"),
        expiresAt ?? "never", text("lastUsedAt"), previousPassword(authorization, time),
        permissions.map(spoken).joined(separator: " "), text("description"),
      ])
    }
    return table.text
  }

  private static func isPast(_ text: String?, _ time: Int64) -> Bool {
    text.flatMap { Timestamp(rfc3339: $0) }.map { $0.nanoseconds <= time } ?? false
  }

  /// Until when it is let in, and whether any host still comes with it.
  private static func previousPassword(_ authorization: JSONValue, _ time: Int64) -> String {
    guard let until = authorization["previousPasswordExpiresAt"]?.text, !isPast(until, time) else { return "" }
    let used = authorization["previousPasswordLastUsedAt"]?.text.map { "last used \($0)" } ?? "not used"
    return "until \(until), \(used)"
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
