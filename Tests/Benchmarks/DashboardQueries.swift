// Queries as Grafana's InfluxQL data source sends them for the panels of a dashboard.

/// A query with a hole for the time, which moves with every refresh.
struct DashboardQuery: Sendable {
  let name: String
  private let text: @Sendable (Int) -> String

  private init(_ name: String, _ text: @escaping @Sendable (Int) -> String) {
    self.name = name
    self.text = text
  }

  /// The target of the request: `db`, `epoch` and `q` in the URL.
  func target(_ number: Int) -> String {
    "/query?db=metrics&epoch=ms&q=" + text(1_700_000_000_000 + number * 10_000).utf8.map(Self.encoded).joined()
  }

  func form(_ number: Int) -> String {
    "q=" + text(1_700_000_000_000 + number * 10_000).utf8.map(Self.encoded).joined()
  }

  private static func encoded(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: " "): "+"
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      String(Unicode.Scalar(byte))
    default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
    }
  }

  static let all = [
    DashboardQuery("one series") { time in
      #"SELECT mean("usage_idle") FROM "cpu" WHERE time >= \#(time)ms and time <= \#(time + 21_600_000)ms "#
        + "GROUP BY time(20s) fill(null)"
    },
    DashboardQuery("per host") { time in
      #"SELECT mean("usage_user") AS "user", mean("usage_system") AS "system" FROM "cpu" WHERE ("host" =~ /^web-1$/ "#
        + #"AND "cpu" = 'cpu-total') AND time >= \#(time)ms and time <= \#(time + 21_600_000)ms "#
        + #"GROUP BY time(1m), "host" fill(null)"#
    },
    DashboardQuery("derivative") { time in
      #"SELECT non_negative_derivative(mean("bytes_recv"), 1s) *8 FROM "net" WHERE "host" =~ /^(web-1|web-2|db-1)$/ "#
        + #"AND "interface" != 'lo' AND time >= \#(time)ms and time <= \#(time + 3_600_000)ms "#
        + #"GROUP BY time(10s), "host", "interface" fill(none) ORDER BY time ASC"#
    },
    DashboardQuery("sub-query") { time in
      #"SELECT sum("used") FROM (SELECT last("used") AS "used" FROM "autogen"."disk" WHERE time >= \#(time)ms "#
        + #"and time <= \#(time + 3_600_000)ms GROUP BY "host", "path") GROUP BY time(1m) fill(previous)"#
    },
    DashboardQuery("tag values") { _ in
      #"SHOW TAG VALUES FROM "cpu" WITH KEY = "host" WHERE "datacenter" =~ /^(eu|us)$/"#
    },
    DashboardQuery("health check") { _ in "SHOW measurements" },
  ]
}
