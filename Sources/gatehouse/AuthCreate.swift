// `gatehouse auth create`: a new login with its permissions and its password.

import Authorizations
import Formats
import JSON
import Management

enum AuthCreate: Subcommand {
  static let name = "auth create"
  static let summary = "create a login"
  static let options: [Option] =
    [
      .required("--username", "NAME", "the v1 user name"),
      .list("--read", "DB[/RP]", "a database, or one retention policy of it, that the login may read"),
      .list("--write", "DB[/RP]", "a database, or one retention policy of it, that the login may write"),
      .value("--org", "NAME", "its organization; needed where there are several"),
      .value("--org-id", "ID", "the same by its identifier, for a token that may not read organizations"),
      .value("--expires", "TIME", "refuse it from then on: 2027-01-31T12:00:00Z"),
      .value("--description", "TEXT", "what it is for"),
      .flag("--inactive", "refuse it until `auth set-active`"),
      .flag("--allow-missing", "also for databases and policies that are not there yet"),
      .flag("--no-password", "set no password: nobody can log in until `auth set-password`"),
      .json,
    ] + AuthClient.options
  static let details = """
    The password comes from a prompt or from the first line of standard input, never from the command line. It has 8 to
    72 bytes.
    A database covers its retention policies, also those made later.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let reads = try arguments.list("--read").map(bucketName)
    let writes = try arguments.list("--write").map(bucketName)
    guard !reads.isEmpty || !writes.isEmpty else { throw .usage("--read or --write is needed, once at least") }
    let username = try arguments.required("--username")
    _ = try arguments.futureTime("--expires")
    let expires = arguments.value("--expires")
    let client = try AuthClient(arguments)
    // Asked for before anything is made.
    let password = arguments.has("--no-password") ? nil : try PasswordInput.read()
    let organization = try organization(arguments, client)

    var body = JSONWriter()
    body.object {
      $0.member("token", username)
      $0.member("orgID", organization)
      $0.member("status", arguments.has("--inactive") ? "inactive" : "active")
      $0.member("description", arguments.value("--description") ?? "")
      if let expires { $0.member("expiresAt", expires) }
      $0.member(
        "permissions",
        array: { array in
          for (action, names) in [("read", reads), ("write", writes)] {
            for name in names { write(action, name, organization, to: &array) }
          }
        })
    }
    let made = try make(body, allowsMissing: arguments.has("--allow-missing"), client)
    guard let id = made["id"]?.text else { throw .failed("the answer holds no id") }
    if let password { try setFirstPassword(password, of: id, client) }
    AuthorizationTable.show(made, arguments)
  }

  /// Without the extensions a server of the published API takes a database that is not there without a word.
  private static func make(
    _ body: JSONWriter, allowsMissing: Bool, _ client: AuthClient
  ) throws(CommandFailure) -> JSONValue {
    let query = "?extensions=true" + (allowsMissing ? "&allowMissing=true" : "")
    do throws(CommandFailure) { return try client.call("POST", AuthClient.path + query, body) } catch {
      guard case .failed(let reason) = error, reason.hasPrefix("404: "), !allowsMissing else { throw error }
      throw .failed("\(reason); --allow-missing makes the login nevertheless")
    }
  }

  /// A login without the password that was asked for is of no use: it goes again where the password is refused.
  private static func setFirstPassword(
    _ password: [UInt8], of id: String, _ client: AuthClient
  ) throws(CommandFailure) {
    do throws(CommandFailure) {
      try AuthSetPassword.set(password, of: id, client)
    } catch {
      do throws(CommandFailure) {
        _ = try client.call("DELETE", "\(AuthClient.path)/\(PercentCoding.encoded(id))")
      } catch {
        Terminal.standardError.line("gatehouse: login \(id) was made, but has no password and could not be deleted")
      }
      throw error
    }
  }

  /// `db` means every retention policy of it.
  static func bucketName(_ text: String) throws(CommandFailure) -> String {
    guard let name = BucketName(text)?.ofPermission, !text.hasSuffix("/"), BucketName.canMatch(name) else {
      throw .usage("'\(text)' is no DATABASE or DATABASE/POLICY")
    }
    return name
  }

  private static func write(_ action: String, _ name: String, _ organization: String, to writer: inout JSONWriter) {
    writer.object {
      $0.member("action", action)
      $0.member(
        "resource",
        object: { resource in
          resource.member("type", "buckets")
          resource.member("orgID", organization)
          resource.member("name", name)
        })
    }
  }

  private static func organization(_ arguments: Arguments, _ client: AuthClient) throws(CommandFailure) -> String {
    if let id = try arguments.nonempty("--org-id") { return id }
    let filter = try arguments.nonempty("--org").map { "?org=\(PercentCoding.encoded($0))" } ?? ""
    let found = try client.call("GET", "/api/v2/orgs\(filter)")["orgs"]?.elements ?? []
    // The first of several would be somebody's guess.
    guard found.count < 2 else { throw .usage("there are several organizations: --org NAME says which") }
    guard let id = found.first?["id"]?.text else {
      throw .failed("the token may not read organizations: --org-id ID says which")
    }
    return id
  }
}
