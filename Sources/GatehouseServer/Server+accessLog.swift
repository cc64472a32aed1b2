// The access log of a server, and what becomes known where its lines are lost: an event, and a check in `/health`.

import Configuration
import Observation

extension Server {
  static func accessLog(
    _ configuration: Configuration, conditions: Conditions, events: EventLog
  ) throws(StartProblem) -> AccessLog? {
    guard let destination = configuration.log.access else { return nil }
    do throws(AccessLog.OpenProblem) {
      return try AccessLog(destination == "-" ? .standardOutput : .file(destination)) { trouble in
        switch trouble {
        case .losing(let lines, let reason):
          conditions.set(Condition(.accessLog, "lines of the access log are lost", failsHealth: false))
          events.log(.error, "access log lines are lost", ["reason": .text(reason), "lines": .number(lines)])
        case .over(let lost):
          conditions.clear(.accessLog)
          events.log(.info, "the access log is written again", ["lost": .number(lost)])
        case .notReopened(let reason):
          events.log(.error, "the access log cannot be opened anew", ["reason": .text(reason)])
        }
      }
    } catch {
      throw StartProblem("access log \(destination): \(error)")
    }
  }

  /// Writes what is left, and says what was lost.
  func closeAccessLog(_ log: AccessLog) {
    let isWhole = log.close()
    guard !isWhole || log.droppedLines > 0 else { return }
    events.log(
      .warning, isWhole ? "access log lines were lost" : "the access log could not be written to its end",
      ["lost": .number(log.droppedLines)])
  }
}
