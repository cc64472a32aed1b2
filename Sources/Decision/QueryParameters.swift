// Reads the `params` of a query: the values that `$name` stands for in its text.

import InfluxQL
import JSON

enum QueryParameters {
  struct Problem: Error {
    let reason: String
  }

  /// Bytes of the longest text that is read. Each value in it costs hundreds of times the byte that it may be.
  static let longestText = 262_144

  /// Empty where the parameter is absent, empty or `null`, by which Go's clients say that there are none. Of a repeated
  /// member the last counts, as in Go.
  static func read(_ text: [UInt8]?) throws(Problem) -> [Name: BoundParameter] {
    guard let text, !text.isEmpty else { return [:] }
    guard text.count <= longestText else { throw Problem(reason: "longer than \(longestText) bytes") }
    let value: JSONValue
    do throws(JSONReader.Problem) { value = try JSONReader.value(in: text) } catch {
      throw Problem(reason: error.message)
    }
    if case .null = value { return [:] }
    guard case .object(let members) = value else {
      throw Problem(reason: "json: cannot unmarshal \(value.kind) into Go value of type map[string]interface {}")
    }
    var parameters: [Name: BoundParameter] = [:]
    for member in members {
      parameters[Name(member.name)] = bound(member.value) ?? .invalid("unable to bind parameter of this type")
    }
    return parameters
  }

  private static func bound(_ value: JSONValue) -> BoundParameter? {
    switch value {
    case .string(let text): .string(Name(text))
    case .number(let text): .jsonNumber(text)
    case .bool(let flag): .boolean(flag)
    case .object(let members): .object(members.map { ($0.name, scalar($0.value)) })
    case .null, .array: nil
    }
  }

  private static func scalar(_ value: JSONValue) -> BoundParameter? {
    switch value {
    case .string(let text): .string(Name(text))
    case .number(let text): .jsonNumber(text)
    case .bool(let flag): .boolean(flag)
    case .null, .array, .object: nil
    }
  }
}
