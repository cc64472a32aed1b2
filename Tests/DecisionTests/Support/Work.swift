// Counts work instead of timing it, so that what it says is the same on any machine.

import Foundation
import Testing
import WorkMeter

/// How often code of gatehouse runs in `body`: every function, branch and body of a loop counts when it is entered, also one
/// that the library calls. Whatever else runs meanwhile counts too, so this is for suites that run alone.
func work(_ body: () throws -> Void) throws -> Int {
  let before = work_meter_total()
  try body()
  return Int(work_meter_total() - before)
}

/// Only a build for code coverage counts, and only whoever runs such a suite alone says `GATEHOUSE_COUNTS_WORK`.
let countsWork =
  work_meter_total() >= 0 && ProcessInfo.processInfo.environment["GATEHOUSE_COUNTS_WORK"] != nil
