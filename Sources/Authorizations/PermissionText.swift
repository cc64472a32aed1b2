// A permission as people write it: `write:authorizations`, `read:buckets/metrics/autogen`.

public struct PermissionText: Sendable, Hashable {
  public var action: Action
  public var type: ResourceType
  /// A name or an identifier; nil for everything of the type.
  public var object: String?

  public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
  }

  public init(_ text: String) throws(Problem) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let action = Action(rawValue: parts[0]) else {
      throw Problem(description: "'\(text)' is no permission: it begins with read: or write:")
    }
    let resource = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let type = ResourceType(rawValue: resource[0]), type != .instance else {
      throw Problem(description: "'\(text)': there is no resource type '\(resource[0])'")
    }
    self.action = action
    self.type = type
    object = resource.count > 1 ? resource[1] : nil
    if object?.isEmpty == true { throw Problem(description: "'\(text)' ends in the middle") }
  }

  /// The permission within one organization. Names of users and organizations become identifiers; those of buckets
  /// stay names and follow the bucket, and a database means every retention policy of it.
  public func permission(in organization: Identifier, _ directory: Directory) throws(Problem) -> Permission {
    var resource = Resource(type: type, organizationID: organization)
    guard let object else { return Permission(action, resource) }
    if let id = try? Identifier(parsing: object) {
      resource.id = id
      return Permission(action, resource)
    }
    switch type {
    case .buckets:
      let name = object.utf8.contains(UInt8(ascii: "/")) ? object : object + "/*"
      guard !object.hasPrefix("/"), !object.hasSuffix("/"), Resource.canMatch(name: name) else {
        throw Problem(description: "'\(object)' is no DATABASE or DATABASE/POLICY")
      }
      resource.name = name
    case .users:
      guard let user = directory.users.first(where: { $0.name.utf8.elementsEqual(object.utf8) }) else {
        throw Problem(description: "there is no user '\(object)'")
      }
      resource.id = user.id
    case .orgs:
      guard let other = directory.organizations.first(where: { $0.name.utf8.elementsEqual(object.utf8) }) else {
        throw Problem(description: "there is no organization '\(object)'")
      }
      resource.id = other.id
    default:
      throw Problem(
        description: "'\(object)': \(type.rawValue) are named by an identifier of 16 hexadecimal digits")
    }
    return Permission(action, resource)
  }
}
