// What the questions to the upstream say of its health: in the event log when it changes, and as conditions.

import Observation
import Threading

/// Used by the directory thread alone.
final class UpstreamHealth {
  private let conditions: Conditions
  private let events: EventLog
  /// nil where the directory is declared and does not age.
  private let maximumAge: Interval?
  private var lastProblem: String?
  private var isRefused = false
  private var directoryReadAt: Instant?
  private var isOld = false
  private var organizationProblem: String?

  /// - Parameter refreshInterval: between two readings of the directory; nil where it is declared. After
  ///   three of them without one it is too old.
  init(conditions: Conditions, events: EventLog, refreshInterval: Interval?) {
    self.conditions = conditions
    self.events = events
    maximumAge = refreshInterval.map { $0 * 3 }
  }

  /// Whether something is wrong that the next question may find mended.
  var isFailing: Bool { lastProblem != nil || isRefused || organizationProblem != nil }

  /// A question was not answered as it should be.
  func note(_ problem: UpstreamInquiry.Problem) {
    switch problem {
    case .failure: conditions.set(Condition(.upstream, "the upstream is not reachable", failsHealth: true))
    case .status(401), .status(403): setRefused()
    case .status, .statement, .unreadable: conditions.clear(.upstream)
    }
    let text = problem.description
    // Once, not every second.
    if text != lastProblem {
      events.log(.warning, "the directory cannot be refreshed", ["reason": .text(text)])
    }
    lastProblem = text
  }

  /// Every question was answered.
  ///
  /// - Parameter refused: with which status the upstream refuses a credential that does not ask; nil for none.
  func noteAnswer(refused: Int?) {
    if let lastProblem { events.log(.info, "the upstream answers again", ["after": .text(lastProblem)]) }
    lastProblem = nil
    conditions.clear(.upstream)
    if let refused {
      if !isRefused {
        events.log(.error, "the upstream refuses the gateway's credential", ["status": .number(refused)])
      }
      setRefused()
    } else {
      if isRefused { events.log(.info, "the upstream takes the gateway's credential again") }
      isRefused = false
      conditions.clear(.credential)
    }
  }

  /// - Parameter problem: why it is not known which organization the gateway's credential serves; nil where it is.
  func noteOrganization(problem: String?) {
    defer { organizationProblem = problem }
    guard let problem else {
      if organizationProblem != nil { events.log(.info, "the organization of the gateway's credential is known again") }
      return conditions.clear(.organization)
    }
    if problem != organizationProblem {
      events.log(
        .error, "no login is served: the organization of the gateway's credential is not known",
        ["reason": .text(problem)])
    }
    conditions.set(
      Condition(.organization, "the organization of the gateway's credential is not known", failsHealth: true))
  }

  private func setRefused() {
    isRefused = true
    conditions.clear(.upstream)
    conditions.set(Condition(.credential, "the upstream refuses the gateway's credential", failsHealth: true))
  }

  /// The directory was read whole and published.
  func noteDirectory(at now: Instant) {
    directoryReadAt = now
    if isOld { events.log(.info, "the directory is fresh again") }
    isOld = false
    conditions.clear(.directory)
  }

  /// Called now and then: nothing else tells that time has passed.
  func look(at now: Instant) {
    guard !isOld, let maximumAge, let directoryReadAt, now - directoryReadAt > maximumAge else {
      return
    }
    isOld = true
    events.log(
      .error, "the directory is too old", ["seconds": .number((now - directoryReadAt).seconds)])
    conditions.set(Condition(.directory, "the directory is too old", failsHealth: true))
  }
}
