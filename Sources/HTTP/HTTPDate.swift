// The `Date` field of responses that gatehouse makes itself (RFC 9110 §5.6.7, §6.6.1).

import Glibc

public struct HTTPDate: Sendable {
  /// `Tue, 24 Nov 2026 22:05:09 GMT`
  public let text: [UInt8]

  /// Now.
  public init() {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let day = days[Int(parts.tm_wday) % 7]
    let month = months[Int(parts.tm_mon) % 12]
    text =
      Array(
        "\(day), \(two(parts.tm_mday)) \(month) \(1900 + parts.tm_year) \(two(parts.tm_hour)):\(two(parts.tm_min))"
          .utf8) + Array(":\(two(parts.tm_sec)) GMT".utf8)
  }
}
