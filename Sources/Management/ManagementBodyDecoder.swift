// Turns a JSON value into a request body as Go's encoding/json fills a struct.

import JSON
import Authorizations
import Formats

/// A member of the wrong type is remembered and reading goes on: only the first such problem counts, and only if no
/// identifier is malformed, which ends the reading at once. `null` leaves a member as it was.
struct ManagementBodyDecoder {
  /// The Go type of the whole body, for messages.
  private let root: (package: String, name: String)
  private var mismatch: String?

  static func decode<Body>(
    _ bytes: [UInt8], as root: (package: String, name: String),
    _ fill: (inout ManagementBodyDecoder, [JSONMember]) throws(ManagementError) -> Body
  ) throws(ManagementError) -> Body {
    let value: JSONValue
    do throws(JSONReader.Problem) {
      value = try JSONReader.value(in: bytes)
    } catch {
      throw invalid(error.message)
    }
    var decoder = ManagementBodyDecoder(root: root)
    let members: [JSONMember]
    switch value {
    case .object(let found): members = found
    case .null: members = []
    default:
      throw invalid("json: cannot unmarshal \(value.kind) into Go value of type \(root.package).\(root.name)")
    }
    let body = try fill(&decoder, members)
    if let mismatch = decoder.mismatch { throw invalid(mismatch) }
    return body
  }

  private init(root: (package: String, name: String)) { self.root = root }

  static func invalid(_ detail: String) -> ManagementError {
    ManagementError(.invalid, "invalid json structure: \(detail)")
  }

  mutating func string(_ value: JSONValue, _ path: String, type: String = "string") -> String? {
    if case .string(let text) = value { return text }
    note(value, path, type)
    return nil
  }

  mutating func identifier(_ value: JSONValue, _ path: String) throws(ManagementError) -> Identifier? {
    guard let text = string(value, path, type: "platform.ID") else { return nil }
    do throws(Identifier.Problem) {
      return try Identifier(parsing: text)
    } catch {
      throw Self.invalid(error.description)
    }
  }

  mutating func array(_ value: JSONValue, _ path: String, type: String) -> [JSONValue]? {
    if case .array(let elements) = value { return elements }
    note(value, path, type)
    return nil
  }

  mutating func object(_ value: JSONValue, _ path: String, type: String) -> [JSONMember]? {
    if case .object(let members) = value { return members }
    note(value, path, type)
    return nil
  }

  private mutating func note(_ value: JSONValue, _ path: String, _ type: String) {
    if case .null = value { return }
    guard mismatch == nil else { return }
    mismatch = "json: cannot unmarshal \(value.kind) into Go struct field \(root.name).\(path) of type \(type)"
  }
}
