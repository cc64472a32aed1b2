// The address of a gatehouse, as `--host` says it.

struct ServerAddress: Equatable {
  var isTLS: Bool
  var host: String
  var port: UInt16

  /// `https://host[:port]` or `http://host[:port]`; brackets around an IPv6 address; without a port the scheme's.
  init?(_ url: String) {
    let rest: Substring
    if url.hasPrefix("https://") {
      isTLS = true
      rest = url.dropFirst("https://".count)
    } else if url.hasPrefix("http://") {
      isTLS = false
      rest = url.dropFirst("http://".count)
    } else {
      return nil
    }
    let authority = rest.hasSuffix("/") ? rest.dropLast() : rest
    let afterHost: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = String(authority[..<end].dropFirst())
      afterHost = authority[end...].dropFirst()
    } else {
      host = String(authority.prefix { $0 != ":" })
      afterHost = authority.dropFirst(host.count)
    }
    let allowed = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"/?#@[]".utf8.contains($0) }
    guard !host.isEmpty, allowed else { return nil }
    port = isTLS ? 443 : 80
    if afterHost.isEmpty { return }
    guard afterHost.hasPrefix(":"), let number = UInt16(afterHost.dropFirst()), number > 0 else { return nil }
    port = number
  }

  /// Whether what is sent stays on this machine.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
