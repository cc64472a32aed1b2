// Randomness that is the same in every run (SplitMix64).

public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  /// Up to `maximum` bytes out of `alphabet`.
  public mutating func bytes(upTo maximum: Int, from alphabet: [UInt8], atLeast minimum: Int = 0) -> [UInt8] {
    (0..<Int.random(in: minimum...maximum, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? 0 }
  }
}
