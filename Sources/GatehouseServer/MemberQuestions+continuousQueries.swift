// Which continuous queries of a member touch another database than their own.

import InfluxQL
import JSON
import Upstream

extension MemberQuestions {
  /// A continuous query that a 1.x server keeps, and runs with every right as long as it is not dropped.
  struct KeptQuery {
    let database: String
    let name: String
    /// Of which it reads or to which it writes, in the order of the text, each once; its own is not among them. nil where
    /// the text cannot be read.
    let others: [String]?
  }

  /// Those that touch another database than their own, or cannot be read; nil where the question is not answered.
  func strayContinuousQueries(_ credential: String) throws(UpstreamFailure) -> [KeptQuery]? {
    let answer = try get("/query?q=SHOW%20CONTINUOUS%20QUERIES", credential)
    guard answer.status == 200, let value = try? JSONReader.value(in: answer.body),
      case .array(let results)? = value.member("results"), let result = results.first, result.member("error") == nil
    else { return nil }
    guard case .array(let series)? = result.member("series") else { return [] }
    return series.flatMap { one -> [KeptQuery] in
      guard case .string(let database)? = one.member("name"), case .array(let rows)? = one.member("values") else {
        return []
      }
      return rows.compactMap { row in
        guard case .array(let cells) = row, cells.count == 2, case .string(let name) = cells[0],
          case .string(let text) = cells[1]
        else { return nil }
        let others = Self.databases(in: text, besides: database)
        return others?.isEmpty == true ? nil : KeptQuery(database: database, name: name, others: others)
      }
    }
  }

  private static func databases(in text: String, besides own: String) -> [String]? {
    guard let query = try? Query(parsing: text), query.statements.count == 1, let statement = query.statements.first,
      statement.kind == .createContinuousQuery
    else { return nil }
    var found: [Name] = []
    for reference in statement.reads + statement.writes {
      guard let database = reference.database, database != Name(own), !found.contains(database) else { continue }
      found.append(database)
    }
    return found.map(\.text)
  }
}
