// `gatehouse token create`: an API token, whose text is shown this once.

import Access
import Authorizations
import Formats

enum TokenCreate: Subcommand {
  static let name = "token create"
  static let summary = "create an API token in the store, and print it"
  static let options: [Option] = [
    .configuration, .flag("--operator", "may do everything"),
    .list("--permission", "ACTION:TYPE[/NAME-OR-ID]", "may do this; see below"),
    .value("--org", "NAME", "its organization; the first by default"),
    .value("--user", "NAME", "the user who owns it; the organization's first by default"),
    .value("--expires", "TIME", "refuse it from then on: 2027-01-31T12:00:00Z"),
    .value("--description", "TEXT", "what it is for"), .flag("--inactive", "refuse it until `token set-active`"),
    NewFile.option("the token"),
  ]
  static let details = """
    The token is printed alone on its line of standard output, or written to --out FILE, and never again: only a digest
    of it is kept. A running server knows it within a second.

    A permission is one of the token's organization. A token that makes logins, by `gatehouse auth create`:
      --permission write:authorizations --permission write:users --permission read:orgs
    It hands out no more than it holds itself, so add --permission read:buckets/metrics and the like. What else `auth`
    does takes --permission read:authorizations --permission read:users too.
    buckets/DB covers every retention policy of DB, buckets/DB/RP that one.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let requested = try arguments.list("--permission").map { (text) throws(CommandFailure) in
      try PermissionArgument(text)
    }
    guard arguments.has("--operator") == requested.isEmpty else {
      throw .usage("either --operator or --permission is needed")
    }
    let expiresAt = try arguments.futureTime("--expires")
    let store = try TokenStore(arguments)
    let directory = try store.owners()
    let organization: Organization
    let user: User
    do throws(NameProblem) {
      organization = try directory.organization(named: arguments.value("--org"))
      user = try directory.user(named: arguments.value("--user"), in: organization)
    } catch {
      throw .failed(error.description)
    }
    var permissions = requested.isEmpty ? [Permission].operatorPermissions : []
    for one in requested { permissions.append(try one.permission(in: organization, directory)) }

    let file = try arguments.nonempty("--out").map { (path) throws(CommandFailure) in try NewFile(path) }
    var text: String?
    let token: APIToken
    do throws(CommandFailure) {
      token = try store.change { (registry, author) throws(ChangeError) in
        try registry.createToken(by: author) { id, time in
          let secret = TokenSecret.generate(id: id)
          text = secret?.text
          // Without randomness the digest is empty, which nothing matches; the token goes again below.
          return APIToken(
            id: id, salt: secret?.salt ?? [], digest: secret?.digest ?? [],
            status: arguments.has("--inactive") ? .inactive : .active,
            description: arguments.value("--description") ?? "", organizationID: organization.id, userID: user.id,
            permissions: permissions, expiresAt: expiresAt, createdAt: time, updatedAt: time)
        }
      }
    } catch {
      file?.discard()
      throw error
    }
    // A token that nobody has seen is of no use to anybody.
    guard let text, file?.write(line: text) ?? Terminal.standardOutput.line(text) else {
      try store.change { (registry, author) throws(ChangeError) in try registry.deleteToken(token.id, by: author) }
      throw .failed("the token could not be written; it was deleted again")
    }
  }
}
