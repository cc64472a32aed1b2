// What is known of a request from earlier looks at it.

public import Access
import HTTP

/// Kept by whoever waits on a request's behalf, and handed back with the same request: what its head settled is not
/// found out again.
public struct PendingDecision {
  /// Of the head; nil at the first look.
  var settled: SettledHead?
  /// How a password verification that this request waited for ended.
  private(set) var authentication: AuthenticationOutcome?
  /// What the upstream was asked on behalf of this request, after it came.
  private(set) var readings: [DirectoryQuestion: DirectoryReading] = [:]
  /// The whole body, where the decision asked for it.
  private(set) var body: [UInt8]?

  public init() {}

  public mutating func note(_ outcome: AuthenticationOutcome) { authentication = outcome }
  public mutating func note(_ readings: [DirectoryQuestion: DirectoryReading]) { self.readings.merge(readings) { $1 } }
  public mutating func note(body: [UInt8]) { self.body = body }

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

/// What a request's head settles, whatever its body turns out to be.
struct SettledHead {
  let route: Route
  /// nil where nothing was asked for yet that hangs on who asks.
  var sender: Sender?
}

/// Who sent a request, as far as that is known.
struct Sender {
  /// Of the URL.
  let parameters: URLParameters
  let credential: Credential
  /// What became of the credential; nil until that is settled.
  var outcome: AuthenticationOutcome?

  init(_ view: RequestView) {
    parameters = URLParameters(view)
    let values = parameters.readable
    credential = CredentialReader.read(
      u: values["u"], p: values["p"], authorization: view.head.authorization.map { Array(view.bytes[bytes: $0]) },
      isRepeated: view.head.authorizationCount > 1)
  }
}
