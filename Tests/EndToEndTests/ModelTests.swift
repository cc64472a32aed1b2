// What is forwarded is allowed by a model of the rules that was written without the product's code (B5, row 44).

import Foundation
import Testing

@Suite struct ModelTests {
  /// `GATEHOUSE_MODEL_SECONDS` makes it a long run, with other seeds from then on.
  @Test(arguments: [1, 2, 3]) func forwardsOnlyWhatTheModelAllows(seed: Int) throws {
    let seconds = ProcessInfo.processInfo.environment["GATEHOUSE_MODEL_SECONDS"].flatMap { Double($0) } ?? 0
    let command = try Command.run(
      [
        try Paths.python(), Paths.fixture("model/policy_model.py"), "--gatehouse", try Paths.gatehouse(), "--cases",
        "1000", "--seed", "\(seed * 1_000_000)", "--seconds", "\(seconds)",
      ], seconds: 300 + seconds)
    #expect(command.status == 0, "\(command.output)\(command.errors)")
  }
}
