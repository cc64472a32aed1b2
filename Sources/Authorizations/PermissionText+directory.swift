// What a written permission means in a directory.

public import Formats

/// A name that is not there, or a permission that cannot be read: one text for whoever wrote it.
public struct NameProblem: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

extension PermissionText {
  /// Reads a text as the command line and the API's tokens have it.
  public init(describing text: String) throws(NameProblem) {
    do throws(Problem) { try self.init(text) } catch { throw NameProblem(error.words(for: text)) }
  }

  /// The permission within one organization. Names of users and organizations become identifiers; those of buckets
  /// stay names and follow the bucket, and a database means every retention policy of it.
  public func permission(in organization: Identifier, _ directory: Directory) throws(NameProblem) -> Permission {
    var resource = Resource(type: type, organizationID: organization)
    guard let object else { return Permission(action, resource) }
    do throws(Problem) { try checkObject() } catch { throw NameProblem(error.words(for: object)) }
    if let identifier {
      resource.id = identifier
      return Permission(action, resource)
    }
    switch type {
    case .buckets: resource.name = bucketName
    case .users:
      guard let user = directory.users.first(where: { $0.name.utf8.elementsEqual(object.utf8) }) else {
        throw NameProblem("there is no user '\(object)'")
      }
      resource.id = user.id
    case .orgs:
      guard let other = directory.organizations.first(where: { $0.name.utf8.elementsEqual(object.utf8) }) else {
        throw NameProblem("there is no organization '\(object)'")
      }
      resource.id = other.id
    default: break
    }
    return Permission(action, resource)
  }
}

extension PermissionText.Problem {
  fileprivate func words(for text: String) -> String {
    switch self {
    case .noAction: "'\(text)' is no permission: it begins with read: or write:"
    case .unknownType(let type): "'\(text)': there is no resource type '\(type)'"
    case .instance: "'\(text)': there is no resource type 'instance'"
    case .unfinished, .noBucket(""): "'\(text)' ends in the middle"
    case .noBucket(let object): "'\(object)' is no DATABASE or DATABASE/POLICY"
    case .noIdentifier(let object, let type):
      "'\(object)': \(type.rawValue) are named by an identifier of 16 hexadecimal digits"
    }
  }
}
