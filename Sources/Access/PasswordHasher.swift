// Makes and verifies password hashes through libxcrypt, in working memory of its own.

public import Formats
import CCrypt
import COpenSSL

/// What a verification found. A failure of the library is not a wrong password.
public enum PasswordVerdict: Sendable, Hashable {
  case matches, differs, unavailable
  /// It is the one before, which still counts; no hasher says that of one hash.
  case matchesPrevious
}

/// One user of libxcrypt's 32 KB of working memory: make one per thread.
public final class PasswordHasher {
  private let memory: UnsafeMutablePointer<crypt_data>

  /// Why a password cannot be hashed. The API says so in words of its own (those of InfluxDB 2.9.1).
  public enum Problem: Error, Sendable, Hashable {
    /// crypt(3) would cut the password there.
    case containsNUL
    /// bcrypt would ignore what stands behind the 72nd byte.
    case tooLong
    /// A cost outside 4...31, no randomness, or no memory.
    case unavailable
  }

  /// What bcrypt looks at, in bytes.
  public static let maximumPasswordLength = 72

  public init() {
    memory = .allocate(capacity: 1)
    memory.initialize(to: crypt_data())
  }

  deinit {
    // The working memory has seen passwords.
    OPENSSL_cleanse(memory, MemoryLayout<crypt_data>.size)
    memory.deallocate()
  }

  /// A new `$2b$` hash. Takes about 90 ms at cost 10, twice as long with each step.
  public func make(_ password: [UInt8], cost: Int) throws(Problem) -> PasswordHash {
    guard !password.contains(0) else { throw .containsNUL }
    guard password.count <= Self.maximumPasswordLength else { throw .tooLong }
    guard (4...31).contains(cost) else { throw .unavailable }
    var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    let length = Int32(setting.count)
    guard crypt_gensalt_rn("$2b$", UInt(cost), nil, 0, &setting, length) != nil,
      let output = crypt(password, setting: setting),
      let hash = PasswordHash(String(decoding: output, as: UTF8.self), maximumCost: cost)
    else { throw .unavailable }
    return hash
  }

  /// A hash of `cost` that no known password has: its salt and its hash are random. Verifying against it takes what
  /// verifying against any other of that cost takes, and making it takes nothing.
  public static func unmatchable(cost: Int) throws(Problem) -> PasswordHash {
    var random = [UInt8](repeating: 0, count: 22 + 31)
    guard (4...31).contains(cost), RAND_bytes(&random, Int32(random.count)) == 1 else { throw .unavailable }
    let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    // 128 bits of salt and 184 of hash do not fill their last characters.
    random[21] &= 0b11_0000
    random[52] &= 0b11_1100
    let text =
      "$2b$\(cost < 10 ? "0" : "")\(cost)$" + String(decoding: random.map { alphabet[Int($0 & 63)] }, as: UTF8.self)
    guard let hash = PasswordHash(text, maximumCost: cost) else { throw .unavailable }
    return hash
  }

  /// Whether `password` is the one that `hash` was made from, at the hash's full cost whatever the password is.
  ///
  /// bcrypt takes the first 72 bytes, as InfluxDB does at login. A NUL makes a password wrong; it is never cut there.
  public func verify(_ password: [UInt8], against hash: PasswordHash) -> PasswordVerdict {
    var phrase = password
    var mayMatch = true
    if phrase.contains(0) {
      mayMatch = false
      for index in phrase.indices where phrase[index] == 0 { phrase[index] = 1 }
    }
    var setting = Array(hash.text.utf8)
    var compared = 0
    switch hash.algorithm {
    case .bcrypt:
      phrase.truncate(to: Self.maximumPasswordLength)
      // libxcrypt computes `$2a$` differently for some passwords with the byte 0xff, a countermeasure to a defect that
      // neither Go nor the hashes of InfluxDB ever had. Without it all three variants are one algorithm.
      setting[2] = UInt8(ascii: "b")
      // The salt's last character carries unused bits that libxcrypt clears, so only the hash itself is compared.
      compared = setting.count - 31
    case .yescrypt:
      let limit = Int(CRYPT_MAX_PASSPHRASE_SIZE) - 1
      if phrase.count > limit { mayMatch = false }
      phrase.truncate(to: limit)
    }
    guard let output = crypt(phrase, setting: setting.map { CChar(bitPattern: $0) } + [0]) else { return .unavailable }
    phrase.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    guard output.count == setting.count else { return .unavailable }
    return output.matches(setting, from: compared) && mayMatch ? .matches : .differs
  }

  /// The hash that libxcrypt gives, or nil for its failure tokens, which begin with `*`. `phrase` holds no NUL.
  private func crypt(_ phrase: [UInt8], setting: [CChar]) -> [UInt8]? {
    var terminated = phrase.map { CChar(bitPattern: $0) } + [0]
    defer { terminated.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
    guard let result = crypt_r(terminated, setting, memory) else { return nil }
    let output = String(cString: result).utf8
    return output.first == UInt8(ascii: "*") ? nil : Array(output)
  }
}

extension [UInt8] {
  fileprivate mutating func truncate(to length: Int) {
    if count > length { removeLast(count - length) }
  }

  /// Compares the bytes from `start` on in constant time; both have the same length.
  fileprivate func matches(_ other: Self, from start: Int) -> Bool {
    withUnsafeBytes { mine in
      other.withUnsafeBytes { theirs in
        let tail = mine.dropFirst(start)
        let otherTail = theirs.dropFirst(start)
        guard tail.count == otherTail.count else { return false }
        return CRYPTO_memcmp(
          UnsafeRawBufferPointer(rebasing: tail).baseAddress,
          UnsafeRawBufferPointer(rebasing: otherTail).baseAddress, tail.count) == 0
      }
    }
  }
}
