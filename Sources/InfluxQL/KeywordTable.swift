// Finding out whether a bare word is a keyword, without making a string of it.

/// An open-addressing table of the keywords, keyed by their lower-case bytes packed into one number.
struct KeywordTable: Sendable {
  static let shared = KeywordTable()

  /// Longer words than this are identifiers at once.
  static let longest = 13

  private struct Slot: Sendable {
    var key: UInt128 = 0
    var kind = TokenKind.identifier
  }

  private var slots = [Slot](repeating: Slot(), count: 256)

  private init() {
    for (spelling, kind) in TokenKind.words {
      let key = Self.pack(spelling.utf8)
      var index = Self.slot(of: key)
      while slots[index].key != 0 { index = (index + 1) & 0xFF }
      slots[index] = Slot(key: key, kind: kind)
    }
  }

  /// The keyword that these bytes spell in any case, or `.identifier`.
  func kind(of word: some Collection<UInt8>) -> TokenKind {
    guard (2...Self.longest).contains(word.count) else { return .identifier }
    return kind(ofPacked: Self.pack(word))
  }

  func kind(ofPacked key: UInt128) -> TokenKind {
    var index = Self.slot(of: key)
    while true {
      let slot = slots[index]
      if slot.key == key { return slot.kind }
      if slot.key == 0 { return .identifier }
      index = (index + 1) & 0xFF
    }
  }

  /// At most 13 bytes, so nothing is shifted out. Setting bit 5 lowers a letter, and makes no other byte that may
  /// stand in a word into one: digits have it set, `_` becomes DEL.
  private static func pack(_ word: some Collection<UInt8>) -> UInt128 {
    word.reduce(0) { $0 << 8 | UInt128($1 | 0x20) }
  }

  private static func slot(of key: UInt128) -> Int {
    let folded = UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: (folded &* 0xD6E8_FEB8_6659_FD93) >> 56)
  }
}
