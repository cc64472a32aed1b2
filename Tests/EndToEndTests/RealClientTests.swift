// Real clients over TLS before a real influxd 1.6.7.

import Foundation
import Testing

@Suite struct RealClientTests {
  private static func play(_ body: (GatehouseProcess, InfluxdServer) throws -> Void) throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let gatehouse = try influxd.gatehouse()
    do { try body(gatehouse, influxd) } catch { Issue.record("\(error)\n\(gatehouse.eventLog.suffix(1_000))") }
    gatehouse.stop()
  }

  @Test func pythonClientWritesAndQueries() throws {
    try Self.play { gatehouse, influxd in
      let program = """
        import sys, influxdb
        c = influxdb.InfluxDBClient("localhost", int(sys.argv[1]), "writer-two", "writer-password", "metrics", ssl=True, verify_ssl=sys.argv[2])
        print("version", c.ping())
        assert c.write_points([{"measurement": "py", "tags": {"h": "a b"}, "fields": {"v": float(i)}, "time": i} for i in range(100)], time_precision="s")
        assert [p["v"] for p in c.query("SELECT v FROM py").get_points()] == [float(i) for i in range(100)]
        assert len(list(c.query("SELECT v FROM py", chunked=True, chunk_size=1000).get_points())) == 100
        assert len(list(c.query("SELECT v FROM py WHERE h = $h", bind_params={"h": "a b"}).get_points())) == 100
        assert {"name": "metrics"} in c.get_list_database()
        assert {"name": "py"} in c.get_list_measurements()
        assert [p["name"] for p in c.get_list_retention_policies("metrics")] == ["autogen"]
        z = influxdb.InfluxDBClient("localhost", int(sys.argv[1]), "writer-two", "writer-password", "metrics", ssl=True, verify_ssl=sys.argv[2], gzip=True)
        assert z.write_points([{"measurement": "pz", "fields": {"v": 1.0}} for i in range(5)])
        for statement in ["SELECT v FROM secret..vault", "CREATE DATABASE x", "SHOW USERS"]:
            try:
                c.query(statement)
                raise SystemExit("carried: " + statement)
            except influxdb.exceptions.InfluxDBClientError as e:
                assert e.code == 403, e
        try:
            influxdb.InfluxDBClient("localhost", int(sys.argv[1]), "writer-two", "wrong", "metrics", ssl=True, verify_ssl=sys.argv[2]).query("SELECT v FROM py")
            raise SystemExit("wrong password")
        except influxdb.exceptions.InfluxDBClientError as e:
            assert e.code == 401, e
        """
      let command = try Command.run([
        try Paths.python(), "-c", program, "\(gatehouse.port)", try Certificate.shared.get().certificate,
      ])
      #expect(command.status == 0, "\(command.output)\(command.errors)")
      #expect(try influxd.query("SELECT count(v) FROM py", database: "metrics").contains("100"))
    }
  }

  @Test func commandLineClientWritesAndQueries() throws {
    try Self.play { gatehouse, influxd in
      func influx(_ statement: String, login: Login = .writer) throws -> Command {
        try Command.run(
          [
            try Paths.influx(), "-host", "localhost", "-port", "\(gatehouse.port)", "-ssl", "-unsafeSsl", "-database",
            "metrics",
            "-format", "csv", "-execute", statement,
          ],
          environment: [
            "INFLUX_USERNAME": login.name, "INFLUX_PASSWORD": login.password, "HOME": gatehouse.folder.path,
          ])
      }
      let insert = try influx("INSERT cli,h=a v=42 1700000000000000000")
      #expect(insert.status == 0, "\(insert.output)\(insert.errors)")
      let select = try influx("SELECT v FROM cli")
      #expect(
        select.status == 0 && select.output.contains("cli,1700000000000000000,42"), "\(select.output)\(select.errors)")
      let databases = try influx("SHOW DATABASES", login: .reader)
      #expect(
        databases.output.contains("metrics") && !databases.output.contains("secret"),
        "\(databases.output)\(databases.errors)")
      let refused = try influx("SELECT v FROM secret..vault")
      #expect((refused.output + refused.errors).contains("not authorized"), "\(refused.output)\(refused.errors)")
      #expect(!refused.output.contains("424242"))
    }
  }

  @Test func curlSpeaksWithEachScheme() throws {
    try Self.play { gatehouse, _ in
      func curl(_ arguments: String...) throws -> Command {
        try Command.run(
          ["curl", "-sS", "--cacert", try Certificate.shared.get().certificate, "-w", " %{http_code}"] + arguments)
      }
      let base = "https://localhost:\(gatehouse.port)"
      let reader = Login.reader
      for scheme in [
        ["-u", "\(Login.writer.name):\(Login.writer.password)"],
        ["-H", "Authorization: Token writer-two:writer-password"],
        ["-H", "Authorization: Token \(gatehouse.token)"], ["-H", "Authorization: Bearer \(gatehouse.token)"],
      ] {
        let write = try Command.run(
          ["curl", "-sS", "--cacert", try Certificate.shared.get().certificate, "-w", " %{http_code}"] + scheme
            + ["\(base)/write?db=metrics", "--data-binary", "curl v=1 1700000000000000000"])
        #expect(write.output == " 204", "\(scheme): \(write.output)\(write.errors)")
      }
      let url = try curl(
        "\(base)/write?db=metrics&\(Login.writer.parameters)", "--data-binary", "curl v=1 1700000000000000000")
      #expect(url.output == " 204", "\(url.output)\(url.errors)")
      let get = try curl(
        "-G", "-u", "\(reader.name):\(reader.password)", "\(base)/query", "--data-urlencode", "db=metrics",
        "--data-urlencode", "q=SELECT v FROM curl")
      #expect(
        get.output.contains("[\"2023-11-14T22:13:20Z\",1]") && get.output.hasSuffix(" 200"),
        "\(get.output)\(get.errors)")
      let form = try curl(
        "-u", "\(reader.name):\(reader.password)", "\(base)/query", "--data-urlencode", "db=metrics",
        "--data-urlencode", "q=SELECT v FROM curl")
      #expect(form.output == get.output)
      let compressed = try curl(
        "--compressed", "-u", "\(reader.name):\(reader.password)", "\(base)/query?db=metrics&q=SELECT%20v%20FROM%20curl"
      )
      #expect(compressed.output == get.output)
      let csv = try curl(
        "-H", "Accept: application/csv", "-u", "\(reader.name):\(reader.password)",
        "\(base)/query?db=metrics&q=SELECT%20v%20FROM%20curl")
      #expect(csv.output == "name,tags,time,v\ncurl,,1700000000000000000,1\n 200")
      let big =
        "big v=1\n" + String(repeating: "# a comment line of some length that makes the body large\n", count: 40_000)
      let path = try gatehouse.folder.write("big", big)
      // Over 1 MiB curl sends `Expect: 100-continue`.
      let expect = try curl(
        "-u", "\(Login.writer.name):\(Login.writer.password)", "\(base)/write?db=metrics", "--data-binary", "@\(path)")
      #expect(expect.output == " 204", "\(expect.output)\(expect.errors)")
      let wrong = try curl("-u", "\(reader.name):wrong", "\(base)/query?db=metrics&q=SELECT%20v%20FROM%20curl")
      #expect(wrong.output == "{\"error\":\"authorization failed\"}\n 401")
      let old = try curl(
        "--http1.0", "-u", "\(reader.name):\(reader.password)", "\(base)/query?db=metrics&q=SELECT%20v%20FROM%20curl")
      #expect(old.output == get.output)
    }
  }
}
