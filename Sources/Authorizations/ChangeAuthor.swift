// Who makes a change, and what is told of it before it is made.

public import Formats

/// Part of every change, so that none can be made that nobody answers for.
public struct ChangeAuthor: Sendable, Equatable {
  public enum Party: Sendable, Equatable {
    /// An API token, over the management API.
    case token(Identifier)
    /// A command line of this user of the machine.
    case process(user: UInt32)
    /// The configuration file, read again.
    case configuration
  }

  public var party: Party
  /// The client's address; empty where there is none.
  public var source: String
  public var traceSpan: String?
  /// Ties together what is recorded of one call.
  public var call: UInt64

  public init(
    _ party: Party, source: String = "", traceSpan: String? = nil,
    call: UInt64 = .random(in: 1 ... .max)
  ) {
    self.party = party
    self.source = source
    self.traceSpan = traceSpan
    self.call = call
  }
}

/// A change that is about to be made: the states before and after it, nil where there is none.
public struct ChangeIntent: Sendable {
  public enum Change: Sendable {
    case authorization(before: Authorization?, after: Authorization?)
    case token(before: APIToken?, after: APIToken?)
  }

  public let author: ChangeAuthor
  public let change: Change
}

/// Told of every change before it is made. Used from the registry's thread.
public protocol ChangeJournal: AnyObject {
  /// Returns once all of these are durable: each change of a batch is told.
  ///
  /// - Throws: `unrecorded` where they cannot be kept: no change is then made.
  func willMake(_ intents: [ChangeIntent]) throws(ChangeError)
}
