// The list of subcommands, and what happens before and after one of them runs.

enum Program {
  static var commands: [any Subcommand.Type] {
    [
      Serve.self, Check.self, AuthCreate.self, AuthList.self, AuthSetActive.self, AuthSetInactive.self,
      AuthSetPassword.self, AuthDelete.self, Explain.self, TokenCreate.self, TokenList.self, TokenSetActive.self,
      TokenSetInactive.self, TokenRevoke.self, TokenHash.self, HashPassword.self, StoreBackup.self,
      Version.self,
    ]
  }

  /// - Returns: the exit status: 0, 1 where something failed, 2 where the command line is not understood.
  static func run(_ words: [String]) -> Int32 {
    if words.isEmpty {
      Terminal.standardError.line(Help.overview)
      return 2
    }
    if let help = Help.requested(words) {
      Terminal.standardOutput.line(help)
      return 0
    }
    // As programs are asked everywhere.
    let words = words == ["--version"] ? [Version.name] : words
    guard let (command, rest) = find(words) else {
      return report(CommandFailure.usage("there is no command '\(spoken(words))'"), of: Help.name(in: words))
    }
    do throws(CommandFailure) {
      try command.run(try Arguments(rest, of: command))
      return 0
    } catch {
      return report(error, of: "gatehouse \(command.name)")
    }
  }

  /// The command that the first one or two words name, and the words after it.
  static func find(_ words: [String]) -> ((any Subcommand.Type), [String])? {
    for count in [2, 1] where words.count >= count {
      let name = words.prefix(count).joined(separator: " ")
      if let command = commands.first(where: { $0.name == name }) { return (command, Array(words.dropFirst(count))) }
    }
    return nil
  }

  private static func spoken(_ words: [String]) -> String {
    words.prefix(2).prefix { !$0.hasPrefix("-") }.joined(separator: " ")
  }

  private static func report(_ failure: CommandFailure, of name: String) -> Int32 {
    switch failure {
    case .usage(let message):
      Terminal.standardError.line("gatehouse: \(message)\ntry '\(name) --help'")
      return 2
    case .failed(let message):
      Terminal.standardError.line("gatehouse: \(message)")
      return 1
    case .reported: return 1
    case .ended(let status): return status
    case .interrupted: return 130
    }
  }
}
