// A query is decided and forwarded on one reading of its URL and body (security B3, rows 24 to 26; B5, rows 41 and 42).

import Testing

@testable import Access
@testable import Decision
import Formats

private let select = "q=SELECT+v+FROM+cpu"

@Suite struct QueryTests {
  @Test func forwardsGETExactly() throws {
    let decision = try Gate().get("/query?db=metrics&q=SELECT%20v%20FROM%20cpu%20WHERE%20t%3D'a%2bb'&epoch=ms")
    #expect(
      decision.outgoing == """
        GET /query?db=metrics&rp=autogen&epoch=ms&q=SELECT%20v%20FROM%20cpu%20WHERE%20t%20%3D%20%27a%2Bb%27 HTTP/1.1\r
        Host: upstream:8087\r
        Via: 1.1 gatehouse\r
        X-Forwarded-For: 10.0.0.1\r
        X-Forwarded-Proto: https\r
        Authorization: Basic b3VyOm93bg==\r
        \r

        """)
    #expect(decision.isPermitted)
    #expect(decision.request?.isRepeatable == true)
  }

  @Test func forwardsPOSTExactly() throws {
    let decision = try Gate().post(
      "/query?db=secret&pretty=true&u=reader&p=pw", form: "db=metrics&\(select)", login: nil)
    #expect(
      decision.outgoing
        == """
        POST /query?pretty=true HTTP/1.1\r
        Host: upstream:8087\r
        Via: 1.1 gatehouse\r
        X-Forwarded-For: 10.0.0.1\r
        X-Forwarded-Proto: https\r
        Authorization: Basic b3VyOm93bg==\r
        Content-Type: application/x-www-form-urlencoded\r
        Content-Length: 47\r
        \r
        db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu
        """)
  }

  @Test(arguments: [
    ("db=metrics&db=secret&\(select)", "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu"),
    ("\(select)&d%62=metrics", "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu"),
    (
      "db=metrics&rp=&epoch=&chunked=true&chunk_size=10&\(select)",
      "db=metrics&rp=autogen&chunked=true&chunk_size=10&q=SELECT%20v%20FROM%20cpu"
    ),
    ("db=metrics&async=yes&node_id=1&u=x&p=&\(select)", "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu"),
    ("db=metrics&rp=weekly&\(select)&q=DROP", "db=metrics&rp=weekly&q=SELECT%20v%20FROM%20cpu"),
    ("db=metrics&params=%7B%7D&\(select)", "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu"),
  ])
  func saysOneValuePerName(query: String, canonical: String) throws {
    #expect(try Gate().get("/query?\(query)").line == "GET /query?\(canonical) HTTP/1.1")
  }

  @Test func forwardsTheTextThatItUnderstood() throws {
    let text = "sElEcT+v+/*+x+*/+from+cpu+--+y%0awhere+host=$h%3b&params=%7B%22h%22:%22a'b%22%7D"
    #expect(
      try Gate().get("/query?db=metrics&q=\(text)").line
        == "GET /query?db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu%20WHERE%20host%20%3D%20%27a%5C%27b%27 HTTP/1.1")
  }

  /// A default that changes between the decision and the upstream's reading must change nothing.
  @Test func namesTheDefaultPolicyThatItDecidedOn() throws {
    let gate = try Gate(directory: World.directory([("metrics", ["weekly", "autogen"])]))
    #expect(
      gate.get("/query?db=metrics&\(select)", login: "weekly").line
        == "GET /query?db=metrics&rp=weekly&q=SELECT%20v%20FROM%20cpu HTTP/1.1")
    #expect(try Gate().get("/query?db=metrics&\(select)", login: "weekly").status == 403)
  }

  // MARK: URL against form

  @Test func decidesOnTheFormWhereBothNameADatabase() throws {
    let gate = try Gate()
    #expect(gate.post("/query?db=metrics", form: "db=secret&\(select)").status == 403)
    let permitted = gate.post("/query?db=secret", form: "db=metrics&\(select)")
    #expect(permitted.form == "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu")
    #expect(permitted.line == "POST /query HTTP/1.1")
  }

  @Test func letsAnEmptyFormValueHideTheURLs() throws {
    let decision = try Gate().post("/query?db=metrics&\(select)", form: "db=")
    #expect(decision.status == 403)
    #expect(try Gate().post("/query?\(select)&db=metrics", form: "q=").status == 400)
  }

  @Test func takesWhatTheFormLacksFromTheURL() throws {
    #expect(
      try Gate().post("/query?db=metrics", form: select).form == "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu")
    #expect(
      try Gate().post("/query?db=metrics&\(select)", form: "").form == "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu"
    )
  }

  @Test func ignoresBodyOfGET() throws {
    let form = "db=secret&q=DROP+DATABASE+metrics"
    let decision = try Gate().judge(
      head(
        "GET /query?db=metrics&\(select)", login: "reader", "Content-Type: application/x-www-form-urlencoded",
        body: form), body: form)
    #expect(decision.outgoing.hasSuffix("\r\n\r\n"))
    #expect(decision.line == "GET /query?db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu HTTP/1.1")
    #expect(decision.field("Content-Length") == nil)
    #expect(decision.field("Content-Type") == nil)
  }

  @Test(arguments: [
    "application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded",
    "application/x-www-form-urlencoded; charset=utf-8", "application/x-www-form-urlencoded;charset=UTF-8",
    "application/x-www-form-urlencoded;",
  ])
  func readsForm(type: String) throws {
    #expect(try Gate().post("/query", form: "db=metrics&\(select)", type: type).isPermitted)
  }

  @Test(arguments: [
    "application/x-www-form-urlencoded; charset=latin-1", "application/x-www-form-urlencoded; boundary=x",
  ])
  func refusesAFormOfAnotherCharacterSet(type: String) throws {
    #expect(try Gate().post("/query?db=metrics&\(select)", form: "db=metrics", type: type).status == 415)
  }

  /// A body without a type, or of one that they do not read, is none to the servers.
  @Test(
    arguments: [
      "", nil, "application/json", "text/plain", "application/vnd.influxql", "multipart/form-data",
      "multipart/mixed; boundary=x",
      "application/x-www-form-urlencoded, text/plain", "application/x-www-form-urlencodedx",
    ] as [String?])
  func readsTheURLAloneBesideABodyThatIsNoForm(type: String?) throws {
    let permitted = try Gate().post("/query?db=metrics&\(select)", form: "db=secret", type: type)
    #expect(permitted.form == "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu")
    #expect(try Gate().post("/query?db=secret&\(select)", form: "db=metrics", type: type).status == 403)
  }

  @Test(arguments: [("gzip", 400), ("deflate", 415), ("br", 415), ("gzip, gzip", 415), ("identity", 200)])
  func refusesEncodedFormThatItCannotRead(encoding: String, status: Int) throws {
    let decision = try Gate().judge(
      head(
        "POST /query?db=metrics&\(select)", login: "reader", "Content-Type: application/x-www-form-urlencoded",
        "Content-Encoding: \(encoding)", body: "x"), body: "x")
    #expect(decision.isPermitted ? status == 200 : decision.status == status)
  }

  private static func multipart(_ parts: (head: String, content: String)...) -> String {
    parts.map { "--x\r\nContent-Disposition: form-data; \($0.head)\r\n\r\n\($0.content)\r\n" }.joined() + "--x--\r\n"
  }

  @Test(arguments: [Dialect.influxDB1, .influxDB2]) func readsMultipartForms(dialect: Dialect) throws {
    let type = "multipart/form-data; boundary=x"
    let expected = "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu"
    let text = "SELECT v FROM cpu"
    let file = (head: "name=\"q\"; filename=\"/etc/passwd\"", content: text)
    for (target, body) in [
      ("/query?db=metrics", Self.multipart(("name=\"q\"", text))),
      ("/query", Self.multipart(("name=\"q\"", text), ("name=db", "metrics"))),
      // What is sent of a file is read, and nothing that its name names.
      ("/query?db=metrics", Self.multipart(file)), ("/query?db=metrics&q=+", Self.multipart(file)),
      ("/query?db=metrics", Self.multipart((file.head, "no query"), ("name=\"q\"", text))),
      // The URL counts before the body, and a field before a file.
      ("/query?db=metrics&\(select)", Self.multipart(("name=\"q\"", "no query"), ("name=\"db\"", "secret"))),
      ("/query?db=metrics", Self.multipart(("name=\"q\"", text), ("name=\"q\"", "no query"))),
    ] {
      let decision = try Gate(dialect).post(target, form: body, type: type)
      #expect(decision.form == expected, "\(target) \(body): \(decision.refusal?.message ?? "")")
    }
    #expect(
      try Gate(dialect).post("/query", form: Self.multipart(file, ("name=\"db\"", "secret")), type: type).isPermitted
        == false)
  }

  @Test func refusesMultipartFormsThatReadersDisagreeOn() throws {
    let type = "multipart/form-data; boundary=x"
    for (body, status) in [
      (String(Self.multipart(("name=\"q\"", "SHOW SERIES")).dropLast(8)), 400), ("no part", 400),
      (Self.multipart(("name*=utf-8''q", "SHOW SERIES")), 415),
      (Self.multipart(("name=\"q\"; name=\"x\"", "SHOW SERIES")), 415),
      (Self.multipart(("name=\"q\"\r\nContent-Transfer-Encoding: quoted-printable", "SHOW SERIES")), 415),
      (Self.multipart(("name=\"q", "SHOW SERIES")), 400), (Self.multipart(("name=\"q\"", "SHOW\0SERIES")), 415),
    ] { #expect(try Gate().post("/query?db=metrics", form: body, type: type).status == status, "\(body)") }
  }

  @Test func takesABareTextForTheQueryBeforeInfluxDB2() throws {
    let type = "application/vnd.influxql"
    let text = "SELECT v FROM cpu"
    let decision = try Gate(.influxDB2).post("/query?db=metrics", form: text, type: type)
    #expect(decision.form == "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu")
    let beside = try Gate(.influxDB2).post("/query?db=metrics&\(select)", form: "no query", type: type)
    #expect(beside.form == decision.form)
    #expect(
      try Gate().post("/query?db=metrics", form: text, type: type).refusal?.message
        == "missing required parameter \"q\"")
  }

  @Test func carriesAsynchronyBeforeInfluxDB1Alone() throws {
    let target = "/query?db=metrics&async=true&\(select)"
    #expect(try Gate().get(target).line.contains("&async=true&"))
    #expect(try !Gate().get(target.replacing("=true", with: "=1")).line.contains("async"))
    #expect(try !Gate(.influxDB2).get(target).line.contains("async"))
    let local = try #require(try Gate().get("/query?q=SHOW+DATABASES&async=true").answer)
    #expect(local.status == 204 && local.body.isEmpty)
    #expect(try Gate().get("/query?db=secret&async=true&\(select)").status == 403)
  }

  @Test func takesNoBytesForNoBody() throws {
    for type in ["multipart/form-data; boundary=x", "application/json"] {
      #expect(try Gate().post("/query?db=metrics&\(select)", form: "", type: type).isPermitted)
    }
  }

  @Test(arguments: ["db=a;b&\(select)", "db=metrics&q=%zz", "db=metrics&q=%00", "db=%ff&\(select)", "db=metrics&x=%"])
  func refusesWhatServersReadDifferently(text: String) throws {
    #expect(try Gate().get("/query?\(text)").status == 400)
    #expect(try Gate().post("/query", form: text).status == 400)
  }

  @Test func demandsAQuery() throws {
    for target in ["/query?db=metrics", "/query?db=metrics&q=", "/query"] {
      #expect(try Gate().get(target).refusal?.message == "missing required parameter \"q\"")
    }
  }

}
