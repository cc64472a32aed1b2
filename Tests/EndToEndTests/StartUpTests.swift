// What Grafana's InfluxQL data source, Home Assistant and Telegraf send when they start and from then on works unchanged for a login with read or write on one database (`v1-auth.md` §11).

import Foundation
import Testing

@Suite struct StartUpTests {
  /// Reads and writes metrics, and nothing else.
  private static let one: Login = {
    var login = Login.writer
    login.writes = ["metrics"]
    return login
  }()

  private static func play(_ body: (GatehouseProcess, InfluxdServer) throws -> Void) throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    try influxd.write("cpu,host=a v=1 1700000000000000000\ncpu,host=b v=2 1700000010000000000", database: "metrics")
    let gatehouse = try influxd.gatehouse { $0.logins = [.reader, one] }
    do { try body(gatehouse, influxd) } catch { Issue.record("\(error)\n\(gatehouse.eventLog.suffix(1_000))") }
    gatehouse.stop()
  }

  /// Its health check, the look-ups of its editor and of variables, panels, and annotations; what each must find.
  static let grafana: [(statement: String, found: String)] = [
    ("SHOW measurements", "cpu"), ("SHOW MEASUREMENTS LIMIT 100", "cpu"),
    ("SHOW MEASUREMENTS WITH MEASUREMENT =~ /(?i)cp/ LIMIT 100", "cpu"), ("SHOW TAG KEYS FROM \"cpu\"", "host"),
    ("SHOW TAG KEYS FROM \"autogen\".\"cpu\"", "host"), ("SHOW TAG KEYS", "host"),
    ("SHOW TAG VALUES FROM \"cpu\" WITH KEY = \"host\"", "\"b\""), ("SHOW TAG VALUES WITH KEY = \"host\"", "\"b\""),
    ("SHOW TAG VALUES FROM \"cpu\" WITH KEY = \"host\" WHERE \"host\" =~ /^(a|b)$/", "\"b\""),
    ("SHOW FIELD KEYS FROM \"cpu\"", "float"), ("SHOW RETENTION POLICIES on \"metrics\"", "autogen"),
    ("SHOW SERIES FROM \"cpu\" LIMIT 10", "host=a"),
    (
      "SELECT mean(\"v\") FROM \"cpu\" WHERE (\"host\"::tag =~ /^(a|b)$/) AND time >= 1700000000000ms and time <= "
        + "1700000020000ms GROUP BY time(10s), \"host\"::tag fill(null) ORDER BY time ASC", "1700000010000"
    ),
    (
      "SELECT last(\"v\") FROM \"autogen\".\"cpu\" WHERE time >= 1700000000000ms and time <= 1700000020000ms GROUP BY "
        + "time(5s) fill(previous);SELECT non_negative_derivative(mean(\"v\"), 1s) *100 FROM /^(cpu)$/ WHERE time >= "
        + "1700000000000ms and time <= 1700000020000ms GROUP BY time(10s) fill(0)", "\"statement_id\":1"
    ),
    (
      "SELECT \"host\", v FROM cpu WHERE time >= 1700000000000ms and time <= 1700000020000ms LIMIT 1000",
      "1700000010000"
    ),
    ("SELECT distinct(\"host\") FROM (SELECT v, host FROM cpu)", "\"b\""),
  ]

  @Test func grafanaReadsAsADataSource() throws {
    try Self.play { gatehouse, _ in
      let client = try RawClient(gatehouse)
      let fields = "Accept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: Grafana/12.1.0\r\n"
      for (statement, found) in Self.grafana {
        let get = try client.exchange(Request.query(statement, parameters: "&epoch=ms", fields: fields))
        let text = statement.percentEncoded.replacing("%20", with: "+")
        let post = try client.exchange(Request.form("q=\(text)", target: "/query?db=metrics&epoch=ms", fields: fields))
        // From a browser, where the data source is set to be asked by it; policies are named where they are no default.
        let browser = try client.exchange(
          Request.query(statement, login: nil, parameters: "&epoch=ms&rp=autogen&\(Login.reader.parameters)"))
        for answer in [get, post, browser] {
          #expect(answer.status == 200 && answer.text.contains(found), "\(statement): \(answer.status) \(answer.text)")
          #expect(!answer.text.contains("\"error\""), "\(statement): \(answer.text)")
        }
        #expect(get.text == post.text && get.text == browser.text)
      }
    }
  }

  /// The calls of its `influxdb` integration, and of a sensor that asks for a mean.
  @Test func homeAssistantWritesAndReads() throws {
    try Self.play { gatehouse, influxd in
      let program = """
        import sys, influxdb
        c = influxdb.InfluxDBClient(host="localhost", port=int(sys.argv[1]), username="writer-two", password="writer-password", database="metrics", ssl=True, verify_ssl=sys.argv[2], timeout=10)
        assert c.write_points([]) is True
        assert {"name": "metrics"} in c.get_list_database() and {"name": "secret"} not in c.get_list_database()
        points = [{"measurement": "°C", "tags": {"domain": "sensor", "entity_id": "küche %d" % i}, "time": "2026-01-0%dT00:00:00.000001+00:00" % (i + 1), "fields": {"value": 20.5 + i, "friendly_name_str": "Küche \\"Süd\\""}} for i in range(3)]
        assert c.write_points(points)
        q = 'select mean("value") as value from "°C" where "entity_id" = \\'küche 1\\''
        assert [p["value"] for p in c.query(q).get_points()] == [21.5], list(c.query(q).get_points())
        assert [p["value"] for p in c.query('select last(value) as value from "metrics"."autogen"."°C" where time > now() - 520w').get_points()] == [22.5]
        c.close()
        """
      let command = try Command.run([
        try Paths.python(), "-c", program, "\(gatehouse.port)", try Certificate.shared.get().certificate,
      ])
      #expect(command.status == 0, "\(command.output)\(command.errors)")
      #expect(try influxd.query("SELECT count(value) FROM \"°C\"", database: "metrics").contains("3"))
    }
  }

  /// It asks for its database, goes on when that is refused (`skip_database_creation` is off), and writes.
  @Test func telegrafStartsAndWrites() throws {
    try Self.play { gatehouse, influxd in
      let client = try RawClient(gatehouse)
      let fields = "User-Agent: Telegraf/1.39.3 Go/1.26.4\r\nAccept-Encoding: gzip\r\n"
      let create = try client.exchange(Request.form("q=CREATE+DATABASE+%22metrics%22", login: Self.one, fields: fields))
      #expect(create.status == 403 && create.error?.contains("CREATE DATABASE metrics") == true, "\(create.text)")
      for (target, count) in [("/write?db=metrics", 1), ("/write?db=metrics&rp=autogen", 2)] {
        let body = Gzip.member(Array("mem,host=edge-7 used=\(count)i 170000000\(count)000000000\n".utf8))
        client.send(
          Array(
            ("POST \(target) HTTP/1.1\r\nHost: localhost\r\n\(Self.one.basic)\(fields)Transfer-Encoding: chunked\r\n"
              + "Content-Encoding: gzip\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n").utf8),
          Array("a\r\n".utf8) + body.prefix(10) + [13, 10],
          Array("\(String(body.count - 10, radix: 16))\r\n".utf8) + body.dropFirst(10) + Array("\r\n0\r\n\r\n".utf8))
        #expect(try client.readAnswer().status == 204)
        #expect(
          try influxd.query("SELECT count(used) FROM mem", database: "metrics").contains("00Z\",\(count)]"))
      }
      // Another database than its own is neither made nor written.
      #expect(try client.exchange(Request.write("mem used=1i", database: "secret", login: Self.one)).status == 403)
    }
  }
}
