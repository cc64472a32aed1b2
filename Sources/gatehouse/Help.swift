// The texts of `--help`.

enum Help {
  /// The text that `--help`, `-h` or `help` asks for, or nil where nothing does.
  static func requested(_ words: [String]) -> String? {
    if words.first == "help" { return text(for: Array(words.dropFirst())) }
    let before = words.prefix { $0 != "--" }
    return before.contains("--help") || before.contains("-h") ? text(for: words) : nil
  }

  private static func text(for words: [String]) -> String {
    if let (command, _) = Program.find(words) { return help(for: command) }
    let group = words.first.map { word in Program.commands.filter { $0.name.hasPrefix(word + " ") } } ?? []
    return group.isEmpty ? overview : list(group)
  }

  /// What to ask for help on when the command is not known.
  static func name(in words: [String]) -> String {
    let isGroup = words.first.map { word in Program.commands.contains { $0.name.hasPrefix(word + " ") } } ?? false
    return isGroup ? "gatehouse \(words[0])" : "gatehouse"
  }

  static var overview: String {
    """
    gatehouse: TLS, logins and permissions in front of InfluxDB

    \(list(Program.commands))

    'gatehouse COMMAND --help' tells the options of a command.
    """
  }

  private static func list(_ commands: [any Subcommand.Type]) -> String {
    columns(commands.map { ("  gatehouse \($0.name)", $0.summary) })
  }

  private static func help(for command: any Subcommand.Type) -> String {
    var usage = "usage: gatehouse \(command.name)"
    for option in command.options {
      let word = option.value.map { "\(option.name) \($0)" } ?? option.name
      let shown = option.isRequired ? word : "[\(word)]"
      usage += " \(shown)\(option.isRepeatable ? "…" : "")"
    }
    if let operand = command.operand { usage += " \(operand)" }
    let rows = command.options.map { option in
      ("  " + (option.value.map { "\(option.name) \($0)" } ?? option.name), option.help)
    }
    let help = [usage, "\(command.summary)", columns(rows), command.details].filter { !$0.isEmpty }
    return help.joined(separator: "\n\n")
  }

  private static func columns(_ rows: [(left: String, right: String)]) -> String {
    let width = rows.map(\.left.count).max() ?? 0
    return rows.map { row in
      let gap = String(repeating: " ", count: width - row.left.count + 2)
      let lines = row.right.split(separator: "\n", omittingEmptySubsequences: false)
      return row.left + gap + lines.joined(separator: "\n" + String(repeating: " ", count: width + 2))
    }.joined(separator: "\n")
  }
}
