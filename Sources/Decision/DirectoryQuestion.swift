// What a request needs to know of the upstream's databases before it can be decided.

import Authorizations
public import Formats

/// Names are bytes: two spellings that Swift takes for equal are two databases.
public enum DirectoryQuestion: Hashable, Sendable {
  /// Which databases there are, and the policies of those that were not known.
  case databases
  /// The retention policies of one database, known or not.
  case policies(of: [UInt8])
  /// Everything that the upstream has.
  case everything

  /// Whether the answer is the names of a database's policies.
  public var isAboutPolicies: Bool { if case .policies = self { true } else { false } }
}

/// How a question ended. What was read has been published by then.
public enum DirectoryReading: Sendable, Equatable {
  case published
  /// The names of all retention policies of the database that was asked for; none where there is no such database.
  case policies([String])
  /// The upstream did not answer, or the answer cannot be kept.
  case failed
}

/// Questions on behalf of one request, asked after it came.
public struct DirectoryInquiry: Sendable {
  public let questions: [DirectoryQuestion]
  /// The login or token whose questions are counted; nil for what the server itself wants to know.
  public let asker: Identifier?
  /// Whether the answer has certainly changed, because a statement went through that changes it: asked at once.
  public let followsChange: Bool

  public init(_ questions: [DirectoryQuestion], for asker: Identifier?, followsChange: Bool = false) {
    self.questions = questions
    self.asker = asker
    self.followsChange = followsChange
  }
}
