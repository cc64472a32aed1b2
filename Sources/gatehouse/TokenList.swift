// `gatehouse token list`: what is known of each token. Its text is not.

import Access
import Authorizations
import Formats
import JSON
import Management

enum TokenList: Subcommand {
  static let name = "token list"
  static let summary = "list API tokens, without their texts"
  static let options: [Option] = [.configuration, .json]

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let registry = try TokenStore(arguments).registry
    let tokens = registry.snapshot.tokens.values.sorted { $0.id < $1.id }
    let uses: [Identifier: Int64]
    do throws(ChangeError) { uses = try registry.lastUses() } catch { throw .failed(error.description) }
    Terminal.standardOutput.line(arguments.has("--json") ? json(tokens, uses) : table(tokens, uses))
  }

  private static func table(_ tokens: [APIToken], _ uses: [Identifier: Int64]) -> String {
    var table = Table(["ID", "Status", "Kept in", "Expires", "Last used", "Permissions", "Description"])
    for token in tokens {
      table.add([
        token.id.description, status(of: token), kept(token),
        token.expiresAt.map { Timestamp(nanoseconds: $0).rfc3339 } ?? "never",
        uses[token.id].map { Timestamp(nanoseconds: $0).rfc3339 } ?? "", spoken(token.permissions),
        token.description,
      ])
    }
    return table.text
  }

  private static func status(of token: APIToken) -> String {
    token.status == .active && !token.isActive(at: WallClock.system()) ? "expired" : token.status.rawValue
  }

  private static func kept(_ token: APIToken) -> String { token.origin == .declared ? "file" : "store" }

  private static func spoken(_ permissions: [Permission]) -> String {
    permissions.areOperator ? "operator" : permissions.map(\.description).joined(separator: " ")
  }

  private static func json(_ tokens: [APIToken], _ uses: [Identifier: Int64]) -> String {
    var writer = JSONWriter()
    writer.array { array in
      for token in tokens {
        array.object {
          $0.member("id", token.id.description)
          $0.member("status", token.status.rawValue)
          $0.member("keptIn", kept(token))
          $0.member("expiresAt", token.expiresAt.map { Timestamp(nanoseconds: $0).rfc3339 })
          $0.member("lastUsedAt", uses[token.id].map { Timestamp(nanoseconds: $0).rfc3339 })
          $0.member("orgID", token.organizationID.description)
          $0.member("userID", token.userID.description)
          $0.member(
            "permissions",
            array: { array in
              for permission in token.permissions { array.element(.string(permission.description)) }
            })
          $0.member("description", token.description)
        }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
