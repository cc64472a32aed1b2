// Why nothing can be changed: in the event log once when it begins and once when it ends, and in `/health`.

import Authorizations
import Observation

/// Used by the management thread alone.
final class ChangeFailures {
  private let events: EventLog
  private let conditions: Conditions
  private var reason: String?
  private var isOutOfReach = false

  init(events: EventLog, conditions: Conditions) {
    self.events = events
    self.conditions = conditions
  }

  /// How an attempt to change something ended.
  func noteChange(_ error: ChangeError?) {
    switch error {
    case .unavailable(let text), .unrecorded(let text):
      guard reason != text else { return }
      reason = text
      events.log(.error, "nothing can be changed", ["reason": .text(text)])
    case nil:
      guard reason != nil else { return }
      reason = nil
      events.log(.info, "changes are possible again")
    // Says nothing about the store.
    case .nameTaken, .notFound, .readOnly: return
    }
    publish()
  }

  /// How a look for changes of others ended. What is loaded goes on where it failed: nothing can have changed through us,
  /// and every change is refused meanwhile.
  func noteLook(_ error: ChangeError?) {
    guard isOutOfReach != (error != nil) else { return }
    isOutOfReach = error != nil
    if let error {
      events.log(.error, "the store is out of reach", ["reason": .text("\(error)")])
    } else {
      events.log(.info, "the store is reachable again")
    }
    publish()
  }

  private func publish() {
    if reason == nil, !isOutOfReach { return conditions.clear(.store) }
    conditions.set(Condition(.store, "the last change could not be made", failsHealth: false))
  }
}
