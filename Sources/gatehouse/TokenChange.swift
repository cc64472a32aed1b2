// `gatehouse token set-active`, `set-inactive` and `revoke`.

import Authorizations
import Formats

enum TokenSetActive: Subcommand {
  static let name = "token set-active"
  static let summary = "let API tokens in again"
  static let options: [Option] = [.configuration]
  static let operand: String? = "ID…"

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    try TokenChange.run(arguments) { (registry, id, author) throws(ChangeError) in
      try registry.updateToken(id, by: author) { $0.status = .active }
    }
  }
}

enum TokenSetInactive: Subcommand {
  static let name = "token set-inactive"
  static let summary = "refuse API tokens until they are set active again"
  static let options: [Option] = [.configuration]
  static let operand: String? = "ID…"

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    try TokenChange.run(arguments) { (registry, id, author) throws(ChangeError) in
      try registry.updateToken(id, by: author) { $0.status = .inactive }
    }
  }
}

enum TokenRevoke: Subcommand {
  static let name = "token revoke"
  static let summary = "delete API tokens for good"
  static let options: [Option] = [.configuration]
  static let operand: String? = "ID…"

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    try TokenChange.run(arguments) { (registry, id, author) throws(ChangeError) in
      try registry.deleteToken(id, by: author)
    }
  }
}

enum TokenChange {
  static func run(
    _ arguments: Arguments, _ change: (AuthorizationRegistry, Identifier, ChangeAuthor) throws(ChangeError) -> Void
  ) throws(CommandFailure) {
    guard !arguments.operands.isEmpty else { throw .usage("the ID of a token is needed, as `token list` prints it") }
    var ids: [Identifier] = []
    for operand in arguments.operands {
      guard let id = try? Identifier(parsing: operand) else {
        throw .usage("'\(operand)' is no ID: 16 hexadecimal digits, as `token list` prints them")
      }
      ids.append(id)
    }
    let store = try TokenStore(arguments)
    for id in ids {
      do throws(CommandFailure) {
        try store.change { (registry, author) throws(ChangeError) in try change(registry, id, author) }
      } catch {
        guard case .failed(let reason) = error else { throw error }
        throw .failed("token \(id): \(reason)")
      }
    }
  }
}
