// Agreement with the real parser's verdicts on 1,533 public statements, when they stand beside the clone.

import Foundation
import InfluxQL
import Testing

/// The statements are other people's, so they are read where they are and not kept here.
private struct Entry: Decodable {
  struct Statement: Decodable {
    struct Privilege: Decodable {
      var admin: Bool?
      var db: String
      var privilege: String
    }
    struct Source: Decodable {
      var db: String
      var rp: String
      var measurement: String
      var regex: Bool?
    }
    var text: String
    var privileges: [Privilege]?
    var sources: [Source]?
  }
  var q: String
  var error: String?
  var statements: [Statement]?

  static let all: [Entry] = Places.shared("data/influxql-statements.jsonl").compactMap {
    try? JSONDecoder().decode(Entry.self, from: Data($0.utf8))
  }
}

@Suite(.enabled(if: !Entry.all.isEmpty, "the public statements are not beside the clone"))
struct CorpusTests {
  /// Statements on which this parser and the real one disagree, with the reason.
  static let disagreements: [String: String] = [
    "CREATE USER 0xBAD WITH PASSWORD pwd1337": secret, "SET PASSWORD FOR dejan = bla": secret,
    #"CREATE SUBSCRIPTION "ugly \"subscription\" name" ON "\"my\" db"."\"my\" rp" DESTINATIONS ALL 'my host', 'my other host'"#:
      secret,
  ]
  private static let secret = "what may be a secret is not said"

  @Test func holdsAllStatements() { #expect(Entry.all.count == 1533) }

  @Test func refusesWhatTheRealParserRefusesInItsWords() {
    for entry in Entry.all where Self.disagreements[entry.q] == nil {
      guard let message = entry.error else { continue }
      let error = #expect(throws: ParseError.self, "\(entry.q)") { try Query(parsing: entry.q) }
      #expect(error?.description == message)
    }
  }

  @Test func readsAndPrintsWhatTheRealParserReads() throws {
    for entry in Entry.all where entry.error == nil && Self.disagreements[entry.q] == nil {
      let query = try Query(parsing: entry.q)
      #expect(query.statements.map(\.description) == (entry.statements ?? []).map(\.text))
    }
  }

  @Test func demandsAtLeastTheRealPrivileges() throws {
    for entry in Entry.all where entry.error == nil {
      for (statement, expected) in zip(try Query(parsing: entry.q).statements, entry.statements ?? []) {
        for privilege in expected.privileges ?? [] {
          #expect(statement.demands(privilege), "\(statement): \(privilege)")
        }
      }
    }
  }

  @Test func namesEverySource() throws {
    for entry in Entry.all where entry.error == nil {
      for (statement, expected) in zip(try Query(parsing: entry.q).statements, entry.statements ?? []) {
        for source in expected.sources ?? [] {
          #expect(statement.names(source), "\(statement): \(source)")
        }
      }
    }
  }

  @Test func forwardsWhatItReads() throws {
    for entry in Entry.all where entry.error == nil {
      let query = try Query(parsing: entry.q)
      guard let text = query.forwardingText else {
        #expect(query.statements.contains { $0.kind == .createUser || $0.kind == .setPassword }, "\(entry.q)")
        continue
      }
      #expect(try Query(parsing: text) == query, "\(text)")
    }
  }
}

extension Statement {
  /// The database behind ON, where the server looks for sources that name none. It forgets this when it checks
  /// privileges: `SHOW TAG KEY CARDINALITY ON b FROM m` asks for the request's database and reads `b`.
  fileprivate var scope: Name? {
    switch body {
    case .metadata(let query): query.database
    default: nil
    }
  }

  fileprivate func demands(_ privilege: Entry.Statement.Privilege) -> Bool {
    if requirements.contains(.operator) { return true }
    if privilege.admin == true { return false }
    let database: Name? = privilege.db.isEmpty ? nil : Name(privilege.db)
    return requirements.contains { requirement in
      switch (requirement, privilege.privilege) {
      case (_, "NO PRIVILEGES"): true
      case (.read(let reference), "READ"), (.write(let reference), "WRITE"):
        reference.database == database || database == nil && reference.database == scope
      default: false
      }
    } || privilege.privilege == "NO PRIVILEGES"
  }

  fileprivate func names(_ source: Entry.Statement.Source) -> Bool {
    let database: Name? = source.db.isEmpty ? scope : Name(source.db)
    return (reads + writes).contains { reference in
      guard reference.database == database, (reference.retentionPolicy?.text ?? "") == source.rp else { return false }
      switch reference.measurement {
      case .named(let name): return source.regex != true && name.text == source.measurement
      case .matching: return source.regex == true
      case .every: return source.regex != true && source.measurement.isEmpty
      }
    }
  }
}
