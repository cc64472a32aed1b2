// A write is understood, permitted and said to the upstream in one canonical form.

import Authorizations
import Formats
import Testing
import Threading

@testable import Access
@testable import Decision

/// The default policy that the decision went by stands in what is forwarded, unless the request names one.
func pinned(_ canonical: String) -> String {
  canonical.contains("rp=")
    ? canonical : canonical.replacing("db=metrics", with: "db=metrics&rp=autogen", maxReplacements: 1)
}

@Suite struct WriteTests {
  @Test func forwardsExactlyThis() throws {
    let decision = try Gate().write("/write?db=metrics&precision=ns", "User-Agent: Telegraf/1.39")
    #expect(
      decision.outgoing == """
        POST /write?db=metrics&rp=autogen&precision=n HTTP/1.1\r
        Host: upstream:8087\r
        Via: 1.1 gatehouse\r
        X-Forwarded-For: 10.0.0.1\r
        X-Forwarded-Proto: https\r
        Authorization: Basic b3VyOm93bg==\r
        User-Agent: Telegraf/1.39\r
        Content-Length: 7\r
        \r
        cpu v=1
        """)
    #expect(decision.isPermitted)
    #expect(decision.notes.database == "metrics")
    #expect(decision.request?.isRepeatable == false)
  }

  @Test(arguments: [
    ("db=metrics", "db=metrics&rp=autogen"), ("d%62=m%65trics", "db=metrics&rp=autogen"),
    ("db=metrics&db=secret", "db=metrics&rp=autogen"),
    ("db=metrics&rp=", "db=metrics&rp=autogen"), ("rp=weekly&db=metrics", "db=metrics&rp=weekly"),
    ("db=metrics&precision=", "db=metrics&rp=autogen"), ("db=metrics&precision=n", "db=metrics&rp=autogen&precision=n"),
    ("db=metrics&precision=u", "db=metrics&rp=autogen&precision=u"),
    ("db=metrics&precision=us", "db=metrics&rp=autogen&precision=u"),
    ("db=metrics&precision=ms", "db=metrics&rp=autogen&precision=ms"),
    ("db=metrics&precision=s", "db=metrics&rp=autogen&precision=s"),
    ("db=metrics&precision=m", "db=metrics&rp=autogen&precision=m"),
    ("db=metrics&precision=h", "db=metrics&rp=autogen&precision=h"),
    ("db=metrics&consistency=one", "db=metrics&rp=autogen&consistency=one"), ("&&db=metrics&", "db=metrics&rp=autogen"),
    ("db=metrics&consistency=QUORUM", "db=metrics&rp=autogen&consistency=quorum"),
    ("db=metrics&consistency=", "db=metrics&rp=autogen"),
    ("db=metrics&precision=%C2%B5", "db=metrics&rp=autogen&precision=u"),
    ("db=metrics&precision=ns", "db=metrics&rp=autogen&precision=n"),
    ("db=metrics&x=y&u=&org=z", "db=metrics&rp=autogen"), ("db=metrics&u=writer&p=pw", "db=metrics&rp=autogen"),
  ])
  func saysOneValuePerName(query: String, canonical: String) throws {
    #expect(try Gate().write("/write?\(query)").line == "POST /write?\(pinned(canonical)) HTTP/1.1")
  }

  @Test(arguments: [
    "db=metrics;db=secret", "db=metrics&x=%zz", "db=%", "db=metrics%00", "db=%ff", "rp=%ff&db=metrics",
    "db=metrics&precision=d", "db=metrics&precision=S", "db=metrics&precision=n%00",
    "db=metrics&precision=%CE%BC", "db=metrics&precision=%C2", "db=metrics&precision=usx",
    "db=metrics&consistency=a%26db%3Dsecret", "db=metrics&consistency=two",
  ])
  func refusesWhatServersReadDifferently(query: String) throws {
    #expect(try Gate().write("/write?\(query)").status == 400)
  }

  @Test(arguments: ["", "?", "?db=", "?DB=metrics", "?db=&db=metrics"])
  func demandsADatabase(query: String) throws {
    #expect(try Gate().write("/write\(query)").refusal?.message == "database is required")
    #expect(try Gate(.influxDB2).write("/write\(query)").refusal?.message == "missing db")
  }

  @Test func readsParametersFromTheURLAlone() throws {
    let body = "db=secret&precision=s"
    let decision = try Gate().judge(
      head(
        "POST /write?db=metrics", login: "writer", "Content-Type: application/x-www-form-urlencoded", body: body),
      body: body)
    #expect(decision.line == "POST /write?db=metrics&rp=autogen HTTP/1.1")
    #expect(decision.form == body)
  }

  @Test func carriesBodyUnreadWhateverItsCoding() throws {
    let decision = try Gate().write(
      "/write?db=metrics", "Content-Encoding: gzip", "Content-Type: text/plain; charset=utf-8")
    #expect(decision.steps == ["verify"])
    #expect(decision.field("Content-Encoding") == "gzip")
    #expect(decision.field("Content-Type") == "text/plain; charset=utf-8")
  }

  @Test func decidesByRetentionPolicy() throws {
    #expect(try Gate().write("/write?db=metrics&rp=weekly", login: "weekly").isPermitted)
    #expect(try Gate().write("/write?db=metrics", login: "weekly").status == 403)
    #expect(try Gate().write("/write?db=metrics&rp=autogen", login: "weekly").status == 403)
  }

  @Test(arguments: [("reader", "metrics"), ("nobody", "metrics"), ("writer", "secret"), ("weekly", "secret")])
  func refusesWithoutPermission(login: String, database: String) throws {
    let decision = try Gate().write("/write?db=\(database)", login: login)
    #expect(decision.status == 403)
    #expect(
      decision.refusal?.message == "\"\(login)\" user is not authorized to write to database \"\(database)\"")
    #expect(
      try Gate(.influxDB2).write("/write?db=\(database)", login: login).refusal?.message
        == (login == "reader" ? "insufficient permissions for write" : "no dbrp mapping found"))
  }

  /// A default that changes between the decision and the upstream's reading must change nothing.
  @Test func namesTheDefaultPolicyThatItDecidedOn() throws {
    let gate = try Gate(directory: World.directory([("metrics", ["weekly", "autogen"])]))
    #expect(gate.write("/write?db=metrics", login: "weekly").line == "POST /write?db=metrics&rp=weekly HTTP/1.1")
  }

  @Test func comparesDatabaseNamesByBytes() throws {
    let gate = try Gate(directory: World.directory([("caf\u{e9}", ["autogen"])]))
    #expect(gate.write("/write?db=caf%C3%A9", login: "every").isPermitted)
    #expect(gate.write("/write?db=cafe%CC%81", login: "every").status == 404)
    #expect(gate.write("/write?db=Caf%C3%A9", login: "every").status == 404)
  }

  // MARK: Unknown names

  @Test func asksUpstreamBeforeSayingThatADatabaseIsUnknown() throws {
    let decision = try Gate().write("/write?db=new", login: "every")
    #expect(decision.steps == ["verify", "directory"])
    #expect(decision.status == 404)
    #expect(decision.refusal?.message == "database not found: \"new\"")
    #expect(try Gate(.influxDB2).write("/write?db=new", login: "every").refusal?.message == "no dbrp mapping found")
  }

  @Test func permitsDatabaseThatTheUpstreamHasMeanwhile() throws {
    let gate = try Gate()
    let shared = gate.shared
    gate.refresh = {
      shared.directory.publish(World.directory([("new", ["autogen"])]))
      return true
    }
    #expect(gate.write("/write?db=new", login: "every").isPermitted)
  }

  @Test func neverCallsADatabaseUnknownWhenTheUpstreamCannotBeAsked() throws {
    let gate = try Gate()
    gate.refresh = { false }
    for target in ["/write?db=new", "/write?db=metrics&rp=new", "/api/v2/write?bucket=new"] {
      let decision = gate.write(target, login: "every")
      #expect(decision.status == 503, "\(target)")
      #expect((decision.refusal?.retryAfter ?? 0) > 0)
    }
  }

  @Test func saysThatARetentionPolicyIsUnknown() throws {
    let decision = try Gate().write("/write?db=metrics&rp=new", login: "every")
    #expect(decision.status == 500)
    #expect(decision.refusal?.message == "retention policy not found: new")
  }

  @Test func answersNothingWithoutDirectory() throws {
    let gate = try Gate()
    gate.shared.status.publish(UpstreamStatus())
    let decision = gate.write("/write?db=metrics")
    #expect(decision.status == 503)
    #expect((decision.refusal?.retryAfter ?? 0) > 0)
  }

  // MARK: /api/v2/write

  @Test(arguments: [
    ("bucket=metrics", "db=metrics&rp=autogen"), ("bucket=metrics/weekly", "db=metrics&rp=weekly"),
    ("bucket=metrics/", "db=metrics&rp=autogen"), ("bucket=metrics%2Fweekly&org=x", "db=metrics&rp=weekly"),
    ("org=&bucket=metrics&precision=ns", "db=metrics&rp=autogen&precision=n"),
    ("bucket=metrics&precision=us", "db=metrics&rp=autogen&precision=u"),
    ("bucket=metrics&db=secret&rp=x", "db=metrics&rp=autogen"),
    ("bucket=metrics&bucket=secret", "db=metrics&rp=autogen"),
  ])
  func becomesAPlainWriteInFrontOf1x(query: String, canonical: String) throws {
    #expect(try Gate().write("/api/v2/write?\(query)").line == "POST /write?\(pinned(canonical)) HTTP/1.1")
  }

  @Test func readsEverySlashAfterTheFirstAsPolicy() throws {
    #expect(try Gate().write("/api/v2/write?bucket=metrics/a/b", login: "every").status == 500)
    #expect(try Gate().write("/api/v2/write?bucket=/weekly", login: "every").status == 400)
  }

  @Test(arguments: ["m", "h", "d", "NS"]) func refusesPrecisionThat2xDoesNotKnow(precision: String) throws {
    #expect(try Gate().write("/api/v2/write?bucket=metrics&precision=\(precision)").status == 400)
  }

  @Test func staysABucketWriteInFrontOf2x() throws {
    let byName = try Gate(.influxDB2).write("/api/v2/write?bucket=metrics/autogen&org=default&precision=us")
    #expect(
      byName.line
        == "POST /api/v2/write?bucket=metrics%2Fautogen&precision=us&org=000000000000000a HTTP/1.1")
    #expect(byName.isPermitted)
    let byID = try Gate(.influxDB2).write("/api/v2/write?bucket=0000000000000100&orgID=000000000000000a")
    #expect(byID.isPermitted)
    #expect(try Gate(.influxDB2).write("/api/v2/write?bucket=plain&org=default").status == 403)
    #expect(try Gate(.influxDB2).write("/api/v2/write?bucket=plain&org=default", login: "every").isPermitted)
  }
}
