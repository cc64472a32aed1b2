// Agreement with the real parser's verdicts on 1,533 public statements, when they stand beside the clone.

import Foundation
import InfluxQL
import Testing

/// The statements are other people's, so they are read where they are and not kept here.
enum Corpus {
  struct Entry: Decodable {
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
  }

  static let entries: [Entry] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let candidates = [
      root.appendingPathComponent("../shared"), URL(fileURLWithPath: "/work/shared"),
    ].map { $0.appendingPathComponent("data/influxql-statements.jsonl") }
    guard let text = candidates.lazy.compactMap({ try? String(contentsOf: $0, encoding: .utf8) }).first else {
      return []
    }
    return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
  }()
}

@Test func agreesWithTheRealParserOnAcceptance() {
  for entry in Corpus.entries {
    let result = Result { try Query(parsing: entry.q) }
    switch result {
    case .success(let query):
      #expect(entry.error == nil, "accepted: \(entry.q)")
      guard entry.error == nil else { continue }
      let expected = entry.statements ?? []
      #expect(query.statements.map(\.description) == expected.map(\.text))
    case .failure(let error):
      #expect(entry.error == "\(error)", "\(entry.q)")
    }
  }
}
