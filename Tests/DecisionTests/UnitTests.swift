// The unit of times is read in one meaning and said in the upstream's own spelling (issue 10, C2; `v1-auth.md` §13).

import Testing

@testable import Decision
import Formats

@Suite struct UnitTests {
  /// What 2.9.1 reads as the same unit; it takes `n` on one path alone, and `u`, `µ`, `m` and `h` for nanoseconds.
  @Test(arguments: [
    ("n", "ns"), ("ns", "ns"), ("u", "us"), ("us", "us"), ("%C2%B5", "us"), ("ms", "ms"), ("s", "s"), ("", ""),
  ])
  func writesTheSpellingThatInfluxDB2Reads(sent: String, forwarded: String) throws {
    let expected = forwarded.isEmpty ? "" : "&precision=\(forwarded)"
    let gate = try Gate(.influxDB2)
    #expect(
      gate.write("/write?db=metrics&precision=\(sent)").line == "POST /write?db=metrics&rp=autogen\(expected) HTTP/1.1")
    let line = gate.write("/api/v2/write?bucket=metrics/autogen&org=default&precision=\(sent)").line
    #expect(line == "POST /api/v2/write?bucket=metrics%2Fautogen\(expected)&org=000000000000000a HTTP/1.1")
  }

  @Test(arguments: ["m", "h", "xx", "S", "d", "Us", "u%20", "%CE%BC"])
  func refusesAUnitThatInfluxDB2HasNoWordFor(sent: String) throws {
    let gate = try Gate(.influxDB2)
    for target in ["/write?db=metrics", "/api/v2/write?bucket=metrics/autogen"] {
      let refusal = gate.write("\(target)&precision=\(sent)").refusal
      #expect(refusal?.status == 400, "\(target)")
      #expect(refusal?.message.hasSuffix("(use ns, us, ms or s)") == true, "\(refusal?.message ?? "")")
    }
  }

  @Test func offersNoUnitThatItRefuses() throws {
    let refusal = try Gate().write("/api/v2/write?bucket=metrics/autogen&precision=h").refusal
    #expect(refusal?.message.hasSuffix("(use ns, us, ms or s)") == true, "\(refusal?.message ?? "")")
  }

  /// 1.6.7 answers `us`, `µ` and unknown words with nanoseconds.
  @Test(arguments: [
    ("us", "u"), ("u", "u"), ("%C2%B5", "u"), ("n", "ns"), ("ns", "ns"), ("ms", "ms"), ("s", "s"), ("m", "m"),
    ("h", "h"),
  ])
  func answersInTheUnitThatWasMeant(sent: String, forwarded: String) throws {
    for dialect in [Dialect.influxDB1, .influxDB2] {
      let decision = try Gate(dialect).get("/query?db=metrics&epoch=\(sent)&q=SELECT+v+FROM+cpu")
      let expected = "GET /query?db=metrics&rp=autogen&epoch=\(forwarded)&q=SELECT%20v%20FROM%20cpu HTTP/1.1"
      #expect(decision.line == expected)
    }
    #expect(try Gate().get("/query?db=metrics&epoch=fortnight&q=SELECT+v+FROM+cpu").status == 400)
  }

  @Test(arguments: [
    ("chunked=true&chunk_size=10", "&chunked=true&chunk_size=10"), ("chunked=1&chunk_size=10", ""),
    ("chunk_size=10", ""), ("chunked=true&chunk_size=-1", "&chunked=true"),
    ("chunked=true&chunk_size=1e3", "&chunked=true"),
    ("chunked=true&chunk_size=99999999999999999999", "&chunked=true"), ("chunked=TRUE", ""),
    ("pretty=1", ""), ("node_id=1&async=true&time_format=x&consistency=one", "&async=true"),
  ])
  func forwardsNoParameterThatTheUpstreamWouldIgnore(sent: String, forwarded: String) throws {
    let decision = try Gate().get("/query?db=metrics&\(sent)&q=SELECT+v+FROM+cpu")
    #expect(decision.line == "GET /query?db=metrics&rp=autogen\(forwarded)&q=SELECT%20v%20FROM%20cpu HTTP/1.1")
  }

  /// 1.x looks for it in the URL alone, whatever the method; 2.x does not know it, nor the consistency of a write.
  @Test func saysPrettyAndConsistencyWhereTheyAreKnown() throws {
    let form = "db=metrics&q=SELECT+v+FROM+cpu"
    let older = try Gate().post("/query?pretty=true", form: form)
    #expect(older.line == "POST /query?pretty=true HTTP/1.1")
    #expect(older.form == "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu")
    #expect(
      try Gate().get("/query?pretty=true&\(form)").line
        == "GET /query?pretty=true&db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu HTTP/1.1")
    #expect(try Gate(.influxDB2).post("/query?pretty=true", form: form).line == "POST /query HTTP/1.1")
    #expect(
      try Gate(.influxDB2).write("/write?db=metrics&consistency=two").line
        == "POST /write?db=metrics&rp=autogen HTTP/1.1")
  }

  // MARK: JSON null (issue 10, C1)

  @Test func takesNullForNoParameters() throws {
    let gate = try Gate()
    let select = "db=metrics&q=SELECT+v+FROM+cpu"
    for empty in ["null", "%20null%20", "%7B%7D", ""] {
      #expect(gate.get("/query?\(select)&params=\(empty)").isPermitted, "\(empty)")
      #expect(gate.post("/query?params=\(empty)", form: select).isPermitted, "\(empty)")
      #expect(gate.post("/query", form: "\(select)&params=\(empty)").isPermitted, "\(empty)")
    }
    #expect(gate.get("/query?\(select)&params=nul").status == 400)
    // Of one that is used, as 1.6.7.
    let bound = "db=metrics&q=SELECT+v+FROM+cpu+WHERE+v=%24a"
    for value in ["null", #"{"a":null}"#, #"{"a":{"string":null}}"#] {
      #expect(gate.get("/query?\(bound)&params=\(value.percentEncoded)").status == 400, "\(value)")
    }
    #expect(gate.get("/query?\(select)&params=\(#"{"a":null}"#.percentEncoded)").isPermitted)
  }

  // MARK: One reading of the URL (issue 10, A14)

  @Test(arguments: [
    ("u=writer&p=pw&x=%", 400), ("x=a;b&u=writer&p=pw", 400), ("u=writer&p=pw&x=%00", 400),
    ("u=writer&p=pw&%zz=1", 400),
    ("u=%zz&u=writer&p=pw", 400), ("u=writer&p=wrong&x=%", 401), ("u=writer&p=pw;x=1", 401), ("u=writer&p=%", 401),
    ("u=reader;&p=pw", 401), ("u=writer&p=pw", nil),
  ])
  func aFaultInAnotherPairIsNoStranger(parameters: String, status: Int?) throws {
    let gate = try Gate()
    #expect(gate.write("/write?db=metrics&\(parameters)", login: nil).status == status)
    #expect(gate.get("/query?db=metrics&q=SELECT+v+FROM+cpu&\(parameters)", login: nil).status == status)
    #expect(gate.write("/api/v2/write?bucket=metrics&\(parameters)", login: nil).status == status)
  }
}
