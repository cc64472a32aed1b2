// `gatehouse auth set-password`.

import JSON
import Management

enum AuthSetPassword: Subcommand {
  static let name = "auth set-password"
  static let summary = "set the password of a login; the old one is refused from then on"
  static let options = AuthClient.selection + AuthClient.options
  static let details =
    "The password comes from a prompt or from the first line of standard input, never from the command line."

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let client = try AuthClient(arguments)
    guard let id = try client.authorization(arguments)["id"]?.text else {
      throw .failed("the answer holds no id")
    }
    try set(try PasswordInput.read(), of: id, client)
  }

  static func set(_ password: [UInt8], of id: String, _ client: AuthClient) throws(CommandFailure) {
    // Bytes that are no UTF-8 would become others on their way through JSON, and the password would never match.
    guard let text = String(validating: password, as: UTF8.self) else {
      throw .failed("the password must be UTF-8")
    }
    var body = JSONWriter()
    body.object { $0.member("password", text) }
    _ = try client.call("POST", "\(AuthClient.path)/\(percentEncoded(id))/password", body)
  }
}
