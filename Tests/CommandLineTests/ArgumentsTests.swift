// The command line is read strictly: what is not understood is refused before anything is done.

import JSON
import Testing

@testable import gatehouse

private func read(_ words: String, of command: any Subcommand.Type = TokenCreate.self) throws -> Arguments {
  try Arguments(words.split(separator: " ").map(String.init), of: command)
}

private func problem(_ words: String, of command: any Subcommand.Type = TokenCreate.self) -> String? {
  do throws(CommandFailure) {
    _ = try Arguments(words.split(separator: " ").map(String.init), of: command)
    return nil
  } catch {
    guard case .usage(let message) = error else { return "no usage problem" }
    return message
  }
}

@Test func readsOptionsInBothForms() throws {
  let arguments = try read("--config=a=b --operator --permission read:users --permission=write:users")
  #expect(arguments.value("--config") == "a=b")
  #expect(arguments.has("--operator") && !arguments.has("--inactive"))
  #expect(arguments.list("--permission") == ["read:users", "write:users"])
  #expect(try read("--config f -- --operator", of: TokenRevoke.self).operands == ["--operator"])
}

@Test(arguments: [
  ("", "needs --config"), ("--config", "--config needs a value"), ("--config a --config b", "given twice"),
  ("--config a --nope", "has no option --nope"), ("--config a --operator=yes", "takes no value"),
  ("--config a --operator --operator", "given twice"), ("--config a x", "does not take 'x'"),
  ("--config a -x", "has no option -x"),
])
func refusesWhatItDoesNotUnderstand(words: String, message: String) {
  #expect(problem(words)?.contains(message) == true)
}

@Test func everyCommandIsFoundByItsNameAndHasHelp() throws {
  for command in Program.commands {
    let words = command.name.split(separator: " ").map(String.init)
    let (found, rest) = try #require(Program.find(words + ["x"]))
    #expect(found.name == command.name && rest == ["x"])
    let help = try #require(Help.requested(words + ["--help"]))
    #expect(help.hasPrefix("usage: gatehouse \(command.name)"))
    for option in command.options { #expect(help.contains("  \(option.name)")) }
    #expect(Help.overview.contains("gatehouse \(command.name) "))
    #expect(Help.requested(["help"] + words) == help)
  }
}

@Test func helpIsGivenForGroupsAndOnlyWhereItIsAsked() {
  #expect(Help.requested(["auth", "--help"])?.contains("auth create") == true)
  #expect(Help.requested(["auth", "--help"])?.contains("token create") == false)
  #expect(Help.requested(["--help"]) == Help.overview)
  #expect(Help.requested(["token", "revoke", "--", "--help"]) == nil)
  #expect(Help.requested(["version"]) == nil)
}

@Test(
  arguments: [
    ("https://gate:8086", "gate", 8086, true), ("http://127.0.0.1:80/", "127.0.0.1", 80, false),
    ("https://gate", "gate", 443, true), ("http://[::1]:9", "::1", 9, false), ("http://gate", "gate", 80, false),
  ] as [(String, String, UInt16, Bool)])
func readsAddresses(url: String, host: String, port: UInt16, isTLS: Bool) throws {
  let address = try #require(ServerAddress(url))
  #expect(address.host == host && address.port == port && address.isTLS == isTLS)
}

@Test(arguments: [
  "gate:8086", "ftp://gate", "https://", "https://gate:0", "https://gate:99999", "https://gate:x", "https://a@b",
  "https://gate/path", "https://[::1", "https://gate:80:80", "https://ga te", "https://::1", "https://gate\r\nX: y",
])
func refusesOtherAddresses(url: String) {
  #expect(ServerAddress(url) == nil)
}

@Test func tablesShowNothingThatATerminalObeys() {
  var table = Table(["A", "B"])
  table.add(["a\u{1b}[2J", "b\u{202e}c\n"])
  #expect(table.text == "A           B\na\\u{1b}[2J  b\\u{202e}c\\u{a}")
}

@Test(arguments: [
  ("metrics", "metrics/*"), ("logs/autogen", "logs/autogen"), ("logs/*", "logs/*"), ("logs/x/y", "logs/x/y"),
])
func aDatabaseMeansAllItsPolicies(text: String, name: String) throws {
  #expect(try AuthCreate.bucketName(text) == name)
}

@Test(arguments: ["", "/", "/a", "a/", "logs/x/*", "a//*", "*", "*/*"])
func refusesHalfABucketName(text: String) {
  #expect(throws: CommandFailure.self) { try AuthCreate.bucketName(text) }
}

@Test func anEmptySelectionIsNotEverything() throws {
  for option in ["--username", "--id"] {
    #expect(throws: CommandFailure.self) { try Arguments([option, ""], of: AuthDelete.self).nonempty(option) }
    #expect(try Arguments([option, "a"], of: AuthDelete.self).nonempty(option) == "a")
  }
  #expect(try Arguments([], of: AuthDelete.self).nonempty("--username") == nil)
}

@Test func onlyTheLoginThatWasAskedForIsTaken() throws {
  func login(_ name: String) -> JSONValue { .object([JSONMember(name: "token", value: .string(name))]) }
  #expect(try AuthClient.login(named: "a", in: [login("a")])["token"]?.text == "a")
  for found in [[], [login("b")], [login("a"), login("b")], [login("A")], [.null], [.object([])]] as [[JSONValue]] {
    #expect(throws: CommandFailure.self) { try AuthClient.login(named: "a", in: found) }
  }
  // The same to Swift's `==`, not the same login.
  #expect(throws: CommandFailure.self) { try AuthClient.login(named: "\u{e9}", in: [login("e\u{301}")]) }
}

/// A login that expires in the past is a slip of the hand.
@Test func aTimeThatHasPassedIsRefused() throws {
  for (text, message) in [("2001-01-31T12:00:00Z", "has passed"), ("soon", "is no time")] {
    do throws(CommandFailure) {
      _ = try Arguments(["--config", "c", "--operator", "--expires", text], of: TokenCreate.self).futureTime(
        "--expires")
      Issue.record("\(text) was taken")
    } catch {
      guard case .usage(let reason) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(reason.contains(message))
    }
  }
  #expect(
    try Arguments(["--config", "c", "--operator", "--expires", "2261-01-31T12:00:00Z"], of: TokenCreate.self)
      .futureTime("--expires") != nil)
}

@Test func aTableShowsWhatHasExpiredAndWhetherAnOldPasswordIsInUse() throws {
  func row(_ members: String) throws -> [String] {
    let value = try JSONReader.value(
      in: Array("{\"id\":\"1\",\"token\":\"edge\",\"status\":\"active\",\(members)}".utf8))
    let lines = AuthorizationTable.text([value], at: 1_700_000_000_000_000_000).split(separator: "\n")
    return lines.count == 2 ? lines[1].split(separator: "  ").map { $0.trimmingPrefix(" ").description } : []
  }
  let expired = try row("\"expiresAt\":\"2020-01-01T00:00:00Z\",\"lastUsedAt\":\"2019-12-31T23:59:00Z\"")
  #expect(expired.contains("expired") && expired.contains("2020-01-01T00:00:00Z") && !expired.contains("active"))
  let lasting = try row("\"expiresAt\":null")
  #expect(lasting.contains("active") && lasting.contains("never"))
  let until = "\"previousPasswordExpiresAt\":\"2040-01-01T00:00:00Z\""
  #expect(try row("\(until)").contains("until 2040-01-01T00:00:00Z, not used"))
  #expect(
    try row("\(until),\"previousPasswordLastUsedAt\":\"2023-01-01T00:00:00Z\"")
      .contains("until 2040-01-01T00:00:00Z, last used 2023-01-01T00:00:00Z"))
  #expect(try !row("\"previousPasswordExpiresAt\":\"2020-01-01T00:00:00Z\"").contains { $0.contains("until") })
}
