// What a few bytes of a query's parameters would have an event loop do for long is refused (issue 10, A2 and A5).

import Testing

@testable import Decision

@Suite struct CostlyParameterTests {
  private static let text = "q=SELECT+v+FROM+cpu&db=metrics"

  @Test func readsParametersUpToALength() throws {
    func form(_ count: Int) -> String {
      let frame = #"{"h":""}"#.utf8.count
      return "\(Self.text)&params=" + #"{"h":"\#(String(repeating: "x", count: count - frame))"}"#.percentEncoded
    }
    let gate = try Gate()
    #expect(gate.post("/query", form: form(QueryParameters.longestText)).isPermitted)
    let refusal = gate.post("/query", form: form(QueryParameters.longestText + 1)).refusal
    #expect(refusal?.status == 400)
    #expect(refusal?.message.hasSuffix("longer than 262144 bytes") == true, "\(refusal?.message ?? "")")
  }

  /// Each parameter of a part is compared with all before it.
  @Test func refusesAPartWithManyParameters() throws {
    func body(_ count: Int) -> String {
      let names = (0..<count).map { ";n\($0)=" }.joined()
      return "--x\r\nContent-Disposition: form-data; name=q\(names)\r\n\r\nSELECT v FROM cpu\r\n--x--\r\n"
    }
    let gate = try Gate()
    let type = "multipart/form-data; boundary=x"
    #expect(gate.post("/query?db=metrics", form: body(31), type: type).isPermitted)
    #expect(gate.post("/query?db=metrics", form: body(32), type: type).status == 415)
    // To a server whose reader gives up on its type it is no form.
    let names = (0..<40).map { "; n\($0)=" }.joined()
    #expect(
      gate.post("/query?db=metrics", form: body(1), type: type + names).refusal?.message
        == "missing required parameter \"q\"")
  }

  /// An exponent is the upstream's to choose.
  @Test(arguments: [
    ("1e-9223372036854775808", "1e-9223372036854775808"), ("1e9223372036854775807", "1e9223372036854775807"),
    ("1e401", "1e401"), ("1.5e2", "150"), ("-1.5e-2", "-0.015"), ("1e99999999999999999999", "1e99999999999999999999"),
  ])
  func saysNumbersInPlainDigits(number: String, plain: String) {
    #expect(JSONNumber.withoutExponent(number) == plain)
  }
}
