// `gatehouse auth delete`.

import Formats
import JSON
import Management

enum AuthDelete: Subcommand {
  static let name = "auth delete"
  static let summary = "delete a login"
  static let options = AuthClient.selection + [.json] + AuthClient.options

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let client = try AuthClient(arguments)
    let found = try client.authorization(arguments)
    guard let id = found["id"]?.text else { throw .failed("the answer holds no id") }
    _ = try client.call("DELETE", "\(AuthClient.path)/\(PercentCoding.encoded(id))")
    AuthorizationTable.show(found, arguments)
  }
}
