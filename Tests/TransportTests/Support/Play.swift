// Runs an event loop through steps, each begun when what was waited for has happened.

import Testing
import Threading
import Transport

struct Step {
  let condition: () -> Bool
  let action: () -> Void

  /// Does `action` as soon as `condition` holds.
  static func when(_ condition: @escaping @autoclosure () -> Bool, _ action: @escaping () -> Void = {}) -> Step {
    Step(condition: condition, action: action)
  }
}

/// Runs `loop` until every step was done; a run that hangs is recorded as an issue of the step it hung at.
func play(_ loop: EventLoop, _ steps: Step..., location: SourceLocation = #_sourceLocation) {
  var rest = steps[...]
  let limit = Instant.now + .seconds(20)
  loop.housekeepingInterval = .milliseconds(20)
  loop.housekeeping = {
    while let step = rest.first, step.condition() {
      rest = rest.dropFirst()
      step.action()
    }
    if rest.isEmpty { return loop.stop() }
    if Instant.now > limit {
      Issue.record("step \(steps.count - rest.count + 1) never came", sourceLocation: location)
      loop.stop()
    }
  }
  loop.run()
  loop.housekeeping = nil
}
