// The organization that a request of the v2 API names, read as 2.9.1 reads it (recorded).

import Access
import Authorizations
import Formats
import HTTP

enum NamedOrganization {
  /// That of who asks, or none where none has to be named.
  case own
  case other(Identifier)

  /// `orgID`, or else `org`, which may be an identifier too. An empty one is none.
  ///
  /// - Parameter isRequired: whether a request that names none is refused.
  init(
    _ values: FormValues, of principal: Principal, _ request: RequestContext, isRequired: Bool
  ) throws(EarlyEnd) {
    let directory = request.state.directory
    let found: Organization
    if let text = try request.text(values, "orgID"), !text.isEmpty {
      guard let id = try? Identifier(parsing: text) else {
        throw .refuse(.malformed("id must have a length of 16 bytes"))
      }
      found = try Self.organization(id, directory)
    } else if let name = try request.text(values, "org"), !name.isEmpty {
      if let id = try? Identifier(parsing: name) {
        found = try Self.organization(id, directory)
      } else if let named = directory.organizations.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
        found = named
      } else {
        throw .refuse(Self.unknown("organization name \"\(name)\" not found"))
      }
    } else {
      guard !isRequired else { throw .refuse(.malformed("Please provide either orgID or org")) }
      self = .own
      return
    }
    self = found.id == principal.organizationID ? .own : .other(found.id)
  }

  private static func organization(_ id: Identifier, _ directory: Directory) throws(EarlyEnd) -> Organization {
    guard let found = directory.organization(id) else { throw .refuse(unknown("organization not found")) }
    return found
  }

  private static func unknown(_ message: String) -> Refusal { Refusal(status: 404, kind: .notFound, message: message) }

  /// Refuses a request about a bucket of another organization: as unknown where that has none of the name, and otherwise
  /// as a token of who asks would be.
  ///
  /// - Parameter bucket: a name, or an identifier. 2.9.1 takes the bucket that an identifier means whatever organization is
  ///   named beside it; here the two must agree.
  func requireOwn(bucket: String, _ directory: Directory, denied: String) throws(EarlyEnd) {
    guard case .other(let organization) = self else { return }
    let isKnown =
      (try? Identifier(parsing: bucket)).flatMap { directory.bucket($0) } != nil
      || directory.bucket(named: bucket, in: organization) != nil
    throw .refuse(isKnown ? .denied(denied) : .unknownBucket(bucket))
  }
}
