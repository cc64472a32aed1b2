// What is known of a request from earlier looks at it.

public import Access

/// Kept by whoever waits on a request's behalf, and handed back with the request.
public struct PendingDecision {
  /// How a password verification that this request waited for ended.
  public var authentication: AuthenticationOutcome?
  /// What the upstream was asked on behalf of this request, after it came.
  public var readings: [DirectoryQuestion: DirectoryReading] = [:]
  /// The whole body, where the decision asked for it.
  public var body: [UInt8]?

  public init() {}

  var policyReadings: PolicyReadings {
    var known = PolicyReadings()
    for (question, reading) in readings {
      switch (question, reading) {
      case (.policies(let database), .policies(let names)): known.note(database, policies: names)
      case (.everything, .published): known.noteDirectory()
      default: break
      }
    }
    return known
  }
}
