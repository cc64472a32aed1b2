// Answers that gatehouse makes itself come in the form that was asked for, as the real server gives them.

import Foundation
import Testing

@Suite struct AnswerFormTests {
  /// Status, type and body of an answer; what is packed is shown unpacked.
  private struct Shown: Equatable, CustomStringConvertible {
    let status: Int
    let type: String?
    let encoding: String?
    let body: [UInt8]

    init(_ answer: HTTPAnswer) throws {
      status = answer.status
      type = answer["Content-Type"]
      encoding = answer["Content-Encoding"]
      guard encoding == "gzip" else {
        body = answer.body
        return
      }
      let path = FileManager.default.temporaryDirectory.appending(path: "gatehouse-\(UUID().uuidString).gz")
      try Data(answer.body).write(to: path)
      defer { try? FileManager.default.removeItem(at: path) }
      let child = try ChildProcess(["gzip", "-dc", path.path])
      child.feed("")
      guard child.waitForEnd() == 0 else { throw HarnessFailure("gzip: \(child.errorText)") }
      body = child.output.current
    }

    var description: String {
      "\(status) \(type ?? "") \(encoding ?? "") \(String(decoding: body, as: UTF8.self).debugDescription)"
    }
  }

  /// The same question of gatehouse, and of the server itself by an administrator.
  @Test func saysWhatTheRealServerSays() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    try influxd.query("DROP DATABASE secret")
    try influxd.query(
      "CREATE CONTINUOUS QUERY cq ON metrics BEGIN SELECT mean(v) INTO metrics.autogen.x FROM metrics.autogen.cpu GROUP BY time(1m) END"
    )
    try influxd.write(
      "cpu,host=a,zone=b\\ c v=1.5,n=3i,s=\"x,\"\"\" 1500000000000000001\ncpu v=2.5 -1", database: "metrics")
    let gatehouse = try influxd.gatehouse()
    let management = try ManagementClient(gatehouse)
    gatehouse.addCanary("canary-everything-1")
    _ = try management.create(
      "everything", password: "canary-everything-1", reads: ["metrics", "_internal"], writes: ["metrics"])
    let login = Login(name: "everything", password: "canary-everything-1", hash: "")
    let administrator = Login(name: InfluxdServer.user, password: InfluxdServer.password, hash: "")
    let client = try RawClient(gatehouse)
    let direct = try RawClient(port: influxd.port, tls: false)
    for statement in [
      "SHOW DATABASES", "SHOW RETENTION POLICIES", "SHOW CONTINUOUS QUERIES",
      "SHOW DATABASES; SHOW RETENTION POLICIES ON metrics", "SHOW DATABASES; SELECT * FROM cpu",
      "SHOW DATABASES; SELECT * FROM cpu GROUP BY host", "SELECT * FROM cpu; SHOW CONTINUOUS QUERIES", "nonsense",
      "SHOW MEASUREMENTS; SHOW DATABASES; SHOW SERIES",
    ] {
      for accept in [nil, "application/csv", "application/x-msgpack", "text/csv, */*"] as [String?] {
        for (parameters, encoding) in [
          ("", ""), ("&pretty=true", ""), ("&epoch=ms", ""), ("&pretty=1", "Accept-Encoding: gzip\r\n"),
        ] {
          let fields = (accept.map { "Accept: \($0)\r\n" } ?? "") + encoding
          let ours = try Shown(
            try client.exchange(Request.query(statement, login: login, parameters: parameters, fields: fields)))
          let theirs = try Shown(
            try direct.exchange(
              Request.query(statement, login: administrator, parameters: parameters, fields: fields)))
          // The server's CSV shows a column's title where a number of this type should be (1.6.7).
          let known = Array(
            String(decoding: theirs.body, as: UTF8.self).replacing("168h0m0s,replicaN,", with: "168h0m0s,1,").utf8)
          let isCSV = theirs.type == "text/csv"
          #expect(
            ours.status == theirs.status && ours.type == theirs.type && ours.encoding == theirs.encoding
              && ours.body == (isCSV ? known : theirs.body),
            "\(statement) \(accept ?? "") \(parameters):\nours   \(ours)\ntheirs \(theirs)")
        }
      }
    }
    gatehouse.stop()
  }

  @Test func saysErrorsOfWritesInThatFormToo() throws {
    try Scene.play { scene in
      for (accept, type, body) in [
        ("application/csv", "text/csv", "error\n\"database not found: \"\"nope\"\"\"\n"),
        ("application/json", "application/json", "{\"error\":\"database not found: \\\"nope\\\"\"}\n"),
        (
          "application/x-msgpack", "application/x-msgpack", "\u{81}\u{a5}error\u{ba}database not found: \"nope\""
        ),
      ] {
        let answer = try scene.connect().exchange(
          Request.write("cpu v=1", database: "nope", fields: "Accept: \(accept)\r\n"))
        #expect(answer.status == 404 && answer["Content-Type"] == type)
        #expect(answer.body == body.unicodeScalars.map { UInt8($0.value) }, "\(accept): \(answer.text)")
        let stranger = try scene.connect().exchange(
          "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\nAccept: \(accept)\r\nContent-Length: 0\r\n\r\n")
        #expect(stranger.status == 401 && stranger["Content-Type"] == type)
      }
    }
  }

  /// 2.x says results so, and its errors in JSON whatever is asked for.
  @Test func keepsErrorsOfInfluxDB2InJSON() throws {
    var directory = UpstreamDirectory()
    directory.influxDB2 = UpstreamDirectory2()
    try Scene.play(directory: directory, settings: { $0.upstreamToken = "canary-upstream-token-1" }) { scene in
      let answer = try scene.connect().exchange(Request.query("nonsense", fields: "Accept: application/csv\r\n"))
      #expect(answer.status == 400)
      #expect(answer["Content-Type"] == "application/json; charset=utf-8")
    }
  }
}
