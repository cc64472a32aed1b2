// Requests whose bodies are carried unread are bounded by their parameters, or by the whole organization (B5, row 44).

import Authorizations
import Testing

@testable import Decision
import Formats

@Suite struct OpaqueBodyTests {
  @Test func judgesPrometheusByItsDatabase() throws {
    #expect(
      try Gate().write("/api/v1/prom/write?db=metrics&u=x").line
        == "POST /api/v1/prom/write?db=metrics&rp=autogen HTTP/1.1")
    #expect(
      try Gate().write("/api/v1/prom/read?db=metrics", login: "reader").line
        == "POST /api/v1/prom/read?db=metrics&rp=autogen HTTP/1.1")
    #expect(try Gate().write("/api/v1/prom/write?db=metrics", login: "reader").status == 403)
    #expect(try Gate().write("/api/v1/prom/read?db=secret", login: "reader").status == 403)
    #expect(try Gate().write("/api/v1/prom/read", login: "reader").status == 400)
    #expect(try Gate(.influxDB2).write("/api/v1/prom/write?db=metrics").status == 404)
  }

  @Test func refusesPrometheusBodyThatTheServerReadsAsAForm() throws {
    for type in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"] {
      #expect(try Gate().write("/api/v1/prom/write?db=metrics", "Content-Type: \(type)").status == 415)
    }
    #expect(try Gate().write("/api/v1/prom/write?db=metrics", "Content-Type: application/x-protobuf").isPermitted)
  }

  @Test func letsOnlyReadersOfEverythingSendFlux() throws {
    for login in ["reader", "writer", "weekly", "nobody"] {
      #expect(try Gate().write("/api/v2/query", login: login).status == 403, "\(login)")
    }
    #expect(try Gate().write("/api/v2/query?org=other", login: "every").line == "POST /api/v2/query HTTP/1.1")
  }

  /// There it writes, reads the organization's secrets and asks other servers, all with the gateway's own token.
  @Test func sendsFluxToInfluxDB2ForOperatorsTokensAlone() throws {
    let (token, text) = World.token([World.permission(.read, nil), World.permission(.write, nil)])
    let gate = try Gate(.influxDB2, tokens: [token])
    for target in ["/api/v2/query", "/api/v2/query?org=default", "/api/v2/query?org=nope"] {
      let refused = gate.write(target, login: "every")
      #expect(refused.status == 403 && refused.refusal?.message.contains("Flux is not for logins") == true)
      #expect(gate.write(target, login: nil, "Authorization: Token \(text)").refusal != nil)
    }
    let (operatorToken, operatorText) = World.token(.operatorPermissions)
    let allowed = try Gate(.influxDB2, tokens: [operatorToken])
      .write("/api/v2/query?org=default", login: nil, "Authorization: Token \(operatorText)")
    #expect(allowed.isPermitted && allowed.line == "POST /api/v2/query?orgID=000000000000000a HTTP/1.1")
  }

  @Test func judgesDeletionAsAWriteOfTheWholeDatabase() throws {
    #expect(
      try Gate().write("/api/v2/delete?bucket=metrics/autogen&org=x").line
        == "POST /api/v2/delete?bucket=metrics%2Fautogen HTTP/1.1")
    for (login, bucket) in [("weekly", "metrics/weekly"), ("reader", "metrics"), ("writer", "secret")] {
      #expect(try Gate().write("/api/v2/delete?bucket=\(bucket)", login: login).status == 403, "\(login)")
    }
    for query in ["", "?bucket=", "?bucket=metrics&bucketID=0000000000000100"] {
      #expect(try Gate().write("/api/v2/delete\(query)").status == 400, "\(query)")
    }
  }

  @Test(arguments: ["/api/v1/prom/write?db=metrics", "/api/v2/delete?bucket=metrics"])
  func refusesRequestOfAnotherSiteAfterOneOfTheOwn(target: String) throws {
    let gate = try Gate()
    #expect(gate.write(target).isPermitted)
    #expect(gate.write(target, "Sec-Fetch-Site: cross-site").status == 403)
  }
}
