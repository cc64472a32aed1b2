// Asks the upstream what `gatehouse check --online` is for: who gets in without a credential, and what ours can do.

public import Configuration
import Formats
public import Threading
import Transport
import Upstream

/// Blocks. Every question reads; nothing is changed at the upstream.
public struct OnlineCheck {
  private let configuration: Configuration
  /// For each question.
  private let timeout: Interval

  public init(_ configuration: Configuration, timeout: Interval = .seconds(10)) {
    self.configuration = configuration
    self.timeout = timeout
  }

  /// Of every member, in the order of the file.
  public func findings() -> [CheckFinding] {
    let upstream = configuration.upstream
    let tls: ClientTLSContext?
    do throws(TransportFailure) {
      tls = upstream.members.contains(where: \.isTLS) ? try ClientTLSContext(caPath: upstream.caPath) : nil
    } catch {
      return [CheckFinding(weight: .problem, text: "[upstream]: \(error)")]
    }
    var findings: [CheckFinding] = []
    for member in upstream.members {
      let target = UpstreamMember(member)
      let name = "\(member.isTLS ? "https" : "http")://\(target.name)"
      let questions = MemberQuestions(
        client: BlockingClient(member: target, tls: tls, maximumBody: 64 << 20), timeout: timeout)
      var report = MemberReport(name)
      check(questions, &report)
      findings += report.findings
    }
    return findings
  }

  private func check(_ questions: MemberQuestions, _ report: inout MemberReport) {
    let everyday = GatewayPlan.authorization(
      .init(
        username: configuration.upstream.username, password: configuration.upstream.password,
        token: configuration.upstream.token))
    let operators = configuration.upstream.operatorCredential.map(GatewayPlan.authorization)
    do throws(UpstreamFailure) {
      let version = try self.version(questions, everyday)
      report.say(.fact, "answers, \(version.map { "version \($0)" } ?? "and does not tell its version")")
      guard speaksOurDialect(version, &report) else { return }
      try refusesAnonymous(questions, &report)
      let hasOperator = operators != nil
      try describe("[upstream]", everyday, questions, isOperator: false, hasOperator: hasOperator, &report)
      if let operators {
        try describe("[upstream.operator]", operators, questions, isOperator: true, hasOperator: true, &report)
      }
      if configuration.upstream.dialect.hasContinuousQueries {
        try listStrayQueries(operators ?? everyday, questions, &report)
      }
    } catch {
      // TLS mistakes are among these, in OpenSSL's words.
      report.say(.problem, error.detail)
    }
  }

  /// An InfluxDB 3 answers even this only to a credential; 1.x and 2.x to everybody.
  private func version(_ questions: MemberQuestions, _ credential: String) throws(UpstreamFailure) -> String? {
    let open = try questions.get("/ping", nil)
    let answer = open.status == 401 ? try questions.get("/ping", credential) : open
    return answer.value(of: "X-Influxdb-Version").map { String($0.prefix(64)).printable }
  }

  private func speaksOurDialect(_ version: String?, _ report: inout MemberReport) -> Bool {
    guard let major = version?.drop(while: { $0 == "v" }).prefix(while: { $0.isNumber }), !major.isEmpty else {
      return true
    }
    if major == String(configuration.upstream.dialect.majorVersion) { return true }
    report.say(
      .problem, "is an InfluxDB \(major).x, but the file says dialect = \"\(configuration.upstream.dialect.rawValue)\"")
    return false
  }

  // MARK: Nobody

  private func refusesAnonymous(_ questions: MemberQuestions, _ report: inout MemberReport) throws(UpstreamFailure) {
    var isClosed = true
    // Without a database or a bucket nothing could be written, whoever is let in.
    var doors = [("GET", "/query?q=SHOW%20DATABASES"), ("POST", "/write")]
    if configuration.upstream.dialect.hasAPI2 {
      doors += [("GET", "/api/v2/buckets"), ("POST", "/api/v2/write")]
    }
    for (method, target) in doors {
      let answer = try questions.send(method, target, nil)
      let door = "\(method) \(target.prefix { $0 != "?" })"
      switch answer.status {
      case 401: continue
      case 403 where String(decoding: answer.body, as: UTF8.self).contains("create admin user first"):
        report.say(.problem, "has no administrator yet: whoever reaches it can become one")
        return
      case 403, 404, 405: continue
      case 500...:
        report.say(
          .problem, "answers \(answer.status) to \(door) without a credential: whether it refuses is not known")
      default:
        report.say(.problem, "lets in \(door) without a credential (\(answer.status)): turn its authentication on")
      }
      isClosed = false
    }
    if isClosed { report.say(.fact, "refuses requests without a credential") }
  }

  // MARK: Continuous queries

  /// They go on whoever made them and whatever became of their makers' permissions.
  private func listStrayQueries(
    _ credential: String, _ questions: MemberQuestions, _ report: inout MemberReport
  ) throws(UpstreamFailure) {
    guard let stray = try questions.strayContinuousQueries(credential) else {
      report.say(.fact, "does not show its continuous queries to gatehouse")
      return
    }
    for query in stray.prefix(Self.mostStrayQueries) {
      let subject = "continuous query \(query.name.quotedForPeople) on \(query.database.quotedForPeople)"
      guard let others = query.others else {
        report.say(.warning, "\(subject) cannot be read: what it touches is not known")
        continue
      }
      report.say(
        .warning, "\(subject) touches another database: \(others.map(\.quotedForPeople).joined(separator: ", "))")
    }
    if stray.count > Self.mostStrayQueries {
      report.say(.warning, "and \(stray.count - Self.mostStrayQueries) more continuous queries like these")
    }
  }

  private static let mostStrayQueries = 1_000

  // MARK: Credentials

  private func describe(
    _ name: String, _ credential: String, _ questions: MemberQuestions, isOperator: Bool, hasOperator: Bool,
    _ report: inout MemberReport
  ) throws(UpstreamFailure) {
    let found =
      configuration.upstream.dialect.hasOwnTokens
      ? try questions.reach2(of: credential) : try questions.reach1(of: credential)
    switch found {
    case .refused(let status): report.say(.problem, "\(name): does not log in (\(status))")
    case .unreadable(let question):
      report.say(.problem, "\(name): logs in, but the answer to \(question) cannot be read")
    case .reach(let sight, let gap, let isAdministrator):
      let rank =
        switch isAdministrator {
        case true?: "an administrator"
        case false?: "no administrator"
        case nil: "not known to be an administrator"
        }
      report.say(.fact, "\(name): logs in, \(rank), \(sight)")
      // The directory is read with the stronger of the two.
      if let gap { report.say(isOperator || !hasOperator ? .problem : .fact, "\(name): \(gap)") }
      if isOperator, isAdministrator == false {
        report.say(.problem, "\(name): creating and dropping databases takes an administrator")
      } else if !isOperator, hasOperator, isAdministrator == true {
        report.say(.warning, "\(name): is an administrator too; the everyday credential need not be one")
      }
    }
  }
}

/// Collects what is found of one member.
private struct MemberReport {
  private let name: String
  private(set) var findings: [CheckFinding] = []

  init(_ name: String) { self.name = name }

  mutating func say(_ weight: CheckFinding.Weight, _ text: String) {
    findings.append(CheckFinding(weight: weight, text: "\(name): \(text)"))
  }
}

extension String {
  /// A name of the upstream's own as a terminal can show it: what is no printable ASCII as its number.
  fileprivate var quotedForPeople: String {
    var text = ""
    for scalar in unicodeScalars.prefix(256) {
      if scalar == "\"" || scalar == "\\" { text += "\\" }
      if (0x20..<0x7f).contains(scalar.value) {
        text.unicodeScalars.append(scalar)
      } else {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return "\"\(text)\""
  }

  /// What an upstream says of itself is shown on a terminal.
  fileprivate var printable: String {
    String(String.UnicodeScalarView(unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7f }))
  }
}
