// What [upstream] and [forward] become.

import Configuration
import Testing

@Test(arguments: [
  ("http://127.0.0.1:8087", "127.0.0.1", 8087, false), ("https://influx.example.com", "influx.example.com", 443, true),
  ("HTTPS://[::1]:9", "::1", 9, true), ("http://localhost/", "localhost", 80, false),
  ("http://[::1]", "::1", 80, false),
])
func memberIsTakenApart(url: String, host: String, port: UInt16, isTLS: Bool) throws {
  let members = try decode(minimal.replacing("http://127.0.0.1:8087", with: url)).upstream.members
  #expect(members.map(\.host) == [host])
  #expect(members.map(\.port) == [port])
  #expect(members.map(\.isTLS) == [isTLS])
}

@Test(arguments: [
  "127.0.0.1:8087", "ftp://127.0.0.1", "http://", "http://:8087", "http://a:b:8087", "http://a:0", "http://a:",
  "http://a//",
  "http://a/b", "http://a?b", "http://a#b", "http://u@a", "http://[::1", "http://[1.2.3.4]", "http://a b", "http://ä",
  "http://a\\r\\nb", "http://a:65536", "http://a\\u0000",
])
func memberThatIsNoServerIsRefused(url: String) {
  let found = problems(in: minimal.replacing("http://127.0.0.1:8087", with: url))
  #expect(found.count == 1 && found[0].hasPrefix("7:12: upstream.members: "), "\(found)")
}

@Test(arguments: ["10.0.0.1", "influx.example.com", "localhost.example.com", "128.0.0.1", "[fe80::1]"])
func credentialInTheClearToAnotherMachineIsRefused(host: String) throws {
  let text = minimal.replacing("127.0.0.1:8087", with: "\(host):8087")
  #expect(problems(in: text).count == 1)
  #expect(try decode(text + "plaintext_credential = true\n").upstream.plaintextCredential)
  #expect(problems(in: text.replacing("http://", with: "https://")) == [])
}

@Test(arguments: ["127.8.7.6", "localhost", "LOCALHOST", "[::1]"])
func credentialInTheClearWithinThisMachineIsFine(host: String) {
  #expect(problems(in: minimal.replacing("127.0.0.1:8087", with: "\(host):8087")) == [])
}

@Test func oldInfluxDBNeedsALogin() {
  let none = minimal.replacing("username = \"gatehouse\"\npassword = \"secret\"\n", with: "")
  let missing = "`username` and `password` are missing: gatehouse needs a login of its own upstream"
  #expect(problems(in: none) == ["5:1: upstream.username: \(missing)"])
  #expect(
    problems(in: minimal.replacing("password = \"secret\"", with: "")) == [
      "5:1: upstream.password: is missing beside `username`"
    ])
  #expect(
    problems(in: minimal.replacing("username = \"gatehouse\"", with: "")) == [
      "5:1: upstream.username: is missing beside `password`"
    ])
}

@Test func newInfluxDBNeedsAToken() throws {
  #expect(try decode(listenerOnly + upstream2).upstream.token?.revealed == "secret")
  #expect(
    problems(in: listenerOnly + upstream2.replacing("token = \"secret\"", with: "")) == [
      "4:1: upstream.token: is missing: gatehouse needs a token of its own upstream"
    ])
}

@Test func tokenThatCannotStandInAFieldIsRefused() {
  let found = problems(in: listenerOnly + upstream2.replacing("secret", with: "two words"))
  #expect(found == ["7:9: upstream.token: has a character that no token has"])
}

@Test func unknownDialectCausesNoSecondProblem() {
  let found = problems(in: minimal.replacing("influxdb-1", with: "influxdb-3"))
  #expect(found == ["6:11: upstream.dialect: must be \"influxdb-1\" or \"influxdb-2\", not \"influxdb-3\""])
}

@Test func otherTrafficIsDeniedInFrontOfOldInfluxDB() throws {
  #expect(try decode(minimal).forward.other == .deny)
}

@Test func otherTrafficPassesInFrontOfNewInfluxDB() throws {
  #expect(try decode(listenerOnly + upstream2).forward.other == .passThrough)
}

@Test func forwardTakesWordsAndPaths() throws {
  #expect(try decode(minimal + "[forward]\nother = \"pass-through\"").forward.other == .passThrough)
  #expect(try decode(listenerOnly + upstream2 + "[forward]\nother = \"deny\"").forward.other == .deny)
  #expect(
    try decode(minimal + "[forward]\nother = [\"/api/v2/tasks\", \"/api/v2/labels/\"]").forward.other
      == .paths(["/api/v2/tasks", "/api/v2/labels/"]))
}

@Test(arguments: [
  "/debug", "/debug/pprof", "/metrics", "/api/v2/setup", "/legacy/authorizations", "/private/legacy/authorizations/1",
])
func closedPathIsNeverForwarded(path: String) {
  #expect(problems(in: minimal + "[forward]\nother = [\"\(path)\"]").count == 1)
}

@Test func operatorCredentialIsReadBesideTheEverydayOne() throws {
  #expect(try decode(minimal).upstream.operatorCredential == nil)
  let upstream = try decode(minimal + "[upstream.operator]\nusername = \"root\"\npassword = \"deep\"").upstream
  #expect(upstream.username == "gatehouse" && upstream.password?.revealed == "secret")
  let credential = try #require(upstream.operatorCredential)
  #expect(credential.username == "root" && credential.password?.revealed == "deep" && credential.token == nil)
  let newer = try decode(listenerOnly + upstream2 + "[upstream.operator]\ntoken = \"deeper\"").upstream
  #expect(newer.operatorCredential?.token?.revealed == "deeper")
}

@Test(arguments: [
  ("", "`username` and `password` are missing: gatehouse needs a login of its own upstream"),
  ("username = \"root\"", "is missing beside `username`"), ("password = \"deep\"", "is missing beside `password`"),
  ("username = \"ro:ot\"\npassword = \"deep\"", "must not have a colon"),
  ("token = \"deep\"", "InfluxDB 1.x knows no tokens; use `username` and `password`"),
  ("username = \"root\"\npassword = \"\"", "must not be empty"),
  ("username = \"root\"\npassword = \"deep\"\nca = \"x\"", "unknown key"),
])
func operatorCredentialIsJudgedAsTheEverydayOne(keys: String, message: String) {
  let found = problems(in: minimal + "[upstream.operator]\n" + keys)
  #expect(found.count == 1 && found[0].contains("upstream.operator") && found[0].contains(message), "\(found)")
}

@Test func operatorCredentialOfNewInfluxDBIsAToken() {
  let found = problems(in: listenerOnly + upstream2 + "[upstream.operator]\nusername = \"root\"")
  #expect(found.map { $0.contains("upstream.operator.") } == [true, true], "\(found)")
}

@Test func streamsAreCutOnlyWhereSaid() throws {
  #expect(try !decode(minimal).policy.cutStreams)
  #expect(try decode(minimal + "[policy]\ncut_streams = true").policy.cutStreams)
  #expect(problems(in: minimal + "[policy]\ncut_streams = 1").count == 1)
}

@Test func whatAWriteMayComeToGoesByTheDialect() throws {
  #expect(try decode(minimal).limits.writeDecodedBytes == 25 << 20)
  #expect(try decode(listenerOnly + upstream2).limits.writeDecodedBytes == 50 << 20)
  for start in [minimal, listenerOnly + upstream2] {
    #expect(try decode(start + "[limits]\nwrite_decoded_bytes = \"1GiB\"").limits.writeDecodedBytes == 1 << 30)
  }
  #expect(problems(in: minimal + "[limits]\nwrite_decoded_bytes = 0").count == 1)
}

@Test func aWriteHasADeadlineAsAWhole() throws {
  #expect(try decode(minimal).timeouts.write == 600_000)
  #expect(try decode(minimal + "[timeouts]\nwrite = \"1h\"").timeouts.write == 3_600_000)
  #expect(problems(in: minimal + "[timeouts]\nwrite = \"0s\"").count == 1)
}

@Test func methodsAreStrictOnlyWhereSaid() throws {
  #expect(try !decode(minimal).policy.strictMethods)
  #expect(try decode(minimal + "[policy]\nstrict_methods = true").policy.strictMethods)
  #expect(problems(in: minimal + "[policy]\nstrict_methods = \"yes\"").count == 1)
  #expect(problems(in: minimal + "[policy]\nstrict_method = true").count == 1)
}
