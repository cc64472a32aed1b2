// An explanation as people and programs read it.

import Authorizations
import Formats
import Decision
import JSON

enum ExplanationText {
  static func json(_ explanation: Explanation, assumptions: [String]) -> JSONValue {
    var members = [
      JSONMember(name: "verdict", value: .string(explanation.verdict.rawValue)),
      JSONMember(name: "reason", value: .string(explanation.reason)),
    ]
    if let position = explanation.position {
      members.append(
        JSONMember(
          name: "position",
          value: .object([
            JSONMember(name: "line", value: .number("\(position.line)")),
            JSONMember(name: "character", value: .number("\(position.character)")),
          ])))
    }
    members.append(JSONMember(name: "statements", value: .array(explanation.statements.map(json))))
    members.append(JSONMember(name: "assumptions", value: .array(assumptions.map { .string($0) })))
    return .object(members)
  }

  private static func json(_ statement: Explanation.Statement) -> JSONValue {
    .object([
      JSONMember(name: "kind", value: .string(statement.kind)),
      JSONMember(name: "changes", value: .bool(statement.changes)),
      JSONMember(name: "requires", value: .array(statement.needs.map(json))),
      JSONMember(name: "needsOperator", value: .bool(statement.needsOperator)),
      JSONMember(name: "permitted", value: statement.isPermitted.map { .bool($0) } ?? .null),
    ])
  }

  private static func json(_ need: Explanation.Need) -> JSONValue {
    var members = [
      JSONMember(name: "action", value: .string(need.action.rawValue)),
      JSONMember(name: "database", value: .string(need.database)),
      JSONMember(name: "retentionPolicy", value: .string(need.retentionPolicy)),
      JSONMember(name: "measurement", value: .string(need.measurement)),
    ]
    if need.reach != .policy { members.append(JSONMember(name: "reach", value: .string(need.reach.rawValue))) }
    if let isPermitted = need.isPermitted {
      members.append(JSONMember(name: "permitted", value: .bool(isPermitted)))
      members.append(
        JSONMember(name: "grantedBy", value: .array(need.grantedBy.map { .string($0.description) })))
    }
    return .object(members)
  }

  static func lines(_ explanation: Explanation, login: String?, assumptions: [String]) -> [String] {
    var lines: [String] = []
    for (index, statement) in explanation.statements.enumerated() {
      lines.append("statement \(index + 1): \(statement.kind)\(statement.changes ? ", changes something" : "")")
      if statement.needsOperator { lines.append("  needs an operator token: admin privilege") }
      for need in statement.needs { lines.append("  \(words(need, login))") }
      if statement.needs.isEmpty, !statement.needsOperator { lines.append("  needs nothing but a login") }
    }
    lines += assumptions.map { "note: \($0)" }
    lines.append("\(explanation.verdict.rawValue): \(explanation.reason)")
    return lines.map(Terminal.visible)
  }

  private static func words(_ need: Explanation.Need, _ login: String?) -> String {
    var text = "needs \(need.action.rawValue) on database \"\(need.database)\", "
    switch need.reach {
    case .policy: text += need.retentionPolicy.isEmpty ? "default policy" : "policy \"\(need.retentionPolicy)\""
    case .everyPolicy, .anyPolicy: text += need.reach.rawValue
    }
    if !need.measurement.isEmpty { text += ", measurement \(need.measurement)" }
    guard let isPermitted = need.isPermitted, let login else { return text }
    if !isPermitted { return text + ": \(login) lacks it" }
    return text + ": \(login) has it by \(need.grantedBy.map(\.description).joined(separator: ", "))"
  }
}
