// What is asked of the upstream before a request is refused, or reaches over a whole database.

import Access
import Authorizations
import Formats
import InfluxQL

struct DirectoryNeed {
  let state: DecisionState
  let pending: PendingDecision

  /// Questions that one request may cause. A text that reaches over more databases needs permissions for the whole of
  /// each.
  private static let maximumQuestions = 16

  /// What has to be asked anew after statements that change databases or retention policies.
  static func changes(_ statements: [Statement], _ request: QueryRequest) -> [DirectoryQuestion] {
    var changes: [DirectoryQuestion] = []
    for statement in statements where statement.kind.changesDirectory {
      let database = statement.writes.first?.database?.text ?? request.database
      let question = DirectoryQuestion.policies(of: Array(database.utf8))
      if !changes.contains(question) { changes.append(question) }
      if changes.count > maximumQuestions { return [.everything] }
    }
    return changes
  }

  /// Ends the phases with a question where the directory may be too old for this denial, and with 503 where that was
  /// asked in vain.
  ///
  /// Only who would be permitted if the name were there learns by the time that an answer takes that it is not: for all
  /// others a name that is hidden and one that is not there cost the same.
  func askFirst(
    _ denial: Denial, _ requirements: Requirements, _ principal: Principal
  ) throws(EarlyEnd) {
    let questions = questions(denial, requirements, principal)
    // Asked already since this request came.
    let known = questions.compactMap { pending.readings[$0] }
    if known.contains(.failed) { throw .refuse(.unavailable("the directory cannot be refreshed")) }
    guard !questions.isEmpty, known.isEmpty,
      questions.count + pending.readings.count <= Self.maximumQuestions
    else { return }
    throw .ask(DirectoryInquiry(questions, for: principal.id))
  }

  private func questions(
    _ denial: Denial, _ requirements: Requirements, _ principal: Principal
  ) -> [DirectoryQuestion] {
    switch denial.reason {
    case .unconfirmed:
      return Authorizer(directory: state.directory, readings: pending.policyReadings)
        .unconfirmed(requirements, for: principal).map { .policies(of: $0) }
    case .notPermitted:
      // A mapping may be led to another bucket, one that is permitted by its identifier.
      return state.settings.dialect.hasMappings && mayBeReached(denial.requirement, by: principal)
        ? [.everything] : []
    case .unknownBucket: return denial.wouldBePermitted ? [.everything] : []
    case .unknownDatabase, .unknownRetentionPolicy, .noDefaultPolicy:
      guard mayBeReached(denial.requirement, by: principal), let database = denial.requirement.target.database,
        !database.isEmpty
      else { return [] }
      if state.settings.dialect.hasMappings { return [.everything] }
      return denial.reason == .unknownDatabase ? [.databases] : [.policies(of: Array(database.utf8))]
    }
  }

  /// Whether a database, policy or mapping of these names could be permitted if it came into being now.
  private func mayBeReached(_ requirement: Requirement, by principal: Principal) -> Bool {
    guard let database = requirement.target.database else { return false }
    var policy: String?
    if case .policy(_, let named?) = requirement.target, !named.isEmpty { policy = named }
    return principal.mayReach(
      requirement.action, database: database, retentionPolicy: policy,
      throughAnyMapping: state.settings.dialect.hasMappings)
  }
}

extension StatementKind {
  /// Whether it changes which databases or retention policies there are, or which is the default one.
  fileprivate var changesDirectory: Bool {
    switch self {
    case .createDatabase, .dropDatabase, .createRetentionPolicy, .alterRetentionPolicy, .dropRetentionPolicy: true
    default: false
    }
  }
}

extension Requirement.Target {
  fileprivate var database: String? {
    switch self {
    case .policy(let database, _), .database(let database), .somePolicy(let database): database
    case .bucket, .organization, .identity, .administration: nil
    }
  }
}
