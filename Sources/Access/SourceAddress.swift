// Where a request comes from, as far as failed attempts are counted: an IPv4 address, or the /64 of an IPv6 one.

import Glibc

/// The unit that fairness and failure counts go by. One IPv6 customer owns a whole /64, so its hosts count as one.
public struct SourceAddress: Sendable, Hashable {
  let high: UInt64
  let low: UInt64

  /// From numeric text, as `accept` gives it; an IPv4-mapped IPv6 address counts as the IPv4 one. Every text that is
  /// no address counts as one source.
  public init(_ text: String) {
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, text, &v4) == 1 {
      self.init(v4: UInt32(bigEndian: v4.s_addr))
    } else if inet_pton(AF_INET6, text, &v6) == 1 {
      let (first, last) = withUnsafeBytes(of: v6) {
        (UInt64(bigEndian: $0.load(as: UInt64.self)), UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self)))
      }
      if first == 0 && last >> 32 == 0xffff {
        self.init(v4: UInt32(truncatingIfNeeded: last))
      } else {
        self.init(high: first, low: 6)
      }
    } else {
      self.init(high: 0, low: 0)
    }
  }

  private init(v4: UInt32) { self.init(high: UInt64(v4), low: 4) }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
