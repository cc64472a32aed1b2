// What a query comes to before anybody's permissions are looked at: the same for a server and for `explain`.

import Access
import InfluxQL

/// Of one text, by one dialect. Whether it may run is the authorizer's to say, of `requirements`.
struct QueryDecision {
  /// Why a text is carried for nobody, or not in the way it came.
  enum Objection: Equatable {
    /// Gatehouse keeps the logins; the place of the first statement about them.
    case managesLogins(statement: Int)
    /// It changes something, and a page of another site sent it.
    case otherSite
    /// It changes something, and did not come by POST.
    case method
  }

  /// What of the way a query came has a part in the decision.
  struct Circumstances {
    let isPost: Bool
    let isCrossSite: Bool
    /// Whether a statement that changes something is refused over GET.
    let strictMethods: Bool
    /// Whether who asks gets answers whole that others get filtered: an administrator.
    let takesWholeAnswers: Bool
  }

  /// One thing that is needed, and the place of its statement.
  struct Need {
    let statement: Int
    let need: StatementNeed
  }

  let request: QueryRequest
  let policy: QueryPolicy
  let objection: Objection?
  /// In the order in which a server checks them.
  let needs: [Need]

  init(_ request: QueryRequest, _ policy: QueryPolicy, _ circumstances: Circumstances) {
    self.request = request
    self.policy = policy
    let statements = request.query.statements
    objection = Self.objection(statements, circumstances)
    var needs: [Need] = []
    for (place, statement) in statements.enumerated() {
      if circumstances.takesWholeAnswers, statement.needsFilteredAnswer {
        // Whole answers take the credential that sees everything.
        needs.append(Need(statement: place, need: .administration))
      } else {
        for need in policy.needs(of: statement, database: request.database, policy: request.policy) {
          needs.append(Need(statement: place, need: need))
        }
      }
    }
    self.needs = needs
  }

  /// A text without a statement touches nothing.
  var requirements: Requirements {
    Requirements(needs.map(\.need.requirement)) ?? Requirements(StatementNeed.identity.requirement)
  }

  var isChanging: Bool { request.query.statements.contains(where: \.isChanging) }

  func needs(of statement: Int) -> [StatementNeed] { needs.filter { $0.statement == statement }.map(\.need) }

  /// The text as it is said to the upstream.
  ///
  /// - Throws: what the client is told where a name of it cannot be said.
  func forwardingBytes() throws(Refusal) -> [UInt8] {
    guard let bytes = request.query.forwardingBytes else {
      throw .malformed("error parsing query: a name holds a character that cannot be carried")
    }
    return bytes
  }

  private static func objection(_ statements: [Statement], _ circumstances: Circumstances) -> Objection? {
    if let place = statements.firstIndex(where: \.managesLogins) { return .managesLogins(statement: place) }
    guard statements.contains(where: \.isChanging) else { return nil }
    if circumstances.isCrossSite { return .otherSite }
    return circumstances.strictMethods && !circumstances.isPost ? .method : nil
  }
}

extension QueryDecision.Objection {
  /// For the log and for `explain`.
  var reason: String {
    switch self {
    case .managesLogins: "gatehouse keeps the logins: a statement that manages them is never carried"
    case .otherSite: "a request of another site may not change anything"
    case .method: "a statement that changes something must be sent by POST"
    }
  }
}
