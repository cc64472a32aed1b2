// One upstream server, with the numeric address its name means at the moment.

import CSystem
import Synchronization

/// Shared by all event loops. Names are looked up by the thread that refreshes the directory, never by a loop.
public final class UpstreamMember: Sendable {
  public let host: String
  public let port: UInt16
  public let isTLS: Bool
  private let resolved: Mutex<String?>

  public init(host: String, port: UInt16, isTLS: Bool) {
    self.host = host
    self.port = port
    self.isTLS = isTLS
    resolved = Mutex(nil)
  }

  /// `host:port`, as a `Host` field and a log line show it.
  public var authority: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Numeric address, or nil while the name has never been found.
  public var address: String? { resolved.withLock { $0 } }

  /// Looks the name up, blocking; keeps the last address where the look-up fails.
  @discardableResult
  public func resolve() -> Bool {
    var text = [CChar](repeating: 0, count: 64)
    guard gh_resolve(host, &text, text.count) == 0 else { return false }
    let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    resolved.withLock { $0 = address }
    return true
  }
}
