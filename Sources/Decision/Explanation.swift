// An explained request: what it touches, what that takes, and whether it is granted.

public import Authorizations
public import Formats

public struct Explanation: Sendable {
  public enum Verdict: String, Sendable {
    case permit
    /// Understood, and not permitted.
    case deny
    /// Not understood: refused whoever asks.
    case refuse
  }

  /// How far over a database's retention policies a need reaches.
  public enum Reach: String, Sendable {
    case policy = "one policy"
    case everyPolicy = "every policy"
    case anyPolicy = "any policy"
  }

  public struct Need: Sendable {
    public let action: Action
    public let database: String
    /// Empty for the default one, and where the need is not for one policy.
    public let retentionPolicy: String
    /// A name, or a regular expression between slashes; empty for all.
    public let measurement: String
    public let reach: Reach
    /// nil where nobody asks.
    public let isPermitted: Bool?
    public let grantedBy: [Permission]
    /// What of it the directory does not hold, in words: then the name was taken as written.
    public let unknown: String?
  }

  public struct Statement: Sendable {
    public let kind: String
    public let changes: Bool
    public let needs: [Need]
    public let needsOperator: Bool
    /// nil where nobody asks.
    public let isPermitted: Bool?
  }

  public let verdict: Verdict
  public let reason: String
  /// Of the first thing that was not understood; counts from 1.
  public let position: (line: Int, character: Int)?
  public let statements: [Statement]

  /// What was taken as given and may be otherwise, in words.
  public var assumptions: [String] {
    var told: [String] = []
    for need in statements.flatMap(\.needs) {
      if let unknown = need.unknown, !told.contains(unknown) { told.append(unknown) }
    }
    return told.map {
      "the directory holds no \($0): taken as written. A server asks the upstream again, and says not found where it is "
        + "not there"
    }
  }

  init(verdict: Verdict, reason: String, position: (line: Int, character: Int)?, statements: [Statement]) {
    self.verdict = verdict
    self.reason = reason
    self.position = position
    self.statements = statements
  }

  /// A verdict for which the request itself does not matter.
  public init(verdict: Verdict, reason: String) {
    self.init(verdict: verdict, reason: reason, position: nil, statements: [])
  }
}
