// A SELECT, on its own, as a sub-query, or inside EXPLAIN and CREATE CONTINUOUS QUERY.

public struct Selection: Hashable, Sendable {
  public var fields: [Field]
  public var into: Measurement?
  public var sources: [Source] = []
  public var condition: Expression?
  public var dimensions: [Expression] = []
  public var fill: Fill = .null
  public var order: SortOrder?
  /// Each 0 where absent, which the server takes as no limit.
  public var limit: Int64 = 0
  public var offset: Int64 = 0
  public var seriesLimit: Int64 = 0
  public var seriesOffset: Int64 = 0
  public var timeZone: Name?

  public struct Field: Hashable, Sendable {
    public var expression: Expression
    public var alias: Name?
  }

  /// What stands in for windows without points.
  public enum Fill: Hashable, Sendable {
    case null, none, previous, linear
    case integer(Int64)
    case number(Double)
  }
}

/// ORDER BY: the server knows `time` and, without a name, the direction alone.
public struct SortOrder: Hashable, Sendable {
  public var field: Name?
  public var isAscending: Bool
}
