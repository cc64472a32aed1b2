// A hash of a name that is the same in every process, for identifiers that must not change between starts.

/// SipHash-2-4 (Aumasson and Bernstein, 2012) under a fixed key.
///
/// Swift's `Hasher` is seeded anew in every process. The input is what an operator wrote into the configuration, so
/// the key need not be secret.
enum StableHash {
  static func value(of bytes: some Sequence<UInt8>, domain: UInt64) -> UInt64 {
    value(of: bytes, key: (0x6761_7465_686f_7573, domain))
  }

  static func value(of bytes: some Sequence<UInt8>, key: (UInt64, UInt64)) -> UInt64 {
    var state = State(k0: key.0, k1: key.1)
    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << (8 * (count % 8))
      count &+= 1
      if count % 8 == 0 {
        state.absorb(word)
        word = 0
      }
    }
    state.absorb(word | count << 56)
    return state.finish()
  }

  private struct State {
    var v0, v1, v2, v3: UInt64

    init(k0: UInt64, k1: UInt64) {
      v0 = k0 ^ 0x736f_6d65_7073_6575
      v1 = k1 ^ 0x646f_7261_6e64_6f6d
      v2 = k0 ^ 0x6c79_6765_6e65_7261
      v3 = k1 ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }

    mutating func finish() -> UInt64 {
      v2 ^= 0xff
      for _ in 0..<4 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
      v0 &+= v1
      v1 = rotated(v1, 13) ^ v0
      v0 = rotated(v0, 32)
      v2 &+= v3
      v3 = rotated(v3, 16) ^ v2
      v0 &+= v3
      v3 = rotated(v3, 21) ^ v0
      v2 &+= v1
      v1 = rotated(v1, 17) ^ v2
      v2 = rotated(v2, 32)
    }

    private func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
  }
}
