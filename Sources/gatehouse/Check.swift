// `gatehouse check`: every problem of a configuration file at once.

import Configuration
import GatehouseServer

enum Check: Subcommand {
  static let name = "check"
  static let summary = "say everything that is wrong with a configuration file"
  static let options: [Option] = [
    .configuration,
    .flag("--online", "also ask the upstream whom it lets in and what gatehouse's credentials can do"),
  ]
  static let details =
    """
    Prints a line FILE:LINE:COLUMN: KEY: MESSAGE for each mistake in the text, and where there is none a line for
    everything on this machine that does not fit it: folders, the store, certificates that have expired or soon will,
    descriptors, databases in permissions that the directory last kept in the store does not hold. Exits 1 where
    something is wrong. Warnings, which are marked so, alone exit 0.
    With --online also a line for each thing that was found out of each member of the upstream: whether it answers, over
    verified TLS where the file says https, whether it refuses requests without a credential, and whether [upstream] and
    [upstream.operator] log in, are administrators, and see the databases; before InfluxDB 1.x also a warning for each
    continuous query that touches another database than its own. Permissions are compared with what is there now.
    Nothing is changed there.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let path = try arguments.required("--config")
    let configuration: Configuration
    do throws(Problems) {
      configuration = try Configuration.load(path: path)
    } catch {
      warn(error.warnings)
      Terminal.standardOutput.line(error.description)
      throw .reported
    }
    warn(configuration.warnings)
    var findings = InstallationCheck.findings(configuration, file: path, asksUpstream: arguments.has("--online"))
    if arguments.has("--online") { findings += OnlineCheck(configuration).findings() }
    for finding in findings { Terminal.standardOutput.line(finding.text + mark(finding.weight)) }
    let warnings = configuration.warnings.count + findings.count { $0.weight == .warning }
    let problems = findings.count { $0.weight == .problem }
    Terminal.standardOutput.line("\(path): \(conclusion(problems: problems, warnings: warnings))")
    if problems > 0 { throw .reported }
  }

  private static func warn(_ warnings: [Problem]) {
    for warning in warnings { Terminal.standardOutput.line("\(warning)\(mark(.warning))") }
  }

  private static func mark(_ weight: CheckFinding.Weight) -> String {
    switch weight {
    case .fact: ""
    case .warning: " (warning)"
    case .problem: " (problem)"
    }
  }

  private static func conclusion(problems: Int, warnings: Int) -> String {
    func counted(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
    let parts = [
      problems > 0 ? counted(problems, "problem") : nil, warnings > 0 ? counted(warnings, "warning") : nil,
    ]
    let told = parts.compactMap { $0 }
    return told.isEmpty ? "no problems" : told.joined(separator: ", ")
  }
}
