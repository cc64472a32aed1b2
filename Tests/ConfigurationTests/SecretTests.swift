// Where secrets may stand, and that they are never told.

import Configuration
import Testing

private func password(_ value: String, environment: [String: String] = [:]) throws -> String? {
  try decode(minimal.replacing("\"secret\"", with: value), environment: environment).upstream.password?.revealed
}

private func mistakes(_ value: String, environment: [String: String] = [:]) -> [String] {
  problems(in: minimal.replacing("\"secret\"", with: value), environment: environment)
}

@Test func secretMayStandInTheText() throws {
  #expect(try password("\"p: #%\"") == "p: #%")
}

@Test func secretIsTheFirstLineOfItsFile() throws {
  #expect(try password("{ file = \"upstream-password\" }") == "from the file")
}

@Test func lineEndOfWindowsIsNoPartOfASecret() throws {
  #expect(try password("{ file = \"windows\" }") == "secret")
}

@Test func secretMayComeFromTheEnvironment() throws {
  #expect(try password("{ env = \"PASSWORD\" }", environment: ["PASSWORD": "from there"]) == "from there")
}

@Test(arguments: [
  ("{ file = \"nowhere\" }", "9:21: upstream.password: nowhere cannot be opened: No such file or directory"),
  (
    "{ file = \"open-secret\" }",
    "9:21: upstream.password: open-secret is open to every user of this machine; chmod o= it"
  ),
  ("{ file = \"empty\" }", "9:21: upstream.password: the first line of empty is empty"),
  ("{ file = \"control\" }", "9:21: upstream.password: the first line of control has a control character"),
  ("{ env = \"NONE\" }", "9:20: upstream.password: the environment variable NONE is not set"),
  ("{ env = \"VOID\" }", "9:20: upstream.password: the environment variable VOID is empty"),
  ("{}", "9:12: upstream.password: must have `file` or `env`"),
  ("{ path = \"x\" }", "9:14: upstream.password.path: unknown key"),
  ("\"\"", "9:12: upstream.password: must not be empty"),
  ("\"a\\nb\"", "9:12: upstream.password: has a control character"),
  ("7", "9:12: upstream.password: must be a string, { file = \"…\" } or { env = \"…\" }, not an integer"),
])
func secretThatCannotBeUsedIsRefused(value: String, problem: String) {
  #expect(mistakes(value, environment: ["VOID": ""]) == [problem])
}

@Test func secretIsNeverDescribed() throws {
  let configuration = try decode(minimal.replacing("\"secret\"", with: "\"canary-7391\""))
  #expect(configuration.upstream.password?.revealed == "canary-7391")
  #expect(!String(describing: configuration).contains("canary-7391"))
  #expect(!String(reflecting: configuration).contains("canary-7391"))
  var dumped = ""
  dump(configuration, to: &dumped)
  #expect(!dumped.contains("canary-7391"))
}

@Test func refusedSecretIsNotInTheProblem() {
  #expect(!mistakes("\"canary\\u0001-7391\"").description.contains("7391"))
  let login = "[[authorization]]\ntoken = \"a\"\npassword_hash = \"canary-7391\"\n"
  let found = problems(in: minimal + login)
  #expect(found.count == 1)
  #expect(!found.description.contains("7391"))
}

@Test func everySecretEndsBeforeOneLineEnd() throws {
  for (value, secret) in [("pw", "pw"), ("pw\n", "pw"), ("pw\r\n", "pw"), ("pw \r\n", "pw ")] {
    #expect(try password("{ env = \"PASSWORD\" }", environment: ["PASSWORD": value]) == secret)
    #expect(Array(SecretLine.first(of: Array(value.utf8)).line) == Array(secret.utf8))
  }
  // One end is taken away, and no more than an end.
  #expect(Array(SecretLine.first(of: Array("pw\r\r\n".utf8)).line) == Array("pw\r".utf8))
  #expect(Array(SecretLine.first(of: Array("pw\r".utf8)).line) == Array("pw\r".utf8))
  for value in ["pw\r", "pw\n\n", "pw\nmore"] {
    #expect(
      mistakes("{ env = \"PASSWORD\" }", environment: ["PASSWORD": value])
        == ["9:20: upstream.password: the environment variable PASSWORD has a control character"])
  }
}

@Test(arguments: [
  ("\"secret \"", "9:12: upstream.password: ends with a blank"),
  ("{ file = \"blank\" }", "9:21: upstream.password: the first line of blank ends with a blank"),
  ("{ env = \"PASSWORD\" }", "9:20: upstream.password: the environment variable PASSWORD ends with a blank"),
])
func warnsOfASecretThatEndsWithABlank(value: String, warning: String) throws {
  var files = MemoryFiles()
  files.texts["blank"] = "secret \n"
  let configuration = try decode(
    minimal.replacing("\"secret\"", with: value), environment: ["PASSWORD": "secret "], files: files)
  #expect(configuration.upstream.password?.revealed == "secret ")
  #expect(configuration.warnings.map(\.description).contains("gatehouse.toml:\(warning)"))
}

@Test func rulesAreReadWithoutKeysAndSecrets() throws {
  var files = MemoryFiles()
  files.texts = [:]
  let text = """
    [[listener]]
    address = "127.0.0.1:8086"
    certificate = "tls/server.crt"
    key = "tls/server.key"
    [upstream]
    dialect = "influxdb-1"
    members = ["https://127.0.0.1:8087"]
    ca = "tls/ca.crt"
    username = "gatehouse"
    password = { file = "upstream-password" }
    [upstream.operator]
    username = "other"
    password = { env = "NONE" }
    """
  #expect(throws: Problems.self) { try decode(text, files: files) }
  let configuration = try Configuration.decode(
    Array(text.utf8), file: "gatehouse.toml", environment: { _ in nil }, files: files, readsSecrets: false)
  #expect(configuration.upstream.password?.revealed == "")
}

@Test func problemsComeWithTheWarnings() {
  do {
    _ = try decode(minimal + "[limits]\nnonsense = 1\n")
    Issue.record("there is a problem")
  } catch let problems as Problems {
    #expect(problems.all.count == 1 && problems.warnings.count == 1, "\(problems) \(problems.warnings)")
  } catch {
    Issue.record(error)
  }
}
