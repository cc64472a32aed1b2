// An address to listen on: numeric, so that it means the same without a resolver.

internal import Glibc

/// `127.0.0.1:8086` or `[::1]:8086`, taken apart.
struct NumericAddress {
  /// Without brackets.
  let host: String
  let port: UInt16
  /// The address in network order, 4 or 16 bytes: two spellings of one address are equal here.
  let bytes: [UInt8]

  /// nil where the text is no numeric address with a port.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
      return nil
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard let bytes = Self.parse(String(host), family: AF_INET6, count: 16) else { return nil }
      self.bytes = bytes
    } else {
      guard let bytes = Self.parse(String(host), family: AF_INET, count: 4) else { return nil }
      self.bytes = bytes
    }
    self.host = String(host)
    self.port = port
  }

  var isLoopback: Bool { Self.isLoopback(bytes) }

  /// 127.0.0.0/8 and ::1 (RFC 6890).
  private static func isLoopback(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4 ? bytes.first == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
  }

  /// Whether a host of a URL, a name or an address without brackets, stays on this machine for certain.
  static func isLoopback(host: String) -> Bool {
    if host.lowercased() == "localhost" { return true }
    let bytes = parse(host, family: AF_INET, count: 4) ?? parse(host, family: AF_INET6, count: 16)
    return bytes.map(isLoopback) ?? false
  }

  /// The bytes of an IPv6 address without brackets.
  static func isIPv6(_ text: String) -> Bool { parse(text, family: AF_INET6, count: 16) != nil }

  /// A port in plain digits, 0 to 65535.
  static func port(_ text: Substring) -> UInt16? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt16(text)
  }

  private static func parse(_ text: String, family: Int32, count: Int) -> [UInt8]? {
    // inet_pton stops at a NUL and would not see what follows.
    guard !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let result = bytes.withUnsafeMutableBytes { inet_pton(family, text, $0.baseAddress) }
    return result == 1 ? bytes : nil
  }
}
