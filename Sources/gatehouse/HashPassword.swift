// `gatehouse hash-password`: a hash for the configuration file.

import Formats
import Access

enum HashPassword: Subcommand {
  static let name = "hash-password"
  static let summary = "print the hash of a password, for [[authorization]] in the configuration file"
  static let options: [Option] = [
    .value("--cost", "N", "bcrypt cost, 4 to 15; 10 by default, each step doubles the work")
  ]
  static let details = "The password comes from a prompt or from the first line of standard input."

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    let cost = try arguments.number("--cost", in: 4...PasswordHash.maximumCost) ?? 10
    let password = try PasswordInput.read()
    let hash: PasswordHash
    do throws(PasswordHasher.Problem) {
      hash = try PasswordHasher().make(password, cost: cost)
    } catch {
      switch error {
      case .containsNUL: throw .failed("a password must not contain a NUL byte")
      case .tooLong:
        throw .failed("a password must not be longer than \(PasswordHasher.maximumPasswordLength) bytes")
      case .unavailable: throw .failed("the password could not be hashed")
      }
    }
    guard Terminal.standardOutput.line(hash.text) else { throw .failed("the hash could not be written") }
  }
}
