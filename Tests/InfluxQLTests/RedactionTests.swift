// Passwords in query texts, on their way to a log.

import InfluxQL
import Testing

private func redacted(_ text: String) -> String {
  String(decoding: Query.redactingSecrets(in: Array(text.utf8)), as: UTF8.self)
}

struct RedactionTests {
  @Test func hidesPasswordsAndNothingElse() {
    #expect(redacted("SELECT v FROM m") == "SELECT v FROM m")
    #expect(
      redacted("create  user u with password 'canary' with all privileges; SHOW USERS")
        == "create  user u with password [REDACTED] with all privileges; SHOW USERS")
    #expect(redacted("SET PASSWORD FOR u = 'can\\'ary'") == "SET PASSWORD FOR u = [REDACTED]")
    #expect(
      redacted("SET PASSWORD FOR u='a'; SET PASSWORD FOR w =/**/'b' -- x")
        == "SET PASSWORD FOR u=[REDACTED]; SET PASSWORD FOR w =/**/[REDACTED] -- x")
    let innocent = "SELECT v FROM \"password resets\" WHERE passwords = 'x'"
    #expect(redacted(innocent) == innocent)
  }

  @Test func cutsTextsThatCannotBeRead() {
    for text in [
      "CREATE USER u WITH PASSWORD canary", "CREATE USER u WITH PASSWORD \"canary\"", "SET PASSWORD FOR u = 'canary",
      "SET PassWord FOR u = canary", "SELECT v FROM /it's/x; CREATE USER a WITH PASSWORD 'canary'",
      "CREATE USER u WITH PASSWORD 'canary'; nonsense", "CREATE USER u WITH PASSWORD 'canary'\0",
    ] {
      #expect(!redacted(text).contains("canary"), "\(text)")
      #expect(redacted(text).hasSuffix("[REDACTED]"), "\(text)")
    }
  }

  @Test func readsAsTheServerDoesWhatHidesAPassword() {
    let text = "SELECT v FROM /it's/; CREATE USER a WITH PASSWORD 'canary'"
    #expect(redacted(text) == "SELECT v FROM /it's/; CREATE USER a WITH PASSWORD [REDACTED]")
  }

  @Test func keepsNoPasswordInWhatWasRead() throws {
    for text in ["CREATE USER u WITH PASSWORD 'canary'", "SET PASSWORD FOR u = 'canary'"] {
      let query = try Query(parsing: text)
      #expect(!String(reflecting: query).contains("canary"))
      #expect(!query.description.contains("canary"))
      #expect(query.forwardingText == nil)
    }
  }
}
