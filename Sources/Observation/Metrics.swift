// The counters of the process: a fixed set, so that nothing a client sends can make a new series.

import Synchronization

/// Counts per event loop and sums when asked.
public final class Metrics: Sendable {
  private let shards = Mutex<[MetricsShard]>([])

  public init() {}

  /// The counters of one more event loop.
  public func makeShard() -> MetricsShard {
    let shard = MetricsShard()
    shards.withLock { $0.append(shard) }
    return shard
  }

  /// What is measured elsewhere and shown beside the counters.
  public struct Gauges: Sendable {
    /// Password verifications that wait for a worker.
    public var hashQueueDepth = 0
    /// Access log lines lost since the start.
    public var droppedLogLines = 0
    public var connections = 0

    public init() {}
  }

  /// The Prometheus text format, version 0.0.4.
  public func text(_ gauges: Gauges) -> String {
    let all = shards.withLock { $0 }.map(\.counts)
    let sum = all.reduce(into: MetricsShard.Counts()) { $0.add($1) }
    var text = ""
    text.header("gatehouse_requests_total", "counter", "Requests by kind and class of status.")
    for kind in RequestKind.allCases {
      for statusClass in 1...5 {
        text.sample(
          "gatehouse_requests_total", "kind=\"\(kind.label)\",status=\"\(statusClass)xx\"",
          "\(sum.requests[kind.rawValue * 6 + statusClass])")
      }
    }
    text.header("gatehouse_request_seconds", "histogram", "Duration of requests.")
    for kind in RequestKind.allCases { text.histogram(sum.durations[kind.rawValue], kind) }
    text.header("gatehouse_refusals_total", "counter", "Requests that gatehouse itself refused, by reason.")
    for reason in RefusalKind.allCases {
      text.sample("gatehouse_refusals_total", "reason=\"\(reason.label)\"", "\(sum.refusals[reason.rawValue])")
    }
    text.header("gatehouse_upstream_failures_total", "counter", "Failures of the upstream, by what went wrong.")
    for kind in UpstreamFailureKind.allCases {
      text.sample(
        "gatehouse_upstream_failures_total", "kind=\"\(kind.label)\"", "\(sum.upstreamFailures[kind.rawValue])")
    }
    text.header("gatehouse_hash_queue_depth", "gauge", "Password verifications that wait for a worker.")
    text.sample("gatehouse_hash_queue_depth", "", "\(gauges.hashQueueDepth)")
    text.header("gatehouse_log_lines_dropped_total", "counter", "Access log lines lost.")
    text.sample("gatehouse_log_lines_dropped_total", "", "\(gauges.droppedLogLines)")
    text.header("gatehouse_connections", "gauge", "Client connections that are open.")
    text.sample("gatehouse_connections", "", "\(gauges.connections)")
    return text
  }
}

extension String {
  fileprivate mutating func header(_ name: String, _ type: String, _ help: String) {
    self += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  fileprivate mutating func sample(_ name: String, _ labels: String, _ value: String) {
    self += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }

  fileprivate mutating func histogram(_ histogram: DurationHistogram, _ kind: RequestKind) {
    let name = "gatehouse_request_seconds"
    var total: UInt64 = 0
    for (index, bound) in DurationHistogram.bounds.enumerated() {
      total += histogram.counts[index]
      sample("\(name)_bucket", "kind=\"\(kind.label)\",le=\"\(Double(bound) / 1e6)\"", "\(total)")
    }
    total += histogram.counts[DurationHistogram.bounds.count]
    sample("\(name)_bucket", "kind=\"\(kind.label)\",le=\"+Inf\"", "\(total)")
    sample("\(name)_sum", "kind=\"\(kind.label)\"", "\(Double(histogram.sum) / 1e6)")
    sample("\(name)_count", "kind=\"\(kind.label)\"", "\(total)")
  }
}
