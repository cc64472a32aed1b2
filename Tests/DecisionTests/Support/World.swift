// Logins, a token, databases and buckets that the tests' requests are judged against.

import Authorizations
import Formats
import TestSupport

@testable import Access

/// Identifiers that are known not to be zero.
func identifier(_ number: UInt64) -> Identifier {
  guard let identifier = Identifier(number) else { fatalError("zero") }
  return identifier
}

/// Every login's password is `pw`.
enum World {
  static let organization = identifier(0x0a)

  static func permission(_ action: Action, _ bucket: String?) -> Permission {
    Permission(action, Resource(type: .buckets, organizationID: organization, name: bucket))
  }

  static func login(
    _ id: UInt64, _ name: String, _ permissions: [Permission], status: Status = .active, password: String = "pw",
    revision: UInt64 = 1
  ) -> Authorization {
    Authorization(
      id: identifier(id), token: name, status: status, organizationID: organization, userID: identifier(0x0b),
      permissions: permissions, passwordHash: fakeHash(password), revision: revision, createdAt: 0, updatedAt: 0)
  }

  static let reader = login(1, "reader", [permission(.read, "metrics/*")])
  static let writer = login(
    2, "writer", [permission(.read, "metrics/*"), permission(.write, "metrics/*"), permission(.write, "bare/*")])
  static let weekly = login(
    3, "weekly", [permission(.read, "metrics/weekly"), permission(.write, "metrics/weekly")])
  static let everyone = login(4, "every", [permission(.read, nil), permission(.write, nil)])
  static let nobody = login(5, "nobody", [])
  static let inactive = login(6, "inactive", [permission(.write, "metrics/*")], status: .inactive)

  static let logins = [reader, writer, weekly, everyone, nobody, inactive]

  static func snapshot(_ logins: [Authorization] = logins, tokens: [APIToken] = []) -> AuthorizationSnapshot {
    AuthorizationSnapshot(revision: 1, authorizations: logins, tokens: tokens)
  }

  /// A token of ours and the text that its owner uses.
  static func token(_ permissions: [Permission]) -> (token: APIToken, text: String) {
    guard let secret = TokenSecret.generate(id: identifier(0x70)) else { fatalError("no randomness") }
    let token = APIToken(
      id: identifier(0x70), salt: secret.salt, digest: secret.digest, organizationID: organization,
      userID: identifier(0x0b), permissions: permissions, createdAt: 0, updatedAt: 0)
    return (token, secret.text)
  }

  /// Databases with their policies, the first of each its default one unless its name says otherwise.
  static func directory(_ databases: [(String, [String])] = databases) -> Directory {
    var buckets: [Bucket] = []
    var mappings: [Mapping] = []
    for (database, policies) in databases {
      for policy in policies {
        let id = identifier(0x100 + UInt64(buckets.count))
        buckets.append(Bucket(id: id, name: "\(database)/\(policy)", organizationID: organization))
        mappings.append(
          Mapping(
            id: id, organizationID: organization, database: database, retentionPolicy: policy, bucketID: id,
            isDefault: policy == policies.first && policy != "odd"))
      }
    }
    buckets.append(Bucket(id: identifier(0xb0), name: "plain", organizationID: organization))
    return Directory(
      organizations: [Organization(id: organization, name: "default")],
      users: [User(id: identifier(0x0b), name: "admin", organizationID: organization)], buckets: buckets,
      mappings: mappings)
  }

  static let databases = [("metrics", ["autogen", "weekly"]), ("secret", ["autogen"]), ("bare", ["odd"])]
}
