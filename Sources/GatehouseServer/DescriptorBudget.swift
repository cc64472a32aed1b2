// Who gets the descriptors that the process may hold: clients, the upstream, or its own files.

public import Configuration
import CSystem
import Observation

/// What is wanted is had, or clients and upstream connections share what there is: a client that was accepted must never
/// find that there is no descriptor for its request.
public struct DescriptorBudget: Sendable, Equatable {
  /// Connections of clients that can be had, at most what `[limits]` wants.
  public let connections: Int
  /// Connections to each member by each event loop that can be had, at most what `[limits]` wants.
  public let upstreamConnections: Int
  /// What the process may hold.
  let limit: Int
  private let wanted: Configuration.Limits

  /// Too few for anything.
  static let least = 128
  /// Standard streams, logs, the store with its journal, the directory's questions, files read at a reload.
  private static let files = 64
  /// Of one event loop beside its listeners: epoll, its mailbox, and a client that is accepted to be refused.
  private static let loop = 4

  /// - Parameters:
  ///   - limit: descriptors that the process may hold.
  ///   - loops: event loops, each with listeners and upstream connections of its own.
  public init(_ configuration: Configuration, limit: Int, loops: Int) {
    self.limit = limit
    wanted = configuration.limits
    let rest = max(2, limit - Self.files - loops * (Self.loop + configuration.listeners.count))
    let pools = max(1, loops * configuration.upstream.members.count)
    let upstream = pools.multipliedReportingOverflow(by: wanted.upstreamConnections)
    let all = upstream.overflow ? Int.max : upstream.partialValue
    // No client has more than one upstream connection.
    let clients = all > rest / 2 ? rest / 2 : rest - all
    connections = min(wanted.connections, clients)
    let left = rest - connections
    upstreamConnections = left >= all ? wanted.upstreamConnections : max(1, min(all, left) / pools)
  }

  /// Of this process, after its limit has been raised as far as that goes.
  public static func raised(for configuration: Configuration) -> DescriptorBudget {
    DescriptorBudget(configuration, limit: gh_raise_descriptor_limit(), loops: Int(gh_usable_processors()))
  }

  /// Of a server that would be started here and now.
  public static func expected(for configuration: Configuration) -> DescriptorBudget {
    DescriptorBudget(configuration, limit: gh_highest_descriptor_limit(), loops: Int(gh_usable_processors()))
  }

  /// For `/health`; nil where all is had that is wanted.
  var condition: Condition? {
    shortages.isEmpty
      ? nil : Condition(.descriptors, "descriptors allow fewer connections than wanted", failsHealth: false)
  }

  /// What cannot be had.
  var shortages: [(key: String, text: String)] {
    [
      ("limits.connections", wanted.connections, connections),
      ("limits.upstream_connections", wanted.upstreamConnections, upstreamConnections),
    ].compactMap { key, wanted, had in
      had < wanted
        ? (key, "\(wanted) are wanted, \(limit) descriptors (ulimit -n, LimitNOFILE of the service) allow \(had)") : nil
    }
  }
}
