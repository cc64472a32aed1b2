// What a browser sends for a page of another site, and what it sends for one of the host that is asked.

import HTTP
import Testing

@Suite struct CrossSiteTests {
  private static func isCrossSite(_ fields: [String], host: String = "Host: gate.example") throws -> Bool {
    let lines = ["POST /query HTTP/1.1", host] + fields
    let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    let decoder = RequestHeadDecoder()
    return try head.withUnsafeBytes { bytes throws(HeadProblem) in
      try decoder.decode(bytes, limits: ampleLimits)
      return decoder.isCrossSite(bytes)
    }
  }

  @Test(arguments: [
    ["Origin: https://evil.example"], ["Origin: null"], ["Origin: https://gate.example.evil.example"],
    ["Origin: https://gate.example@evil.example"], ["Origin: https://gate.example:1"], ["Origin: gate.example"],
    // What one of the two readers of before took and the other refused.
    ["Origin:"], ["Origin: app://gate.example"], ["Origin: https://gate.example/page"],
    ["Origin: https://{::1}"],
    ["Referer: https://evil.example/gate.example"], ["Referer: gate.example"], ["Referer: /page"],
    ["Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: same-site"],
    ["Origin: https://gate.example", "Referer: https://evil.example/"],
    ["Origin: https://gate.example", "Sec-Fetch-Site: cross-site"],
  ])
  func anotherSiteIsKnownByAnyOfItsFields(fields: [String]) throws {
    #expect(try Self.isCrossSite(fields))
  }

  @Test(arguments: [
    [], ["Origin: https://gate.example"], ["Origin: HTTP://Gate.Example"], ["Referer: https://gate.example/graph?x=1"],
    ["Referer: https://gate.example"], ["Referer:"], ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"],
  ])
  func theOwnSiteIsNoOther(fields: [String]) throws {
    #expect(try !Self.isCrossSite(fields))
  }

  @Test func aPortBelongsToTheHost() throws {
    #expect(try !Self.isCrossSite(["Origin: https://gate.example:8086"], host: "Host: gate.example:8086"))
    #expect(try Self.isCrossSite(["Origin: https://gate.example"], host: "Host: gate.example:8086"))
    #expect(try Self.isCrossSite(["Origin: https://{::1}"], host: "Host: [::1]"))
  }

  /// Of HTTP/1.0: nobody knows which host was asked.
  @Test func whereNoHostIsNamedEverySiteIsAnother() throws {
    let head = Array("POST /query HTTP/1.0\r\nOrigin: https://gate.example\r\n\r\n".utf8)
    let decoder = RequestHeadDecoder()
    let isCrossSite = try head.withUnsafeBytes { bytes throws(HeadProblem) in
      try decoder.decode(bytes, limits: ampleLimits)
      return decoder.isCrossSite(bytes)
    }
    #expect(isCrossSite)
  }
}
