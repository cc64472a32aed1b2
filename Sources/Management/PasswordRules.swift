// Which texts may become a password. Applied when one is set, never at login.

struct PasswordRules: Sendable {
  /// Three of four kinds of characters, as `influxd --strong-passwords` demands.
  let strong: Bool

  /// Why the password is refused, in the words of InfluxDB 2.9.1, or nil.
  func problem(_ password: String) -> String? {
    if password.utf8.contains(0) { return "passwords must not contain a NUL byte" }
    var problems: [String] = []
    // bcrypt sees 72 bytes: what is longer would be cut.
    if !(8...72).contains(password.utf8.count) {
      problems.append("passwords must be between 8 and 72 characters long")
    }
    if strong, Self.kinds(password) < 3 {
      problems.append(
        "passwords must contain at least three of the following character types: uppercase, lowercase, numbers, and"
          + " special characters: \(Self.special)")
    }
    return problems.isEmpty ? nil : problems.joined(separator: "\n")
  }

  private static let special = "!@#$%^&*()_+"

  private static func kinds(_ password: String) -> Int {
    var upper = false
    var lower = false
    var digit = false
    var mark = false
    for scalar in password.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .uppercaseLetter: upper = true
      case .lowercaseLetter: lower = true
      case .decimalNumber, .letterNumber, .otherNumber: digit = true
      default: if special.unicodeScalars.contains(scalar) { mark = true }
      }
    }
    return [upper, lower, digit, mark].count { $0 }
  }
}
