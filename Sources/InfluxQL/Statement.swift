// One statement of a query.

/// A statement that was understood: what it is, and everything that was written in it.
public struct Statement: Hashable, Sendable {
  public let kind: StatementKind
  public let body: Body
  /// What it reads: every source, sub-queries' included, and the database behind ON. In the order in which a server
  /// checks privileges.
  public let reads: [SourceReference]
  /// What it writes or destroys.
  public let writes: [SourceReference]

  init(kind: StatementKind, body: Body) {
    self.kind = kind
    self.body = body
    // Asked for several times by each decision, and found out once.
    (reads, writes) = body.references(kind)
  }

  /// What a statement holds beside its kind.
  public indirect enum Body: Hashable, Sendable {
    /// Nothing: SHOW DATABASES, SHOW QUERIES, …
    case bare
    case selection(Selection)
    case explanation(ExplainedSelection)
    case deletion(Deletion)
    case metadata(MetadataQuery)
    case measurements(MeasurementsQuery)
    case continuousQuery(ContinuousQuery)
    case database(DatabaseDefinition)
    case policy(PolicyDefinition)
    case subscription(Subscription)
    case user(UserDefinition)
    case grant(PrivilegeGrant)
    /// A name alone: DROP DATABASE, MEASUREMENT and USER, SHOW GRANTS FOR.
    case named(Name)
    /// A name and, where it stands, the database behind ON: DROP RETENTION POLICY and CONTINUOUS QUERY,
    /// SHOW RETENTION POLICIES (whose name is empty).
    case on(Name, database: Name?)
    /// The module behind FOR: SHOW STATS and DIAGNOSTICS.
    case module(Name?)
    /// A number, and the host behind ON: DROP SHARD, KILL QUERY.
    case number(UInt64, host: Name?)
  }
}

/// EXPLAIN [ANALYZE] [VERBOSE] SELECT …
public struct ExplainedSelection: Hashable, Sendable {
  public var analyzes: Bool
  public var isVerbose: Bool
  public var selection: Selection
}

/// DELETE and DROP SERIES: at least one of sources and condition is there.
public struct Deletion: Hashable, Sendable {
  /// Without a database, always.
  public var sources: [Measurement]
  public var condition: Expression?
}
