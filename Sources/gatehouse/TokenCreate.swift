// `gatehouse token create`: an API token, whose text is shown this once.

import Access
import Authorizations

enum TokenCreate: Subcommand {
  static let name = "token create"
  static let summary = "create an API token in the store, and print it"
  static let options: [Option] = [
    .configuration, .flag("--operator", "may do everything"),
    .list("--permission", "ACTION:TYPE[/NAME-OR-ID]", "may do this; see below"),
    .value("--org", "NAME", "its organization; the first by default"),
    .value("--user", "NAME", "the user who owns it; the organization's first by default"),
    .value("--description", "TEXT", "what it is for"), .flag("--inactive", "refuse it until `token set-active`"),
  ]
  static let details = """
    The token is printed alone on its line of standard output and never again: only a digest of it is kept.
    A running server knows it within a second.

    A permission is one of the token's organization: --permission write:authorizations --permission write:users
    lets it make logins; it hands out no more than it holds itself, so add --permission read:buckets/metrics.
    buckets/DB covers every retention policy of DB, buckets/DB/RP that one.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let requested = try arguments.list("--permission").map { (text) throws(CommandFailure) in
      try PermissionArgument(text)
    }
    guard arguments.has("--operator") == requested.isEmpty else {
      throw .usage("either --operator or --permission is needed")
    }
    let store = try TokenStore(arguments)
    let directory = try store.owners()
    let organization = try organization(arguments, directory)
    let user = try user(arguments, organization, directory)
    var permissions = requested.isEmpty ? [Permission].operatorPermissions : []
    for one in requested { permissions.append(try one.permission(in: organization, directory)) }

    var text: String?
    let token = try store.change { (registry, author) throws(ChangeError) in
      try registry.createToken(by: author) { id, time in
        let secret = TokenSecret.generate(id: id)
        text = secret?.text
        // Without randomness the digest is empty, which nothing matches; the token goes again below.
        return APIToken(
          id: id, salt: secret?.salt ?? [], digest: secret?.digest ?? [],
          status: arguments.has("--inactive") ? .inactive : .active,
          description: arguments.value("--description") ?? "", organizationID: organization.id, userID: user.id,
          permissions: permissions, createdAt: time, updatedAt: time)
      }
    }
    // A token that nobody has seen is of no use to anybody.
    guard let text, Terminal.standardOutput.line(text) else {
      try store.change { (registry, author) throws(ChangeError) in try registry.deleteToken(token.id, by: author) }
      throw .failed("the token could not be written; it was deleted again")
    }
  }

  private static func organization(
    _ arguments: Arguments, _ directory: Directory
  ) throws(CommandFailure) -> Organization {
    guard let name = arguments.value("--org") else {
      guard let first = directory.organizations.first else { throw .failed("the directory has no organization") }
      return first
    }
    guard let found = directory.organizations.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      throw .failed("there is no organization '\(name)'")
    }
    return found
  }

  private static func user(
    _ arguments: Arguments, _ organization: Organization, _ directory: Directory
  ) throws(CommandFailure) -> User {
    let users = directory.users.filter { $0.organizationID == organization.id }
    guard let name = arguments.value("--user") else {
      guard let first = users.first else { throw .failed("organization '\(organization.name)' has no user") }
      return first
    }
    guard let found = users.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      throw .failed("organization '\(organization.name)' has no user '\(name)'")
    }
    return found
  }
}
