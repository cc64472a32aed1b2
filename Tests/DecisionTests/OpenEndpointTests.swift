// `/ping` and `/health` answer anyone from what is known; management calls are handed over whole.

import Authorizations
import ManagementAPI
import Testing
import Threading

@testable import Decision

@Suite struct OpenEndpointTests {
  @Test func answersPingWithoutCredential() throws {
    let gate = try Gate()
    for line in ["GET /ping", "HEAD /ping", "GET /status"] {
      let answer = gate.judge(head(line)).answer
      #expect(answer?.status == 204)
      #expect(answer?.fields.contains { $0 == ("X-Influxdb-Version", "1.6.7") } == true)
    }
    #expect(gate.judge(head("GET /ping", "Authorization: Basic eDp5")).answer?.status == 204)
  }

  @Test func answersVerbosePing() throws {
    let answer = try Gate().judge(head("GET /ping?verbose=true")).answer
    #expect(answer?.status == 200)
    #expect(answer?.body == Array("{\"version\":\"1.6.7\"}\n".utf8))
    #expect(try Gate().judge(head("GET /ping?verbose=false")).answer?.status == 204)
  }

  @Test func saysThatTheUpstreamIsGone() throws {
    let gate = try Gate()
    gate.shared.status.publish(UpstreamStatus())
    #expect(gate.judge(head("GET /ping")).status == 503)
    #expect(gate.judge(head("GET /health")).answer?.status == 503)
  }

  @Test func saysThatTheStoreFailsWithoutEndingData() throws {
    let gate = try Gate()
    func health() throws -> LocalAnswer { try #require(gate.judge(head("GET /health")).answer) }
    #expect(String(decoding: try health().body, as: UTF8.self).contains("\"checks\":[],"))
    gate.health.set(.init(name: "store", message: "the last change could not be made", failsHealth: false))
    #expect(try health().status == 200)
    let text = String(decoding: try health().body, as: UTF8.self)
    #expect(
      text.contains("\"checks\":[{\"name\":\"store\",\"status\":\"fail\"") && text.contains("\"status\":\"pass\""))
    gate.health.set(.init(name: "directory", message: "too \"old\"", failsHealth: true))
    #expect(try health().status == 503)
    #expect(String(decoding: try health().body, as: UTF8.self).contains("],\"message\":\"too \\\"old\\\"\",\"name\""))
    gate.health.clear("directory")
    #expect(try health().status == 200)
  }

  @Test func keepsFiltersThatAreOdd() throws {
    let call = try Gate().judge(
      head("GET /legacy/authorizations?token=a%00b&authID=a;b&id=%zz&=x&&org=a=b", "Authorization: Token t")
    ).call
    #expect(
      call?.query.map { "\($0.name)=\($0.value)" } == ["token=a\0b", "authID=a;b", "=x", "org=a=b"],
      "only what cannot be decoded is left out")
  }

  @Test func saysThatItDrains() throws {
    let gate = try Gate()
    #expect(gate.judge(head("GET /health")).answer?.status == 200)
    gate.health.drain()
    #expect(gate.judge(head("GET /health")).answer?.status == 503)
  }

  @Test func handsManagementOverWithItsBody() throws {
    let body = "{\"token\":\"x\"}"
    let call = try Gate().judge(
      head(
        "POST /private/legacy/authorizations?org=a%20b&x=%zz&y", "Authorization: Token t", "Zap-Trace-Span: s",
        "Content-Encoding: gzip", "Origin: http://o", body: body), body: body
    ).call
    #expect(call?.method == "POST")
    #expect(call?.path == "/private/legacy/authorizations")
    #expect(call?.query.map { "\($0.name)=\($0.value)" } == ["org=a b", "y="])
    #expect(call?.authorization == "Token t")
    #expect(call?.body == Array(body.utf8))
    #expect(call?.source == "10.0.0.1")
    #expect(call?.traceSpan == "s")
    #expect(call?.contentEncoding == "gzip")
    #expect(call?.isCrossSite == true)
  }

  @Test func neverHandsOverTwoCredentials() throws {
    let call = try Gate().judge(
      head("GET /legacy/authorizations", "Authorization: Token a", "Authorization: Token b")
    ).call
    #expect(call?.authorization == nil)
  }

  @Test func boundsManagementBodies() throws {
    let body = String(repeating: "x", count: 1_048_577)
    let decision = try Gate().judge(head("POST /legacy/authorizations", body: body), body: body)
    guard case .bodyTooLong = decision.verdict else {
      Issue.record("\(decision.verdict)")
      return
    }
  }
}
