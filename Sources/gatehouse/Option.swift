// An option of a subcommand.

struct Option {
  /// With its dashes.
  let name: String
  /// What its value is called in the help; nil for an option without one.
  let value: String?
  let isRequired: Bool
  let isRepeatable: Bool
  let help: String

  static func flag(_ name: String, _ help: String) -> Option {
    Option(name: name, value: nil, isRequired: false, isRepeatable: false, help: help)
  }

  static func value(_ name: String, _ value: String, _ help: String) -> Option {
    Option(name: name, value: value, isRequired: false, isRepeatable: false, help: help)
  }

  static func required(_ name: String, _ value: String, _ help: String) -> Option {
    Option(name: name, value: value, isRequired: true, isRepeatable: false, help: help)
  }

  static func list(_ name: String, _ value: String, _ help: String) -> Option {
    Option(name: name, value: value, isRequired: false, isRepeatable: true, help: help)
  }

  static let configuration = required("--config", "FILE", "the configuration file")
  static let json = flag("--json", "print JSON instead of a table")
}
