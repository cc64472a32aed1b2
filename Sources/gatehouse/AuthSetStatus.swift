// `gatehouse auth set-active` and `set-inactive`.

import Formats
import JSON
import Management

enum AuthSetActive: Subcommand {
  static let name = "auth set-active"
  static let summary = "let a login in again"
  static let options = AuthClient.selection + [.json] + AuthClient.options

  static func run(_ arguments: Arguments) throws(CommandFailure) { try AuthSetStatus.run("active", arguments) }
}

enum AuthSetInactive: Subcommand {
  static let name = "auth set-inactive"
  static let summary = "refuse a login, from its next request on"
  static let options = AuthClient.selection + [.json] + AuthClient.options

  static func run(_ arguments: Arguments) throws(CommandFailure) { try AuthSetStatus.run("inactive", arguments) }
}

enum AuthSetStatus {
  static func run(_ status: String, _ arguments: Arguments) throws(CommandFailure) {
    let client = try AuthClient(arguments)
    guard let id = try client.authorization(arguments)["id"]?.text else {
      throw .failed("the answer holds no id")
    }
    var body = JSONWriter()
    body.object { $0.member("status", status) }
    AuthorizationTable.show(
      try client.call("PATCH", "\(AuthClient.path)/\(PercentCoding.encoded(id))?extensions=true", body), arguments)
  }
}
