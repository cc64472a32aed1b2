// Runs a program to its end and hands back what it said.

import Glibc

struct Command {
  let status: Int32
  let output: String
  let errors: String

  /// Output without the newline at its end.
  var line: String { output.hasSuffix("\n") ? String(output.dropLast()) : output }

  static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    seconds: Double = 60
  ) throws -> Command {
    let child = try ChildProcess(arguments, environment: environment)
    child.feed(input)
    guard let status = child.waitForEnd(seconds: seconds) else {
      child.signal(SIGKILL)
      throw HarnessFailure(
        "\(arguments.prefix(2).joined(separator: " ")) did not end: \(child.errorText.suffix(2_000))")
    }
    return Command(status: status, output: child.outputText, errors: child.errorText)
  }

  /// Runs a program that must succeed.
  static func succeed(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    seconds: Double = 60
  ) throws -> Command {
    let command = try run(arguments, input: input, environment: environment, seconds: seconds)
    guard command.status == 0 else {
      throw HarnessFailure(
        "\(arguments.joined(separator: " ")): exit \(command.status)\n\(command.output)\(command.errors)")
    }
    return command
  }
}
