// `gatehouse auth set-password`.

import Formats
import JSON
import Management

enum AuthSetPassword: Subcommand {
  static let name = "auth set-password"
  static let summary = "set the password of a login"
  static let options: [Option] =
    [.value("--keep-previous-until", "TIME", "let the old password in as well until then: 2027-01-31T12:00:00Z")]
    + AuthClient.selection + AuthClient.options
  static let details =
    """
    The password comes from a prompt or from the first line of standard input, never from the command line. It has 8 to
    72 bytes. The old one is refused from then on, unless it is kept for a while so that machines can be changed one by one.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    _ = try arguments.futureTime("--keep-previous-until")
    let client = try AuthClient(arguments)
    guard let id = try client.authorization(arguments)["id"]?.text else {
      throw .failed("the answer holds no id")
    }
    try set(
      try PasswordInput.read(), of: id, keepingPreviousUntil: arguments.value("--keep-previous-until"), client)
  }

  static func set(
    _ password: [UInt8], of id: String, keepingPreviousUntil time: String? = nil, _ client: AuthClient
  ) throws(CommandFailure) {
    // Bytes that are no UTF-8 would become others on their way through JSON, and the password would never match.
    guard let text = String(validating: password, as: UTF8.self) else {
      throw .failed("the password must be UTF-8")
    }
    var body = JSONWriter()
    body.object {
      $0.member("password", text)
      if let time { $0.member("previousPasswordExpiresAt", time) }
    }
    let query = time == nil ? "" : "?extensions=true"
    _ = try client.call("POST", "\(AuthClient.path)/\(PercentCoding.encoded(id))/password\(query)", body)
  }
}
