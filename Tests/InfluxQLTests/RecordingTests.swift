// The texts of refused statements, as InfluxDB 1.x quoted them in recorded answers.

import Foundation
import InfluxQL
import Testing

private struct Step: Decodable {
  struct Body: Decodable { var error: String? }
  var path: String
  var error: String?

  private enum Key: CodingKey { case path, body }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    path = try container.decode(String.self, forKey: .path)
    error = try? container.decode(Body.self, forKey: .body).error
  }

  /// The statement between quotation marks and what it requires.
  var refusal: (statement: String, requires: String)? {
    guard let error, let start = error.range(of: "not authorized to execute statement '"),
      let end = error.range(of: "', requires ", options: .backwards)
    else { return nil }
    return (String(error[start.upperBound..<end.lowerBound]), String(error[end.upperBound...]))
  }

  var query: String? { URLComponents(string: path)?.queryItems?.first { $0.name == "q" }?.value ?? nil }
}

struct RecordingTests {
  private static let steps = [
    Places.fixture("conformance/influxdb-1.12.4-v1-auth.jsonl"),
    Places.shared("conformance/recorded/influxdb-1.6.7-v1-auth.jsonl"),
  ].flatMap { $0 }.compactMap { try? JSONDecoder().decode(Step.self, from: Data($0.utf8)) }

  @Test func quotesRefusedStatementsAsTheServerDoes() throws {
    var count = 0
    for step in Self.steps {
      guard let refusal = step.refusal, let text = step.query else { continue }
      let query = try Query(parsing: text)
      let statement = try #require(query.statements.first { $0.description == refusal.statement }, "\(text)")
      #expect(statement.needsOperator == (refusal.requires == "admin privilege"), "\(text)")
      count += 1
    }
    #expect(count >= 28)
  }

  @Test func readsEveryQueryThatClientsSend() throws {
    struct Exchange: Decodable {
      var path: String
      var body: String
    }
    var count = 0
    for line in Places.fixture("conformance/clients.jsonl") {
      let exchange = try JSONDecoder().decode(Exchange.self, from: Data(line.utf8))
      guard exchange.path.hasPrefix("/query") else { continue }
      let items = [exchange.path, "/?" + exchange.body].compactMap { URLComponents(string: $0)?.queryItems }.flatMap {
        $0
      }
      guard let text = items.first(where: { $0.name == "q" })?.value else { continue }
      let parameters: [Name: BoundParameter] = ["h": .string("a"), "host": .string("a")]
      _ = try Query(parsing: text.replacingOccurrences(of: "+", with: " "), parameters: parameters)
      count += 1
    }
    #expect(count > 20)
  }
}
