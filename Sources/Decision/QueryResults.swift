// The JSON in which an InfluxDB answers a query, read for what stands in its rows.

public import JSON

/// What a server answers to the statements of one query.
public enum QueryResults {
  /// The results, one for each statement that was answered; nil where it is no such document.
  public static func results(in body: [UInt8]) -> [JSONValue]? {
    guard let value = try? JSONReader.value(in: body), case .array(let results)? = value.onlyMember("results") else {
      return nil
    }
    return results
  }
}

/// A series of a result: a table with titles.
public struct ResultSeries: Sendable {
  /// nil where it has none.
  public let name: String?
  let columns: [JSONValue]
  /// nil where it says nothing of rows.
  let values: [JSONValue]?
  private let titles: [String]

  /// nil where it has no titles.
  public init?(_ series: JSONValue) {
    guard case .array(let columns)? = series.onlyMember("columns") else { return nil }
    self.columns = columns
    titles = columns.map { if case .string(let title) = $0 { title } else { "" } }
    if case .string(let text)? = series.onlyMember("name") { name = text } else { name = nil }
    if case .array(let rows)? = series.onlyMember("values") { values = rows } else { values = nil }
  }

  /// The cells of a row by their titles; nil for a row that is not as wide as the titles.
  func fields(of row: JSONValue) -> [String: JSONValue]? {
    guard case .array(let cells) = row, cells.count == titles.count else { return nil }
    return Dictionary(zip(titles, cells), uniquingKeysWith: { $1 })
  }

  public var rows: [[String: JSONValue]] { (values ?? []).compactMap { fields(of: $0) } }
}

extension JSONValue {
  /// The member of this name, where it is there once: of two, readers take different ones.
  func onlyMember(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    let named = members.filter { $0.name == name }
    return named.count == 1 ? named.first?.value : nil
  }
}
