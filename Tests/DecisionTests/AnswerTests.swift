// Refusals in the words and fields of the client's dialect (`v1-auth.md` §2).

import Testing

@testable import Decision
import Formats

private func answer(
  _ refusal: Refusal, _ upstream: Dialect = .influxDB1, isAPI2: Bool = false
) -> (fields: [String: String], body: String) {
  let answer = AnswerDialect(upstream: upstream, version: "1.6.7", isAPI2: isAPI2).answer(refusal)
  return (
    Dictionary(answer.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $0 + " and " + $1 }),
    String(decoding: answer.body, as: UTF8.self)
  )
}

@Suite struct AnswerTests {
  @Test func speaks1xAs1xDoes() {
    let denied = answer(.denied("no \"x\""))
    #expect(denied.body == "{\"error\":\"no \\\"x\\\"\"}\n")
    #expect(denied.fields["Content-Type"] == "application/json")
    #expect(denied.fields["X-Influxdb-Error"] == "no \"x\"")
    #expect(denied.fields["X-Influxdb-Version"] == "1.6.7")
    #expect(denied.fields["X-Influxdb-Build"] == "OSS")
    #expect(denied.fields["WWW-Authenticate"] == nil)
  }

  @Test func challengesWith401() {
    let refused = answer(.unauthenticated("authorization failed"))
    #expect(refused.body == "{\"error\":\"authorization failed\"}\n")
    #expect(refused.fields["WWW-Authenticate"] == "Basic realm=\"InfluxDB\"")
    #expect(refused.fields["X-Influxdb-Error"] == nil)
    #expect(answer(.unauthenticated("x"), .influxDB2).fields["WWW-Authenticate"] == "Basic realm=\"InfluxDB\"")
  }

  @Test(arguments: [
    (400, "invalid"), (401, "unauthorized"), (403, "forbidden"), (404, "not found"), (405, "method not allowed"),
    (413, "request too large"), (415, "unsupported media type"), (429, "too many requests"), (500, "internal error"),
    (502, "unavailable"), (503, "unavailable"), (504, "unavailable"),
  ])
  func speaks2xAs2xDoes(status: Int, code: String) {
    for isAPI2 in [true, false] {
      let refused = answer(Refusal(status: status, kind: .denied, message: "a\nb"), .influxDB2, isAPI2: isAPI2)
      #expect(refused.body == "{\"code\":\"\(code)\",\"message\":\"a\\nb\",\"error\":\"a\\nb\"}")
      #expect(refused.fields["X-Platform-Error-Code"] == code)
      #expect(refused.fields["Content-Type"] == "application/json; charset=utf-8")
    }
  }

  @Test func speaks2xBelowAPI2InFrontOf1x() {
    #expect(answer(.denied("x"), isAPI2: true).body == "{\"code\":\"forbidden\",\"message\":\"x\",\"error\":\"x\"}")
  }

  @Test func answersUnknownPathAndMethodAsPlainText() {
    #expect(answer(.notFound).body == "404 page not found\n")
    #expect(answer(.notFound).fields["Content-Type"] == "text/plain; charset=utf-8")
    let method = answer(.methodNotAllowed("OPTIONS, POST"))
    #expect(method.body == "Method Not Allowed\n")
    #expect(method.fields["Allow"] == "OPTIONS, POST")
  }

  @Test func saysWhenToComeBack() {
    #expect(answer(.unavailable("x", retryAfter: 7)).fields["Retry-After"] == "7")
    #expect(answer(.bodyTooSlow).fields["Retry-After"] == "1")
    #expect(answer(.denied("x")).fields["Retry-After"] == nil)
  }

  @Test func cannotBeSplitByWhatTheClientSent() {
    let message = "a\r\nSet-Cookie: x=y\r\n\r\n<b>\u{00}\u{1b}[31m\u{7f}\"\\"
    let refused = answer(.denied(message))
    #expect(refused.fields.values.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } })
    #expect(refused.body.utf8.dropLast().allSatisfy { $0 >= 0x20 })
    #expect(refused.body.hasPrefix("{\"error\":\"a\\r\\nSet-Cookie: x=y\\r\\n\\r\\n<b>\\u0000\\u001b[31m"))
  }

  @Test func boundsWhatGoesIntoAField() {
    #expect(answer(.denied(String(repeating: "x", count: 100_000))).fields["X-Influxdb-Error"]?.utf8.count == 1_024)
  }
}
