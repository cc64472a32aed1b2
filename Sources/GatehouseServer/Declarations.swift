// The logins and tokens that the configuration file declares, before the directory has told who owns them.

public import Authorizations
import Formats
public import Configuration

public struct Declarations: Sendable {
  private let logins: [DeclaredLogin]
  private let tokens: [(line: Int, token: DeclaredToken)]

  /// What became of them in a directory.
  public struct Resolved {
    public var logins: [Authorization] = []
    public var tokens: [APIToken] = []
    /// Tokens that name what is not there; they are left out.
    public var problems: [String] = []
  }

  public init(_ configuration: Configuration) {
    logins = configuration.authorizations.map {
      DeclaredLogin(
        name: $0.token, passwordHash: $0.passwordHash, status: $0.isActive ? .active : .inactive,
        description: $0.description, expiresAt: $0.expiresAt, reads: $0.read, writes: $0.write)
    }
    tokens = configuration.tokens.compactMap { declared in
      guard let id = declared.id else { return nil }
      let token = DeclaredToken(
        id: id, salt: declared.salt, digest: declared.digest, status: declared.isActive ? .active : .inactive,
        description: declared.description, expiresAt: declared.expiresAt, organization: declared.organization,
        user: declared.user,
        permissions: declared.isOperator ? nil : declared.permissions)
      return (declared.line, token)
    }
  }

  /// Declared logins belong to the first organization and its first user, tokens to those that they name.
  ///
  /// - Parameter loadedAt: nanoseconds since 1970.
  public func resolve(in owners: Directory, loadedAt: Int64) -> Resolved {
    var resolved = Resolved()
    do throws(NameProblem) {
      let organization = try owners.organization(named: nil)
      // An organization of a 2.x upstream may have no user of its own.
      let user = owners.users.first { $0.organizationID == organization.id } ?? owners.users.first
      if let user {
        resolved.logins = logins.map {
          $0.authorization(organizationID: organization.id, userID: user.id, loadedAt: loadedAt)
        }
      }
    } catch {
      if !logins.isEmpty { resolved.problems.append("[[authorization]]: \(error)") }
    }
    for (line, token) in tokens {
      do throws(NameProblem) {
        resolved.tokens.append(try token.token(in: owners, loadedAt: loadedAt))
      } catch {
        resolved.problems.append("[[token]] at line \(line): \(error)")
      }
    }
    return resolved
  }
}
