// What every subcommand has: a name, a line about it, its options, and the work.

protocol Subcommand {
  /// As it is typed: `auth create`.
  static var name: String { get }
  /// One line for the overview.
  static var summary: String { get }
  /// What stands after the options in its help; empty for nothing.
  static var details: String { get }
  static var options: [Option] { get }
  /// What words without an option before them are, for the help; nil where there are none.
  static var operand: String? { get }

  static func run(_ arguments: Arguments) throws(CommandFailure)
}

extension Subcommand {
  static var details: String { "" }
  static var operand: String? { nil }
}

/// Why a command ends otherwise than well.
enum CommandFailure: Error {
  /// The command line is not understood.
  case usage(String)
  case failed(String)
  /// Everything has been said already.
  case reported
  /// Everything has been said already, and the exit status is part of it.
  case ended(Int32)
  /// Ctrl-C at a prompt.
  case interrupted
}
