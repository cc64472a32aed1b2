// Whether the text of a password hash can ever verify anything.

/// Recognises the hashes that a declared login may have: bcrypt as InfluxDB keeps it, and yescrypt.
enum PasswordHashFormat {
  /// Above this bcrypt cost one verification takes seconds, and a few wrong passwords fill the pool.
  static let highestCost = 15

  /// What is wrong with a hash, nil when nothing is. The hash itself never stands in the answer.
  static func mistake(in hash: String) -> String? {
    let bytes = hash.bytes
    switch bytes.prefix(3) {
    case [dollar, UInt8(ascii: "2"), UInt8(ascii: "a")], [dollar, UInt8(ascii: "2"), UInt8(ascii: "b")],
      [dollar, UInt8(ascii: "2"), UInt8(ascii: "y")]:
      return bcryptMistake(bytes)
    case [dollar, UInt8(ascii: "y"), dollar]:
      return isYescrypt(bytes) ? nil : "is not a whole yescrypt hash"
    default:
      return "must be a bcrypt ($2a$, $2b$, $2y$) or yescrypt ($y$) hash, as `gatehouse hash-password` prints it"
    }
  }

  private static let dollar = UInt8(ascii: "$")

  /// `$2b$NN$`, 22 letters of salt and 31 of hash.
  private static func bcryptMistake(_ bytes: [UInt8]) -> String? {
    guard bytes.count == 60, bytes[3] == dollar, bytes[6] == dollar, bytes[7...].allSatisfy(isLetter),
      let cost = Int(String(decoding: bytes[4..<6], as: UTF8.self)), bytes[4..<6].allSatisfy(isDigit)
    else { return "is not a whole bcrypt hash: it has 60 characters, as $2b$10$ and 53 letters of ./A-Za-z0-9" }
    guard (4...31).contains(cost) else { return "has a bcrypt cost outside 4 to 31" }
    guard cost <= highestCost else { return "has a bcrypt cost above \(highestCost): one check would take seconds" }
    // 16 bytes of salt leave 4 bits of its last letter unused, 23 bytes of hash 2 bits. libxcrypt prints them as
    // zeros and compares texts, so a hash with other bits there refuses its own password.
    guard ".CGKOSWaeimquy26".utf8.contains(bytes[59]), ".Oeu".utf8.contains(bytes[28]) else {
      return "is damaged: no password can match it"
    }
    return nil
  }

  /// `$y$parameters$salt$hash`, the hash of 43 letters.
  private static func isYescrypt(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.dropFirst(3).split(separator: dollar, omittingEmptySubsequences: false)
    return parts.count == 3 && (1...16).contains(parts[0].count) && (1...86).contains(parts[1].count)
      && parts[2].count == 43 && parts.allSatisfy { $0.allSatisfy(isLetter) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."),
      UInt8(ascii: "/"):
      true
    default: isDigit(byte)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
