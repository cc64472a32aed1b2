// Both makers of refusals, the gateway's and the management API's, speak of one closed list.

import Formats
import Testing

@Suite struct ErrorCodeTests {
  @Test(arguments: ErrorCode.allCases) func theStatusOfACodeCarriesACodeOfThatStatus(code: ErrorCode) {
    #expect(ErrorCode(status: code.status).status == code.status)
  }

  @Test(arguments: [
    (400, "invalid"), (401, "unauthorized"), (403, "forbidden"), (404, "not found"), (405, "method not allowed"),
    (411, "invalid"), (413, "request too large"), (415, "unsupported media type"), (422, "unprocessable entity"),
    (429, "too many requests"), (431, "invalid"), (500, "internal error"), (501, "not implemented"),
    (502, "unavailable"), (503, "unavailable"), (504, "unavailable"), (505, "invalid"), (418, "internal error"),
  ])
  func statusesOfTheGatewayHaveTheirCodes(status: Int, code: String) {
    #expect(ErrorCode(status: status).rawValue == code)
  }
}
