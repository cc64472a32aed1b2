// What [[listener]] becomes.

import Configuration
import Testing

private func listener(_ keys: String) throws -> Configuration.Listener {
  let rest = minimal[try #require(minimal.firstRange(of: "[upstream]")).lowerBound...]
  return try #require(try decode("[[listener]]\n\(keys)\n\(rest)").listeners.first)
}

@Test(arguments: [
  ("127.0.0.1:8086", "127.0.0.1", 8086), ("[::1]:0", "::1", 0), ("0.0.0.0:65535", "0.0.0.0", 65_535),
])
func numericAddressIsTakenApart(text: String, host: String, port: UInt16) throws {
  let listener = try listener("address = \"\(text)\"\nplaintext = true")
  #expect(listener.address == host)
  #expect(listener.port == port)
}

@Test(arguments: [
  "localhost:8086", "127.0.0.1", "127.0.0.1:", "127.0.0.1:+1", "127.0.0.1:65536", "127.1:8086", "::1:8086",
  "[127.0.0.1]:1",
  "[::1%lo]:8086", "[::1]", "[::1", "127.0.0.1\\u0000x:1", "",
])
func addressThatIsNotNumericIsRefused(text: String) {
  #expect(throws: Problems.self) { try listener("address = \"\(text)\"\nplaintext = true") }
}

@Test func certificateAndKeyMakeTLS() throws {
  let listener = try listener(
    """
    address = "127.0.0.1:1"
    certificate = "tls/server.crt"
    key = "tls/server.key"
    minimum_version = "1.3"
    ciphers = "HIGH"
    cipher_suites = "TLS_AES_128_GCM_SHA256"
    serves = ["management"]
    """)
  let tls = try #require(listener.tls)
  #expect(tls.certificatePath == "tls/server.crt")
  #expect(tls.keyPath == "tls/server.key")
  #expect(tls.minimumVersion == .tls13)
  #expect(tls.ciphers == "HIGH")
  #expect(tls.cipherSuites == "TLS_AES_128_GCM_SHA256")
  #expect(listener.serves == [.management])
  #expect(listener.line == 1)
}

@Test func listenerServesEverythingByDefault() throws {
  #expect(try listener("address = \"127.0.0.1:1\"\nplaintext = true").serves == [.data, .management])
}

@Test func plaintextMustBeSaid() {
  let rest = "\n[upstream]" + minimal.split(separator: "[upstream]")[1]
  #expect(
    problems(in: "[[listener]]\naddress = \"127.0.0.1:1\"\nplaintext = false\(rest)") == [
      "1:1: listener.certificate: is missing; give `certificate` and `key`, or say `plaintext = true`"
    ])
}

@Test func onePortMayBeUsedByTwoAddresses() throws {
  let second = "[[listener]]\naddress = \"127.0.0.2:8086\"\nplaintext = true\n"
  #expect(try decode(second + minimal).listeners.count == 2)
}

@Test func twoSpellingsOfOneAddressAreOne() {
  let two = """
    [[listener]]
    address = "[::1]:8086"
    plaintext = true
    [[listener]]
    address = "[0:0::1]:8086"
    plaintext = true

    """
  #expect(problems(in: two + minimal) == ["5:11: listener.address: is the address of the listener at line 1 too"])
}

@Test func anyFreePortMayBeAskedForTwice() throws {
  let second = "[[listener]]\naddress = \"127.0.0.1:0\"\nplaintext = true\n"
  #expect(try decode(second + second + minimal).listeners.count == 3)
}

@Test func exposedManagementIsAWarning() throws {
  let text = minimal.replacing("127.0.0.1:8086", with: "0.0.0.0:8086")
  #expect(try decode(text).warnings.map(\.key) == ["listener.plaintext", "listener.serves"])
}
