// Reads the words of a command line by the options of a subcommand.

/// `--name value`, `--name=value`, and operands; after `--` everything is an operand.
struct Arguments {
  private var values: [String: [String]] = [:]
  private(set) var operands: [String] = []

  init(_ words: [String], of command: any Subcommand.Type) throws(CommandFailure) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let option = command.options.first(where: { $0.name == parts[0] }) else {
        throw .usage("'\(command.name)' has no option \(parts[0])")
      }
      try take(option, parts.count > 1 ? parts[1] : nil, &rest)
    }
    for option in command.options where option.isRequired && values[option.name] == nil {
      throw .usage("'\(command.name)' needs \(option.name) \(option.value ?? "")")
    }
    if command.operand == nil, let operand = operands.first {
      throw .usage("'\(command.name)' does not take '\(operand)'")
    }
  }

  private mutating func take(
    _ option: Option, _ attached: String?, _ rest: inout ArraySlice<String>
  ) throws(CommandFailure) {
    if !option.isRepeatable, values[option.name] != nil { throw .usage("\(option.name) is given twice") }
    if option.value == nil {
      guard attached == nil else { throw .usage("\(option.name) takes no value") }
      values[option.name] = [""]
      return
    }
    guard let value = attached ?? rest.popFirst() else { throw .usage("\(option.name) needs a value") }
    values[option.name, default: []].append(value)
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func value(_ name: String) -> String? { values[name]?.first }

  /// An option that selects: with an empty value, as of a variable that is not set, it would select everything.
  func nonempty(_ name: String) throws(CommandFailure) -> String? {
    guard let value = value(name) else { return nil }
    guard !value.isEmpty else { throw .usage("\(name) is empty") }
    return value
  }

  func list(_ name: String) -> [String] { values[name] ?? [] }

  /// For options that are required: the reader has refused a command line without it.
  func required(_ name: String) throws(CommandFailure) -> String {
    guard let value = value(name), !value.isEmpty else { throw .usage("\(name) needs a value") }
    return value
  }

  func number(_ name: String, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .usage("\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
