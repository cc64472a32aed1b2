// A permission: an action on a resource, held by a credential or needed by a request.

public import Formats

/// What a permission is about: a type, narrowed by an identifier, an organization, or (buckets only) a name.
public struct Resource: Sendable, Hashable {
  public var type: ResourceType
  public var id: Identifier?
  public var organizationID: Identifier?
  /// Only of type `buckets` and without `id`: a bucket's name, or `db/*` for every retention policy of `db`,
  /// those made later included.
  public var name: String?

  public init(
    type: ResourceType, id: Identifier? = nil, organizationID: Identifier? = nil, name: String? = nil
  ) {
    self.type = type
    self.id = id
    self.organizationID = organizationID
    self.name = name
  }
}

public struct Permission: Sendable, Hashable, CustomStringConvertible {
  public var action: Action
  public var resource: Resource

  public init(_ action: Action, _ resource: Resource) {
    self.action = action
    self.resource = resource
  }

  /// Whether holding this permission satisfies `needed`, as `PermissionMatch` says.
  public func covers(_ needed: Permission) -> Bool { PermissionMatch(needed).isMet(by: self) }

  /// As InfluxDB prints it: `write:orgs/<orgID>/buckets/<id>`, absent parts dropped.
  public var description: String {
    var text = "\(action.rawValue):"
    if let organization = resource.organizationID { text += "orgs/\(organization)/" }
    text += resource.type.rawValue
    if let id = resource.id { text += "/\(id)" } else if let name = resource.name { text += "/\(name)" }
    return text
  }
}

extension Sequence<Permission> {
  public func cover(_ needed: Permission) -> Bool { PermissionMatch(needed).isMet(by: self) }
}

private enum OperatorPermissions {
  static let all = ResourceType.allCases.filter { $0 != .instance }.flatMap { type in
    Action.allCases.map { Permission($0, Resource(type: type)) }
  }
}

extension [Permission] {
  /// Read and write on every type, unscoped: what `gatehouse token create --operator` gives.
  public static var operatorPermissions: Self { OperatorPermissions.all }

  /// Whether these cover read and write on every type, unscoped.
  public var areOperator: Bool {
    // The list is made once: this is asked for every query.
    OperatorPermissions.all.allSatisfy { cover($0) }
  }
}
