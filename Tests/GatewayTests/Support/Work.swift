// Counts work instead of timing it, so that what it says is the same on any machine.

import Testing
import WorkMeter

/// How often code of gatehouse runs in `body`: every function, branch and body of a loop counts when it is entered, also one
/// that the library calls. Whatever else runs meanwhile counts too, so this is for suites that run alone.
func work(_ body: () throws -> Void) throws -> Int {
  let before = work_meter_total()
  try body()
  return Int(work_meter_total() - before)
}

/// Only a build for code coverage counts: `make test-work`.
let buildCountsWork = work_meter_total() >= 0
