// A permission as the command line writes it: `write:authorizations`, `read:buckets/metrics/autogen`.

import Authorizations

struct PermissionArgument: Equatable {
  var action: Action
  var type: ResourceType
  /// A name or an identifier; nil for everything of the type.
  var object: String?

  init(_ text: String) throws(CommandFailure) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let action = Action(rawValue: parts[0]) else {
      throw .usage("'\(text)' is no permission: it begins with read: or write:")
    }
    let resource = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let type = ResourceType(rawValue: resource[0]) else {
      throw .usage("'\(text)': there is no resource type '\(resource[0])'")
    }
    guard type != .instance else { throw .usage("'\(text)': use --operator") }
    self.action = action
    self.type = type
    object = resource.count > 1 ? resource[1] : nil
    if object?.isEmpty == true { throw .usage("'\(text)' ends in the middle") }
  }

  /// The permission within one organization. Names of users and organizations become identifiers; those of buckets
  /// stay names and follow the bucket.
  func permission(in organization: Organization, _ directory: Directory) throws(CommandFailure) -> Permission {
    var resource = Resource(type: type, organizationID: organization.id)
    guard let object else { return Permission(action, resource) }
    if let id = try? Identifier(parsing: object) {
      resource.id = id
      return Permission(action, resource)
    }
    switch type {
    case .buckets: resource.name = try AuthCreate.bucketName(object)
    case .users:
      guard let user = directory.users.first(where: { $0.name.utf8.elementsEqual(object.utf8) }) else {
        throw .failed("there is no user '\(object)'")
      }
      resource.id = user.id
    case .orgs:
      guard let other = directory.organizations.first(where: { $0.name.utf8.elementsEqual(object.utf8) }) else {
        throw .failed("there is no organization '\(object)'")
      }
      resource.id = other.id
    default: throw .usage("'\(object)': \(type.rawValue) are named by an identifier of 16 hexadecimal digits")
    }
    return Permission(action, resource)
  }
}
