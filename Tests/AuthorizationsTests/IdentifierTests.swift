// Identifiers: how they are read and written, and the layout of generated ones.

import Formats
import Testing

@testable import Authorizations

@Test func readsSixteenDigitsOfEitherCase() throws {
  #expect(try Identifier(parsing: "00AA11bb22CC33dd").description == "00aa11bb22cc33dd")
  #expect(throws: Identifier.Problem.length) { try Identifier(parsing: "xyz") }
  #expect(throws: Identifier.Problem.length) { try Identifier(parsing: "ünïünïün") }
  #expect(throws: Identifier.Problem.invalid) { try Identifier(parsing: "zzzzzzzzzzzzzzzz") }
  #expect(throws: Identifier.Problem.invalid) { try Identifier(parsing: "0000000000000000") }
}

@Test func generatedIdentifiersHoldTimeMachineAndSequence() {
  var generator = IdentifierGenerator(machine: 5)
  // 2020-01-01T00:00:00.250Z
  let now: Int64 = 1_577_836_800_250_000_000
  let first = generator.next(now: now).rawValue
  #expect(first >> 22 == 1_577_836_800_250 - 1_491_696_000_000)
  #expect(first >> 12 & 0x3ff == 5)
  #expect(first & 0xfff == 0)
  #expect(generator.next(now: now).rawValue & 0xfff == 1)
}

@Test func generatedIdentifiersGrowWhateverTheClockDoes() {
  var generator = IdentifierGenerator(machine: 1023)
  var last: UInt64 = 0
  for step in 0..<20_000 {
    let id = generator.next(now: step % 3 == 0 ? .min : 1_577_836_800_250_000_000 - Int64(step)).rawValue
    #expect(id > last && id >= 1000)
    last = id
  }
}

@Test func generatedIdentifiersBelowOneThousandAreSkipped() {
  var generator = IdentifierGenerator(machine: 0)
  #expect(generator.next(now: 0).rawValue == 1000)
}

@Test func stableHashIsSipHash() {
  // The test vector of the paper's appendix A.
  #expect(
    StableHash.value(of: 0..<15 as Range<UInt8>, key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
      == 0xa129_ca61_49be_45e5)
}
