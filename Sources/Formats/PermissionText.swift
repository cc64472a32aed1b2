// A permission as people write it: `write:authorizations`, `read:buckets/metrics/autogen`.

public struct PermissionText: Sendable, Hashable {
  public var action: Action
  public var type: ResourceType
  /// A name or an identifier; nil for everything of the type.
  public var object: String?

  /// What is wrong with a text. The file and the command line each say it in words of their own.
  public enum Problem: Error, Sendable, Hashable {
    case noAction
    /// There is no such resource type.
    case unknownType(String)
    /// `instance`: what covers everything is given as such.
    case instance
    /// A slash with nothing behind it, of a type whose objects have names.
    case unfinished
    /// The object of `buckets` is no database and no policy of one.
    case noBucket(String)
    /// The objects of this type have identifiers alone.
    case noIdentifier(String, ResourceType)
  }

  /// Reads its parts; see `checkObject` for the last of them.
  public init(_ text: String) throws(Problem) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let action = Action(rawValue: parts[0]) else { throw .noAction }
    let resource = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let type = ResourceType(rawValue: resource[0]) else { throw .unknownType(resource[0]) }
    guard type != .instance else { throw .instance }
    self.action = action
    self.type = type
    object = resource.count > 1 ? resource[1] : nil
    if object?.isEmpty == true { throw type == .buckets ? .noBucket("") : .unfinished }
  }

  /// Whether the object can be one of its type at all. Names of users and organizations are looked up elsewhere.
  public func checkObject() throws(Problem) {
    guard let object, identifier == nil else { return }
    switch type {
    case .buckets: if bucketName == nil { throw .noBucket(object) }
    case .users, .orgs: break
    default: throw .noIdentifier(object, type)
    }
  }

  /// The object, where it is an identifier; nil where it is a name, or none.
  public var identifier: Identifier? { object.flatMap { try? Identifier(parsing: $0) } }

  /// The name under which a permission keeps the object of `buckets`; nil where it cannot be one.
  public var bucketName: String? {
    guard let object, !object.hasSuffix("/"), let name = BucketName(object)?.ofPermission, BucketName.canMatch(name)
    else { return nil }
    return name
  }
}
