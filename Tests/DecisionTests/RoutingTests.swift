// A path is one of ours exactly or not at all (security B3, rows 21 to 23).

import HTTP
import ManagementAPI
import Testing

@testable import Decision
import Formats

/// The endpoint's own path, or the name of what has none.
private func route(_ path: String) -> String {
  switch Array(path.utf8).withUnsafeBytes({ Route(path: $0) }) {
  case .endpoint(let endpoint): endpoint.path.description
  case .management: "management"
  case .directory: "directory"
  case .other: "other"
  case .closed: "closed"
  case .undecodable: "undecodable"
  }
}

@Suite struct RoutingTests {
  @Test(arguments: [
    ("/ping", "/ping"), ("/status", "/status"), ("/health", "/health"), ("/write", "/write"), ("/query", "/query"),
    ("/api/v2/write", "/api/v2/write"), ("/legacy/authorizations", "management"),
    ("/private/legacy/authorizations/0000000000000001", "management"), ("/legacy", "management"),
    ("/api/v2/me", "directory"), ("/api/v2/users/1", "directory"), ("/api/v2/orgs", "directory"),
    ("/api/v2/buckets", "directory"), ("/api/v2/dbrps", "directory"), ("/", "other"),
    ("/api/v2/query", "/api/v2/query"),
    ("/api/v2/delete", "/api/v2/delete"), ("/queryx", "other"), ("/debugger", "other"), ("/a%20b", "other"),
    ("/a@b:c", "other"),
    ("/api/v2/buckets2", "other"),
  ])
  func knowsPath(path: String, expected: String) { #expect(route(path) == expected) }

  @Test(arguments: [
    "/metrics", "/metrics/x", "/debug", "/debug/vars", "/debug/pprof/cmdline", "/api/v2/setup", "/api/v2/setup/user",
  ])
  func closesWhatIsNeverForwarded(path: String) { #expect(route(path) == "closed") }

  static let oddForms = ["/query", "/write", "/api/v2/write", "/ping", "/metrics"].flatMap { oddForms(of: $0) }

  private static func oddForms(of own: String) -> [String] {
    let middle = own.dropFirst().prefix(2)
    let code = own.utf8.dropFirst().first.map { "%" + String($0, radix: 16) } ?? ""
    return [
      "/\(own)", "/.\(own)", "/x/..\(own)", "/%2e\(own)", "/x/%2e%2e\(own)", "/\(code)\(own.dropFirst(2))",
      "\(own)%2f", "\(own)%2F", "\(own);a", "\(own)\\", "\\\(own)", "\(own)/.", "\(own)/..", "\(own)//", "\(own)/%2e",
      "/x//\(middle)", "\(own)%5c", "\(own)%3b", "\(own)%2fx", "%2f\(own.dropFirst())",
    ]
  }

  /// Below its own prefix the management API says itself that it does not know a path; it is given the path as it came.
  @Test(arguments: oddForms) func takesNoOddFormForAnything(path: String) {
    let mayBeManagement = path.contains("egacy")
    #expect(
      ["closed", "undecodable"].contains(route(path)) || (mayBeManagement && route(path) == "management"),
      "\(path) is \(route(path))")
  }

  @Test(arguments: ["/QUERY", "/Write", "/query/", "/write/x", "/PING", "/api/v2/Write", "/API/v2/write", "/health/"])
  func closesOtherSpellingOfDataPath(path: String) { #expect(route(path) == "closed") }

  @Test(arguments: ["/%", "/%zz", "/query%", "/a%4", "/query%00", "/query%0a", "/%7f", "query", "*", ""])
  func cannotDecode(path: String) { #expect(route(path) == "undecodable") }

  @Test(arguments: oddForms + ["/QUERY", "/query/", "/metrics", "/debug/vars", "/api/v2/setup", "/query%00"])
  func neverForwardsOddForms(path: String) throws {
    let gate = try Gate(.influxDB2, other: .passThrough)
    let decision = gate.judge(head("GET \(path)?q=SHOW%20DATABASES", "Authorization: Token upstreams-own"))
    #expect(decision.request == nil, "\(decision)")
    #expect([400, 404].contains(decision.status) || path.contains("egacy"), "\(decision)")
  }

  @Test(arguments: oddForms(of: "/legacy/authorizations") + oddForms(of: "/private/legacy/authorizations"))
  func neverForwardsOddFormsOfTheManagementAPI(path: String) throws {
    let gate = try Gate(.influxDB2, other: .passThrough)
    let decision = gate.judge(head("GET \(path)", "Authorization: Token upstreams-own"))
    #expect(decision.call != nil || [400, 404].contains(decision.status), "\(decision)")
  }

  @Test func judgesAbsoluteFormByItsPath() throws {
    let gate = try Gate()
    let decision = gate.write("http://other.example/write?db=metrics")
    #expect(decision.line == "POST /write?db=metrics&rp=autogen HTTP/1.1")
    #expect(decision.field("Host") == "upstream:8087")
    #expect(gate.get("http://other.example").status == 404)
    #expect(gate.get("http://other.example?q=/ping").status == 404)
  }

  @Test func readsQueryPathBehindQuestionMarkAsParameter() throws {
    let gate = try Gate(.influxDB2, other: .passThrough)
    #expect(gate.get("/api/v2/tasks?x=/ping", login: nil).request?.carriesAllFields == true)
    #expect(gate.get("/query?x=/ping", login: nil).status == 401)
    #expect(gate.get("/query?/ping", login: nil).status == 401)
  }

  @Test func servesOnlyWhatTheListenerServes() throws {
    let gate = try Gate(.influxDB2, other: .passThrough)
    gate.services = .data
    #expect(gate.get("/private/legacy/authorizations").status == 404)
    gate.services = .management
    #expect(gate.write("/write?db=metrics").status == 404)
    #expect(gate.get("/query?q=SHOW%20DATABASES").status == 404)
    #expect(gate.get("/api/v2/query", login: nil).status == 404)
    #expect(gate.get("/private/legacy/authorizations").call != nil)
    #expect(gate.get("/ping").answer?.status == 204)
  }

  @Test func refusesOtherMethods() throws {
    let gate = try Gate()
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "BREW", "post"] {
      let decision = gate.write("/write?db=metrics", method: method)
      #expect(decision.status == 405, "\(method)")
      #expect(decision.refusal?.allow.description == "OPTIONS, POST")
    }
    for method in ["HEAD", "PUT", "DELETE", "PATCH", "get"] {
      let decision = gate.judge(head("\(method) /query?q=SHOW%20DATABASES", login: "reader"))
      #expect(decision.status == 405, "\(method)")
      #expect(decision.refusal?.allow.description == "OPTIONS, GET, POST")
    }
    #expect(gate.judge(head("POST /ping")).status == 405)
    #expect(gate.judge(head("OPTIONS *")).status == 400)
  }

  @Test func classifiesLongPathInLinearTime() {
    // Quadratic reading would take minutes here.
    let path = "/" + String(repeating: "%20", count: 300_000)
    #expect(route(path) == "other")
  }
}
