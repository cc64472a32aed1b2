// Text, places and units.

import Configuration
import Testing

@Test func defaultsAreFilledIn() throws {
  let configuration = try decode(minimal)
  #expect(configuration.limits == .init())
  #expect(configuration.timeouts == .init())
  #expect(configuration.passwords == .init())
  #expect(configuration.log == .init())
  #expect(configuration.store.path == "gatehouse.db")
}

@Test(arguments: [("1", 1), ("\"2048B\"", 2_048), ("\"64KiB\"", 65_536), ("\"2MiB\"", 2 << 20), ("\"1GiB\"", 1 << 30)])
func sizeIsBytes(text: String, bytes: Int) throws {
  #expect(try decode(minimal + "[limits]\nwrite_bytes = \(text)\n").limits.writeBytes == bytes)
}

@Test(arguments: [
  "64", "KiB", "64 KiB", "-1KiB", "6.4KiB", "64kib", "64KB", "99999999999GiB", "999999999999999999999KiB",
])
func textThatIsNoSizeIsRefused(text: String) {
  #expect(problems(in: minimal + "[limits]\nwrite_bytes = \"\(text)\"\n").count == 1)
}

@Test(arguments: [("500ms", 500), ("10s", 10_000), ("2m", 120_000), ("24h", 86_400_000)])
func durationHasAUnit(text: String, milliseconds: Int) throws {
  #expect(try decode(minimal + "[timeouts]\nhead = \"\(text)\"\n").timeouts.head == milliseconds)
}

@Test(arguments: ["10", "s", "10 s", "1.5s", "-1s", "1d", "1m30s", "0s", "25h", "٣s", "9223372036854775807h"])
func textThatIsNoDurationIsRefused(text: String) {
  #expect(problems(in: minimal + "[timeouts]\nhead = \"\(text)\"\n").count == 1)
}

@Test func drainMayBeNothing() throws {
  #expect(try decode(minimal + "[timeouts]\ndrain = \"0s\"\n").timeouts.drain == 0)
}

@Test func accessLogIsSwitchable() throws {
  #expect(try decode(minimal).log.access == "-")
  #expect(try decode(minimal + "[log]\naccess = false\n").log.access == nil)
  #expect(try decode(minimal + "[log]\naccess = \"a.log\"\n", file: "/etc/g.toml").log.access == "/etc/a.log")
  #expect(try decode(minimal + "[log]\naccess = \"/a.log\"\n", file: "/etc/g.toml").log.access == "/a.log")
}

@Test func pathsFollowTheFolderOfTheFile() throws {
  #expect(try decode(minimal, file: "/g.toml").store.path == "/gatehouse.db")
  #expect(try decode(minimal, file: "a/b/g.toml").store.path == "a/b/gatehouse.db")
  #expect(try decode(minimal, file: "g.toml").store.path == "gatehouse.db")
}

@Test func columnCountsLetters() {
  #expect(problems(in: minimal + "[log]\naccess = \"ä\"; 1\n").first?.hasPrefix("11:13: not TOML: ") == true)
}

@Test func problemsComeInTheOrderOfLines() {
  let found = problems(in: "[passwords]\ncost = 1\n[log]\naccess = 1\n" + minimal + "zz = 1\naa = 1\n")
  #expect(found.map { $0.prefix { $0 != ":" } } == ["2", "4", "14", "15"])
}

@Test func bytesThatAreNotTextAreOneProblem() throws {
  let bytes = Array("a = \"".utf8) + [0xFF, 0x22, 0x0A]
  let problems = try #require(throws: Problems.self) {
    _ = try Configuration.decode(bytes, file: "g.toml", environment: { _ in nil }, files: MemoryFiles())
  }
  #expect(problems.all.count == 1)
  #expect(problems.all.first?.message.hasPrefix("not TOML: ") == true)
}

@Test func deepNestingIsRefusedAndNotFollowed() {
  let deep = "a = " + String(repeating: "[", count: 100_000)
  #expect(problems(in: deep).count == 1)
}

@Test func unknownKeyIsShownWithoutItsControlCharacters() {
  #expect(problems(in: "\"a\\u001b[31mb\" = 1\n" + minimal) == ["1:1: a\u{FFFD}[31mb: unknown key"])
}

@Test func everyPrefixOfAFileIsReadOrRefused() {
  let bytes = Array((listenerOnly + upstream2 + "[forward]\nother = [\"/api/v2/tasks\"]\n").utf8)
  for end in bytes.indices {
    _ = try? Configuration.decode(
      Array(bytes[..<end]), file: "g.toml", environment: { _ in nil }, files: MemoryFiles())
  }
}
