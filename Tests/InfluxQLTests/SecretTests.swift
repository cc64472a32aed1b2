// Secrets in a statement stay out of every text that is made of it (issue 10, C6).

import InfluxQL
import Testing

struct SecretTests {
  @Test(arguments: [
    ("http://user:canary@h:9092", "http://[REDACTED]@h:9092"), ("http://h:9092", "http://h:9092"),
    ("udp://10.0.0.1:8089", "udp://10.0.0.1:8089"), ("http://[::1]:9/", "http://[::1]:9/"),
    ("http://canary@h", "http://[REDACTED]@h"), ("https://h/write?u=a&p=canary", "https://h/[REDACTED]"),
    ("https://h/hook/canary", "https://h/[REDACTED]"), ("https://h#canary", "https://h/[REDACTED]"),
    ("http://user:can/ary@h", "http://[REDACTED]@h"), ("http://user:can@ary@h", "http://[REDACTED]@h"),
    ("http://user:canary", "[REDACTED]"), ("canary", "[REDACTED]"), ("user:canary@h", "[REDACTED]"),
    ("http://u:canary@", "[REDACTED]"), ("http://h:80canary", "[REDACTED]"), ("", "[REDACTED]"),
  ])
  func hidesWhatIsSecretInADestination(destination: String, shown: String) throws {
    let text = "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ANY 'udp://h:1', '\(destination)'"
    let query = try Query(parsing: text)
    #expect(query.description == "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ANY 'udp://h:1', '\(shown)'")
    #expect(query.forwardingText == text)
    let redacted = String(decoding: Query.redactingSecrets(in: Array(text.utf8)), as: UTF8.self)
    #expect(
      !redacted.contains("canary") && redacted.hasPrefix("CREATE SUBSCRIPTION s ON d.p DESTINATIONS ANY 'udp://h:1', "))
  }

  /// The mistake is in the statement, and the secret may be what was not expected.
  @Test(arguments: [
    "CREATE USER u WITH PASSWORD \"canary\"", "CREATE USER u WITH PASSWORD canary",
    "CREATE USER u WITH PASSWORD 'canary",
    "CREATE USER u 'canary'", "CREATE USER 'canary'", "CREATE USER u WITH PASSWORD 'x' canary",
    "CREATE USER u WITH PASSWORD 'it's canary'", "CREATE USER u WITH PASSWORD 'canary\\x'",
    "SET PASSWORD FOR u 'canary'", "SET PASSWORD FOR u = \"canary\"", "SET PASSWORD FOR u = $canary",
    "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ALL \"http://u:canary@h\"",
    "CREATE SUBSCRIPTION s ON d.p DESTINATIONS 'http://u:canary@h'",
    "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ALL 'a', \"canary\"", "CREATE SUBSCRIPTION s ON d.p 'canary'",
  ])
  func saysNothingOfAStatementThatHoldsASecret(text: String) {
    for text in [text, "SHOW DATABASES; " + text] {
      let error = #expect(throws: ParseError.self) { try Query(parsing: text) }
      #expect(error?.description.contains("canary") == false, "\(error?.description ?? "")")
      #expect(error?.description.hasPrefix("found ") == true, "\(error?.description ?? "")")
    }
  }

  @Test func saysWhatWasFoundElsewhere() {
    let error = #expect(throws: ParseError.self) {
      try Query(parsing: "SET PASSWORD FOR u = 'canary'; SELECT v FROM 'm'")
    }
    #expect(error?.description.hasPrefix("found m, expected identifier") == true, "\(error?.description ?? "")")
  }
}
