// One upstream server, with the numeric address its name means at the moment.

import CSystem
import Synchronization
public import Threading

/// Shared by all event loops. Names are looked up by the thread that refreshes the directory, never by a loop.
public final class UpstreamMember: Sendable {
  /// `host:port`, as log lines show it.
  public let name: String
  public let host: String
  public let port: UInt16
  public let isTLS: Bool
  /// The `Host` field of requests to it, with its line end.
  public let hostField: [UInt8]
  private let state = Mutex(Health.untried)
  private let resolved: Mutex<Addresses>

  private struct Addresses {
    var all: [String] = []
    var current = 0
  }

  /// Addresses of one name that are tried: `localhost` has two, one of which the upstream may not listen on.
  private static let maximumAddresses: Int32 = 8

  public init(host: String, port: UInt16, isTLS: Bool) {
    name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    hostField = Array("Host: \(name)\r\n".utf8)
    self.host = host
    self.port = port
    self.isTLS = isTLS
    resolved = Mutex(Addresses())
  }

  /// What the last attempt to connect came to, whoever of the threads made it.
  public enum Health: Sendable, Equatable {
    case untried
    case reachable(since: Instant)
    /// - latest: when a connection was refused last.
    case refusing(since: Instant, latest: Instant)
  }

  public var health: Health { state.withLock { $0 } }

  /// For how long a member that refused a connection is passed over.
  static let avoidance = Interval.seconds(1)

  /// Whether others should be tried first.
  func isAvoided(at now: Instant) -> Bool {
    if case .refusing(_, let latest) = health { now < latest + Self.avoidance } else { false }
  }

  func noteReachable(at now: Instant) {
    state.withLock {
      if case .reachable = $0 { return }
      $0 = .reachable(since: now)
    }
  }

  func noteRefusal(at now: Instant) {
    state.withLock {
      if case .refusing(let since, _) = $0 {
        $0 = .refusing(since: since, latest: now)
      } else {
        $0 = .refusing(since: now, latest: now)
      }
    }
  }

  /// Numeric address, or nil while the name has never been found.
  public var address: String? {
    resolved.withLock { $0.all.isEmpty ? nil : $0.all[$0.current % $0.all.count] }
  }

  /// How many addresses the name has.
  var addressCount: Int { resolved.withLock { $0.all.count } }

  /// Notes that nothing answers at `address`, so that the next connection tries the name's next one.
  func noteUnreachable(_ address: String) {
    resolved.withLock {
      guard !$0.all.isEmpty, $0.all[$0.current % $0.all.count] == address else { return }
      $0.current = ($0.current + 1) % $0.all.count
    }
  }

  /// Looks the name up, blocking; keeps the last address where the look-up fails.
  @discardableResult
  public func resolve() -> Bool {
    var found: [String] = []
    for rank in 0..<Self.maximumAddresses {
      var text = [CChar](repeating: 0, count: 64)
      guard gh_resolve(host, rank, &text, text.count) == 0 else { break }
      found.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    guard !found.isEmpty else { return false }
    resolved.withLock {
      if $0.all != found { $0 = Addresses(all: found) }
    }
    return true
  }
}
