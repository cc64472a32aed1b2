// `gatehouse explain`: what a query or write needs, and whether a login may.

import Access
import Authorizations
import Formats
import Configuration
import Decision
import GatehouseServer
import JSON

enum Explain: Subcommand {
  static let name = "explain"
  static let summary = "say what a query or write needs, and whether a login may"
  static let operand: String? = "'QUERY'"
  static let options: [Option] = [
    .configuration, .value("--login", "NAME", "who asks; without it only what is needed is said"),
    .value("--db", "NAME", "the request's db"), .value("--rp", "NAME", "the request's rp"),
    .value("--method", "GET|POST", "how it is sent (default: POST)"),
    .value("--params", "JSON", "values of the query's $names"),
    .flag("--write", "a write to --db, in place of a query"),
    .flag("--json", "print one JSON object"),
  ]
  static let details =
    """
    No server is needed, and no key or secret of the file: the directory is the one last kept in the store. A name unknown
    there is taken as written, and a note says so. The password is taken to be right.
    Exits 0 for permit, 1 for deny, 2 for refuse: a text that is not understood.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let isWrite = arguments.has("--write")
    guard arguments.operands.count == (isWrite ? 0 : 1) else {
      throw .usage(isWrite ? "'explain --write' takes no query" : "'explain' needs one query")
    }
    let method = arguments.value("--method")?.uppercased() ?? "POST"
    guard method == "GET" || method == "POST" else { throw .usage("--method must be GET or POST") }
    let configuration = try ConfigurationFile.load(try arguments.required("--config"), needs: .values)
    let state = try self.state(configuration)
    var asker: Authorization?
    if let login = arguments.value("--login") {
      asker = state.authorization(named: login)
      guard let asker else {
        let reason = "there is no login \(Terminal.visible(login))"
        guard arguments.has("--json") else { throw .failed(reason) }
        show(Explanation(verdict: .deny, reason: reason), state, nil, asJSON: true)
        throw .ended(1)
      }
      if let reason = closed(asker) {
        show(Explanation(verdict: .deny, reason: reason), state, asker, asJSON: arguments.has("--json"))
        throw .ended(1)
      }
    }
    let explainer = state.explainer(for: asker)
    let (database, policy) = (arguments.value("--db") ?? "", arguments.value("--rp") ?? "")
    let explanation =
      isWrite
      ? explainer.write(database: database, retentionPolicy: policy)
      : explainer.query(
        arguments.operands[0], database: database, retentionPolicy: policy,
        parameters: arguments.value("--params") ?? "", isPost: method == "POST")
    show(explanation, state, asker, asJSON: arguments.has("--json"))
    switch explanation.verdict {
    case .permit: return
    case .deny: throw .ended(1)
    case .refuse: throw .ended(2)
    }
  }

  /// Why nobody can log in now, whatever the password.
  private static func closed(_ login: Authorization) -> String? {
    if login.status != .active { return "the login is inactive" }
    if login.passwordHash == nil { return "the login has no password: nobody can log in before one is set" }
    guard let expiresAt = login.expiresAt, !login.isActive(at: WallClock.system()) else { return nil }
    return "the login has expired, at \(Timestamp(nanoseconds: expiresAt).rfc3339)"
  }

  private static func state(_ configuration: Configuration) throws(CommandFailure) -> KeptState {
    do throws(StoreError) {
      return try KeptState(configuration, store: try OpenStore.forReading(configuration))
    } catch {
      throw .failed(error.description)
    }
  }

  private static func show(_ explanation: Explanation, _ state: KeptState, _ asker: Authorization?, asJSON: Bool) {
    let assumptions = state.assumptions + explanation.assumptions
    if asJSON {
      var bytes: [UInt8] = []
      ExplanationText.json(explanation, assumptions: assumptions).append(to: &bytes)
      Terminal.standardOutput.line(String(decoding: bytes, as: UTF8.self))
    } else {
      Terminal.standardOutput.line(
        ExplanationText.lines(explanation, login: asker?.token, assumptions: assumptions).joined(separator: "\n"))
    }
  }
}
