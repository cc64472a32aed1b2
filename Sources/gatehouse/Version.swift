// `gatehouse version`.

enum Version: Subcommand {
  static let number = "0.1.0"

  static let name = "version"
  static let summary = "print the version"
  static let options: [Option] = []
  static let details = "One line on standard output: gatehouse NUMBER, as semver.org orders numbers. So does --version."

  static func run(_ arguments: Arguments) throws(CommandFailure) { Terminal.standardOutput.line("gatehouse \(number)") }
}
