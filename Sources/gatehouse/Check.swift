// `gatehouse check`: every problem of a configuration file at once.

import Authorizations
import Configuration
import GatehouseServer
import Glibc

enum Check: Subcommand {
  static let name = "check"
  static let summary = "say everything that is wrong with a configuration file"
  static let options: [Option] = [
    .configuration,
    .flag("--online", "also ask the upstream whom it lets in and what gatehouse's credentials can do"),
  ]
  static let details =
    """
    Prints a line FILE:LINE:COLUMN: KEY: MESSAGE for each problem and exits 1. Warnings alone exit 0.
    With --online also a line for each thing that was found out of each member of the upstream: whether it answers, over
    verified TLS where the file says https, whether it refuses requests without a credential, and whether [upstream] and
    [upstream.operator] log in, are administrators, and see the databases; before InfluxDB 1.x also a warning for each
    continuous query that touches another database than its own. Nothing is changed there.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let path = try arguments.required("--config")
    let configuration: Configuration
    do throws(Problems) {
      configuration = try Configuration.load(path: path)
    } catch {
      Terminal.standardOutput.line(error.description)
      throw .reported
    }
    for warning in configuration.warnings { Terminal.standardOutput.line("\(warning) (warning)") }
    for login in try shadowing(configuration) {
      let name = Terminal.visible(login.token)
      Terminal.standardOutput.line(
        "\(path):\(login.line): [[authorization]] \"\(name)\" hides a stored login of that name (warning)")
    }
    if arguments.has("--online") { try checkOnline(configuration) }
    Terminal.standardOutput.line("\(path): no problems")
  }

  private static func checkOnline(_ configuration: Configuration) throws(CommandFailure) {
    let findings = OnlineCheck(configuration).findings()
    for finding in findings {
      let mark =
        switch finding.weight {
        case .fact: ""
        case .warning: " (warning)"
        case .problem: " (problem)"
        }
      Terminal.standardOutput.line(finding.text + mark)
    }
    if findings.contains(where: { $0.weight == .problem }) { throw .reported }
  }

  /// Declared logins that make a stored one of the same name unreachable. A store that is not there yet has none.
  private static func shadowing(
    _ configuration: Configuration
  ) throws(CommandFailure) -> [Configuration.DeclaredAuthorization] {
    guard access(configuration.store.path, F_OK) == 0 else { return [] }
    do throws(StoreError) {
      let store = try SQLiteAuthorizationStore(path: configuration.store.path, migrates: false)
      let stored = Set(try store.load().authorizations.map { Array($0.token.utf8) })
      return configuration.authorizations.filter { stored.contains(Array($0.token.utf8)) }
    } catch {
      throw .failed(error.description)
    }
  }
}
