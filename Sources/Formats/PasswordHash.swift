// A crypt(3) hash whose form has been checked, so that nothing malformed reaches libxcrypt or stands for a password.

/// bcrypt as `$2a$`, `$2b$` or `$2y$`, or yescrypt as `$y$`: what the file, the API, the store and the verifier take for a
/// hash, and nothing else. Never described: a hash is a secret too.
public struct PasswordHash: Sendable, Equatable {
  /// The stored text.
  public let text: String
  public let algorithm: Algorithm

  public enum Algorithm: Sendable { case bcrypt, yescrypt }

  /// The highest bcrypt cost that is taken from outside: about 3 seconds a verification. A hash of cost 31 would occupy
  /// a worker for days.
  public static let maximumCost = 15

  /// Why a text is none, without a word of it.
  public enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another scheme, `$2x$`, the one with a known defect, included.
    case unknownScheme
    case incompleteBcrypt
    /// bcrypt knows 4...31.
    case impossibleCost
    /// A bcrypt cost above the greatest that is taken.
    case highCost(Int)
    /// Its last character has bits set that no hash has, so that nothing matches it.
    case unmatchable
    case incompleteYescrypt
    /// Parameters of yescrypt beyond 64 MiB of memory, or none that libxcrypt writes.
    case costlyYescrypt

    /// For the operator who wrote it down.
    public var description: String {
      switch self {
      case .unknownScheme:
        "must be a bcrypt ($2a$, $2b$, $2y$) or yescrypt ($y$) hash, as `gatehouse hash-password` prints it"
      case .incompleteBcrypt:
        "is not a whole bcrypt hash: it has 60 characters, as $2b$10$ and 53 letters of ./A-Za-z0-9"
      case .impossibleCost: "has a bcrypt cost outside 4 to 31"
      case .highCost(let highest): "has a bcrypt cost above \(highest): one check would take seconds"
      case .unmatchable: "is damaged: no password can match it"
      case .incompleteYescrypt: "is not a whole yescrypt hash"
      case .costlyYescrypt:
        "has yescrypt parameters other than $y$j75$ to $y$jBT$: one check would take too much memory"
      }
    }
  }

  /// - Parameter maximumCost: of bcrypt.
  public init(reading text: String, maximumCost: Int = Self.maximumCost) throws(Problem) {
    let bytes = Array(text.utf8)
    if bytes.starts(with: "$y$".utf8) {
      try Self.checkYescrypt(bytes)
      algorithm = .yescrypt
    } else {
      try Self.checkBcrypt(bytes, maximumCost)
      algorithm = .bcrypt
    }
    self.text = text
  }

  /// nil for whatever `init(reading:)` refuses.
  public init?(_ text: String, maximumCost: Int = Self.maximumCost) {
    do throws(Problem) { try self.init(reading: text, maximumCost: maximumCost) } catch { return nil }
  }

  /// `$2b$NN$`, 22 characters of salt and 31 of hash.
  private static func checkBcrypt(_ bytes: [UInt8], _ maximumCost: Int) throws(Problem) {
    guard bytes.starts(with: "$2".utf8), bytes.count > 2, "aby".utf8.contains(bytes[2]) else { throw .unknownScheme }
    guard bytes.count == 60, bytes[3] == dollar, bytes[6] == dollar, let tens = digit(bytes[4]),
      let ones = digit(bytes[5]),
      bytes[7...].allSatisfy(isCryptCharacter)
    else { throw .incompleteBcrypt }
    let cost = tens * 10 + ones
    guard (4...31).contains(cost) else { throw .impossibleCost }
    guard cost <= maximumCost else { throw .highCost(maximumCost) }
    // 23 bytes of hash leave 2 bits of its last character unused, which libxcrypt prints as zeros. Those of the salt do not
    // matter: only the hash is compared.
    guard ".CGKOSWaeimquy26".utf8.contains(bytes[59]) else { throw .unmatchable }
  }

  /// `$y$` + `jNR` + `$` + salt + `$` + 43 characters, where libxcrypt itself writes N from `7` to `F` and R `5` or `T`.
  private static func checkYescrypt(_ bytes: [UInt8]) throws(Problem) {
    let parts = bytes.dropFirst(3).split(separator: dollar, omittingEmptySubsequences: false)
    guard parts.count == 3, (1...16).contains(parts[0].count), (1...86).contains(parts[1].count), parts[2].count == 43,
      parts.allSatisfy({ $0.allSatisfy(isCryptCharacter) })
    else { throw .incompleteYescrypt }
    let parameters = Array(parts[0])
    guard parameters.count == 3, parameters[0] == UInt8(ascii: "j"), "789AB".utf8.contains(parameters[1]),
      "5T".utf8.contains(parameters[2])
    else { throw .costlyYescrypt }
  }

  private static let dollar = UInt8(ascii: "$")

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
