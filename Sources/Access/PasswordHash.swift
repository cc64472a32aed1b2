// A crypt(3) hash whose form has been checked, so that nothing malformed reaches libxcrypt or stands for a password.

/// bcrypt as `$2a$`, `$2b$` or `$2y$`, or yescrypt as `$y$`. Never described: a hash is a secret too.
public struct PasswordHash: Sendable, Equatable {
  /// The stored text.
  public let text: String
  let algorithm: Algorithm

  enum Algorithm: Sendable { case bcrypt, yescrypt }

  /// The highest bcrypt cost that is taken from outside: about 3 seconds a verification. A hash of cost 31 would occupy
  /// a worker for days.
  public static let maximumCost = 15

  /// nil for any other scheme (`$2x$`, the one with a known defect, included), a cost outside 4...`maximumCost`, a
  /// yescrypt parameter beyond 64 MiB of memory, or any character or length that the scheme does not have.
  public init?(_ text: String, maximumCost: Int = Self.maximumCost) {
    let bytes = Array(text.utf8)
    if bytes.starts(with: "$y$".utf8) {
      guard Self.isYescrypt(bytes) else { return nil }
      algorithm = .yescrypt
    } else {
      guard let cost = Self.bcryptCost(bytes), cost <= maximumCost else { return nil }
      algorithm = .bcrypt
    }
    self.text = text
  }

  /// `$2b$NN$` + 22 characters of salt + 31 of hash.
  private static func bcryptCost(_ bytes: [UInt8]) -> Int? {
    guard bytes.count == 60, bytes.starts(with: "$2".utf8), "aby".utf8.contains(bytes[2]) else { return nil }
    guard bytes[3] == UInt8(ascii: "$"), bytes[6] == UInt8(ascii: "$") else { return nil }
    guard let tens = digit(bytes[4]), let ones = digit(bytes[5]) else { return nil }
    let cost = tens * 10 + ones
    return (4...31).contains(cost) && bytes[7...].allSatisfy(isCryptCharacter) ? cost : nil
  }

  /// `$y$` + `jNR` + `$` + salt + `$` + 43 characters, where libxcrypt itself writes N from `7` to `F` and R `5` or `T`.
  private static func isYescrypt(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.dropFirst(3).split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    guard parts.count == 3 else { return false }
    let parameters = Array(parts[0])
    guard parameters.count == 3, parameters[0] == UInt8(ascii: "j") else { return false }
    guard "789AB".utf8.contains(parameters[1]), "5T".utf8.contains(parameters[2]) else { return false }
    return (1...86).contains(parts[1].count) && parts[2].count == 43
      && parts[1].allSatisfy(isCryptCharacter) && parts[2].allSatisfy(isCryptCharacter)
  }

  private static func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }

  private static func isCryptCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ".")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}

extension PasswordHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<hash>" }
  public var debugDescription: String { "<hash>" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
