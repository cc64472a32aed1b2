// Logins and tokens that name what is not there, or that cannot be reached.

import Authorizations
import Formats
import Configuration
import Transport
import Upstream

extension InstallationCheck {
  mutating func checkNames(_ state: KeptState) {
    for problem in state.declarationProblems {
      findings.append(CheckFinding(weight: .problem, text: "\(file): \(problem)"))
    }
    let declared = Dictionary(
      configuration.authorizations.map { (Array($0.token.utf8), $0.line) }, uniquingKeysWith: { first, _ in first })
    let logins = state.snapshot.authorizations.values.sorted { $0.id < $1.id }
    for login in logins where state.snapshot.isShadowed(login) {
      say(
        .warning, "[[authorization]]", "\"\(printed(login.token))\" hides a stored login of that name",
        line: declared[Array(login.token.utf8)])
    }
    guard state.knowsDirectory else {
      return say(
        .fact, "directory", "the store keeps none yet: names of databases were not compared with it (--online asks)")
    }
    for login in logins {
      let line = login.origin == .declared ? declared[Array(login.token.utf8)] : nil
      let kind = login.origin == .declared ? "[[authorization]]" : "login"
      checkNames(in: login.permissions, of: "\(kind) \"\(printed(login.token))\"", line, state.directory)
    }
    let lines = Dictionary(
      configuration.tokens.compactMap { token in token.id.map { ($0, token.line) } },
      uniquingKeysWith: { first, _ in first })
    for token in state.snapshot.tokens.values.sorted(by: { $0.id < $1.id }) {
      let isDeclared = token.origin == .declared
      checkNames(
        in: token.permissions, of: isDeclared ? "[[token]]" : "token \(token.id)",
        isDeclared ? lines[token.id] : nil, state.directory)
    }
  }

  private mutating func checkNames(
    in permissions: [Permission], of holder: String, _ line: Int?, _ directory: Directory
  ) {
    for permission in permissions where !directory.holds(permission.resource) {
      say(
        .warning, holder,
        "may \(permission.action.rawValue) \(words(permission.resource)), which the directory does not hold", line: line
      )
    }
  }

  private func words(_ resource: Resource) -> String {
    guard let name = resource.name else { return "bucket \(resource.id?.description ?? "")" }
    return BucketName.isPattern(name) ? "database \"\(printed(String(name.dropLast(2))))\"" : "\"\(printed(name))\""
  }

  /// Without what a terminal would obey.
  private func printed(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
  }

  /// What the upstream has now; nil where it was not to be asked, or does not say: then that is told elsewhere.
  func upstreamContents() -> UpstreamContents? {
    guard asksUpstream, configuration.directory.source == .upstream else { return nil }
    let members = configuration.upstream.members.map { UpstreamMember($0) }
    let inquiry = UpstreamInquiry(
      dialect: configuration.upstream.dialect, members: members,
      tls: members.contains(where: \.isTLS) ? try? ClientTLSContext(caPath: configuration.upstream.caPath) : nil,
      authorization: GatewayPlan(configuration, ticketKeys: []).inquiryAuthorization, timeout: timeout)
    return (try? inquiry.contents())?.contents
  }
}
