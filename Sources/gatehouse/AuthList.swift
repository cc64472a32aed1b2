// `gatehouse auth list`: the logins that the token may read.

import Formats
import JSON
import Management

enum AuthList: Subcommand {
  static let name = "auth list"
  static let summary = "list logins"
  static let options: [Option] =
    [
      .value("--username", "NAME", "only the login of this name"), .value("--id", "ID", "only this login"),
      .value("--org", "NAME", "only those of this organization"),
      .value("--user", "NAME", "only those that this user owns"), .json,
    ] + AuthClient.options

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    var filters = ["extensions=true"]
    for (option, parameter) in [("--username", "token"), ("--id", "authID"), ("--org", "org"), ("--user", "user")] {
      if let value = try arguments.nonempty(option) { filters.append("\(parameter)=\(PercentCoding.encoded(value))") }
    }
    let query = "?" + filters.joined(separator: "&")
    let answer = try AuthClient(arguments).call("GET", AuthClient.path + query)
    AuthorizationTable.show(answer["authorizations"]?.elements ?? [], arguments)
  }
}
