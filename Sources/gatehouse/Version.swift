// `gatehouse version`.

enum Version: Subcommand {
  static let number = "0.1.0"

  static let name = "version"
  static let summary = "print the version"
  static let options: [Option] = []

  static func run(_ arguments: Arguments) throws(CommandFailure) { Terminal.standardOutput.line("gatehouse \(number)") }
}
