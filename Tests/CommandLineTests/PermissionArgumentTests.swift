// Permissions of tokens, as the command line writes them.

import Authorizations
import Formats
import Testing

@testable import gatehouse

private func directory() throws -> Directory {
  let organization = try Identifier(parsing: "000000000000000a")
  return Directory(
    organizations: [
      Organization(id: organization, name: "plant"),
      Organization(id: try Identifier(parsing: "000000000000000c"), name: "other"),
    ],
    users: [User(id: try Identifier(parsing: "000000000000000b"), name: "mio", organizationID: organization)],
    buckets: [], mappings: [])
}

@Test(arguments: [
  ("write:authorizations", "write:orgs/000000000000000a/authorizations"),
  ("read:buckets", "read:orgs/000000000000000a/buckets"),
  ("read:buckets/metrics", "read:orgs/000000000000000a/buckets/metrics/*"),
  ("read:buckets/metrics/autogen", "read:orgs/000000000000000a/buckets/metrics/autogen"),
  ("read:buckets/00000000000000ff", "read:orgs/000000000000000a/buckets/00000000000000ff"),
  ("write:users", "write:orgs/000000000000000a/users"),
  ("write:users/mio", "write:orgs/000000000000000a/users/000000000000000b"),
  ("read:orgs/other", "read:orgs/000000000000000a/orgs/000000000000000c"),
])
func readsPermissionsOfTheOrganization(text: String, description: String) throws {
  let directory = try directory()
  let organization = try #require(directory.organizations.first)
  let permission = try PermissionArgument(text).permission(in: organization, directory)
  #expect(permission.description == description)
}

@Test(arguments: [
  "", "read", "read:", "eat:buckets", "read:planets", "read:buckets/", "write:instance", "read:buckets//a",
  "read:buckets/metrics/x/*", "read:buckets/*", "read:tasks/name", "read:users/nobody", "read:orgs/nowhere",
  "READ:buckets", "read:flows",
])
func refusesOtherPermissions(text: String) throws {
  let directory = try directory()
  let organization = try #require(directory.organizations.first)
  #expect(throws: CommandFailure.self) { try PermissionArgument(text).permission(in: organization, directory) }
}
