// The SHOW statements that list or count what a database holds.

/// SHOW SERIES, TAG KEYS, TAG VALUES, FIELD KEYS, and the cardinalities of those and of measurements.
public struct MetadataQuery: Hashable, Sendable {
  /// Behind ON: where sources without a database of their own are looked for.
  public var database: Name?
  public var sources: [Measurement] = []
  /// WITH KEY.
  public var tagKeys: TagKeyFilter?
  public var condition: Expression?
  public var dimensions: [Expression] = []
  public var order: SortOrder?
  public var limit: Int64 = 0
  public var offset: Int64 = 0
  public var seriesLimit: Int64 = 0
  public var seriesOffset: Int64 = 0
  /// EXACT CARDINALITY, which the server runs as a SELECT.
  public var isExact = false
}

/// WITH KEY of SHOW TAG KEYS and TAG VALUES.
public enum TagKeyFilter: Hashable, Sendable {
  case equal(Name)
  case notEqual(Name)
  case matches(Name)
  case doesNotMatch(Name)
  case oneOf([Name])
}

/// SHOW MEASUREMENTS.
public struct MeasurementsQuery: Hashable, Sendable {
  public var database: Scope?
  /// Behind the dot of `ON db.rp`; 1.12 only.
  public var retentionPolicy: Scope?
  /// WITH MEASUREMENT.
  public var filter: Measurement?
  public var condition: Expression?
  public var order: SortOrder?
  public var limit: Int64 = 0
  public var offset: Int64 = 0

  /// A database or policy, or every one of them.
  public enum Scope: Hashable, Sendable {
    case named(Name)
    case every
  }
}
