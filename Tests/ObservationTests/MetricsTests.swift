// Counters in the Prometheus text format, with a fixed set of series.

import Testing

@testable import Observation

@Suite struct MetricsTests {
  @Test func sumsWhatEveryLoopCounted() {
    let metrics = Metrics()
    let first = metrics.makeShard()
    let second = metrics.makeShard()
    first.recordRequest(.write, status: 204, duration: 100)
    second.recordRequest(.write, status: 204, duration: 2_000)
    second.recordRequest(.write, status: 503, duration: 100_000_000)
    first.recordRefusal(.tooLarge)
    second.recordUpstreamFailure(.timedOut)
    var gauges = Metrics.Gauges()
    gauges.hashQueueDepth = 3
    let lines = Set(metrics.text(gauges).split(separator: "\n").map(String.init))
    for line in [
      "gatehouse_requests_total{kind=\"write\",status=\"2xx\"} 2",
      "gatehouse_requests_total{kind=\"write\",status=\"5xx\"} 1",
      "gatehouse_requests_total{kind=\"query\",status=\"2xx\"} 0",
      "gatehouse_request_seconds_bucket{kind=\"write\",le=\"0.00025\"} 1",
      "gatehouse_request_seconds_bucket{kind=\"write\",le=\"0.004\"} 2",
      "gatehouse_request_seconds_bucket{kind=\"write\",le=\"65.536\"} 2",
      "gatehouse_request_seconds_bucket{kind=\"write\",le=\"+Inf\"} 3",
      "gatehouse_request_seconds_count{kind=\"write\"} 3",
      "gatehouse_request_seconds_sum{kind=\"write\"} 100.0021",
      "gatehouse_refusals_total{reason=\"too_large\"} 1",
      "gatehouse_upstream_failures_total{kind=\"timed_out\"} 1",
      "gatehouse_hash_queue_depth 3",
    ] { #expect(lines.contains(line), "\(line)") }
  }

  @Test func hasEverySeriesFromTheStartAndNeverMore() {
    let metrics = Metrics()
    let count = metrics.text(Metrics.Gauges()).split(separator: "\n").count
    let shard = metrics.makeShard()
    for status in [-1, 0, 99, 100, 299, 404, 600, Int.max] { shard.recordRequest(.other, status: status, duration: -5) }
    #expect(metrics.text(Metrics.Gauges()).split(separator: "\n").count == count)
  }

  @Test func hasALabelForEveryKind() {
    #expect(RefusalKind.notUnderstood.label == "not_understood")
    #expect(Set(RefusalKind.allCases.map(\.label)).count == RefusalKind.allCases.count)
    #expect(RequestKind.allCases.map(\.rawValue) == Array(0..<RequestKind.allCases.count))
  }
}
