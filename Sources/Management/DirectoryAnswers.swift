// Users and organizations of the directory, read-only, as clients of the legacy API ask for them.

import Formats
import JSON
import Authorizations
import ManagementAPI
import Threading

/// What is published of the directory, said in the terms of the 2.x API.
struct DirectoryAnswers {
  let directory: Publication<Directory>
  /// Makes the pieces of a long answer; see `ManagementService`.
  let perform: @Sendable (@escaping @Sendable () -> Void) -> Void

  /// The directory, once it is there.
  func loadedDirectory() throws(ManagementError) -> Directory {
    let directory = directory.value
    guard !directory.organizations.isEmpty else {
      throw ManagementError(.unavailable, "the directory is not loaded yet")
    }
    return directory
  }

  func users(named name: String) throws(ManagementError) -> Set<Identifier> {
    let found = directory.value.users.filter { $0.name.utf8.elementsEqual(name.utf8) }
    guard !found.isEmpty else { throw ManagementError(.notFound, "user not found") }
    return Set(found.map(\.id))
  }

  func organization(named name: String) throws(ManagementError) -> Organization {
    guard let found = directory.value.organizations.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      throw ManagementError(.notFound, "organization name \"\(name)\" not found")
    }
    return found
  }

  func showUser(_ id: String, _ caller: Caller) throws(ManagementError) -> ManagementAnswer {
    let id = try Identifier(managed: id)
    guard let user = try loadedDirectory().user(id) else { throw ManagementError(.notFound, "user not found") }
    try caller.demand(.read, user: id)
    var writer = JSONWriter()
    writer.object {
      $0.member("links", object: { $0.member("self", "/api/v2/users/\(user.id)") })
      $0.member("id", user.id.description)
      $0.member("name", user.name)
      $0.member("status", user.status.rawValue)
    }
    return .json(200, writer)
  }

  func listOrganizations(
    _ request: ManagementCall, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    let page = try Page(request)
    var found = try loadedDirectory().organizations
    if let id = try request.identifier("orgID") {
      found.removeAll { $0.id != id }
      if found.isEmpty { throw .organizationNotFound }
    }
    if let name = request.parameter("org") {
      let wanted = try organization(named: name)
      found.removeAll { $0.id != wanted.id }
    }
    let shown = page.part(of: found.filter { caller.may(.read, organization: $0.id) })
    var writer = JSONWriter()
    writer.object {
      $0.member("links", object: { $0.member("self", "/api/v2/orgs") })
      $0.member(
        "orgs",
        array: { array in
          for organization in shown { write(organization, to: &array) }
        })
    }
    return .json(200, writer)
  }

  func showOrganization(_ id: String, _ caller: Caller) throws(ManagementError) -> ManagementAnswer {
    let id = try Identifier(managed: id)
    guard let organization = try loadedDirectory().organization(id) else { throw .organizationNotFound }
    try caller.demand(.read, organization: id)
    var writer = JSONWriter()
    write(organization, to: &writer)
    return .json(200, writer)
  }

  /// Links only to what is answered here.
  private func write(_ organization: Organization, to writer: inout JSONWriter) {
    writer.object {
      $0.member(
        "links",
        object: { links in
          links.member("buckets", "/api/v2/buckets?org=\(PercentCoding.encoded(organization.name))")
          links.member("self", "/api/v2/orgs/\(organization.id)")
        })
      $0.member("id", organization.id.description)
      $0.member("name", organization.name)
      $0.member("description", "")
    }
  }
}

extension ManagementError {
  static let organizationNotFound = ManagementError(.notFound, "organization not found")
}
