// What a statement touches: a database, a retention policy, a measurement.

/// Something that a statement reads or writes.
public struct SourceReference: Hashable, Sendable {
  /// Nil for the database that the request names; in CREATE CONTINUOUS QUERY, where it names none, the one behind ON.
  public var database: Name?
  /// Nil for the policy that the request's `rp` names and, where it names none, the database's default policy. A server
  /// applies the request's `rp` also to a source that names another database.
  public var retentionPolicy: Name?
  public var measurement: MeasurementReference
  public var extent: Extent

  public enum MeasurementReference: Hashable, Sendable {
    case every
    case named(Name)
    /// Those whose names match the regular expression, given without slashes.
    case matching(Name)
  }

  /// How far over a database's retention policies a reference reaches.
  public enum Extent: Hashable, Sendable {
    /// The one policy.
    case policy
    /// All of the database, whatever `retentionPolicy` says: a 1.x server answers from, or deletes in, every one. (A 2.x
    /// server looks only into the bucket of the default policy.)
    case everyPolicy
    /// The database as such. A permission on any of its policies will do.
    case anyPolicy
  }

  public init(
    database: Name?, retentionPolicy: Name? = nil, measurement: MeasurementReference = .every,
    extent: Extent = .policy
  ) {
    self.database = database
    self.retentionPolicy = retentionPolicy
    self.measurement = measurement
    self.extent = extent
  }
}

extension SourceReference {
  /// A source as written; `database` is where it is looked for if it names none.
  init(_ measurement: Measurement, in database: Name?, extent: Extent = .policy) {
    let target: MeasurementReference =
      switch measurement.target {
      case .named(let name): .named(name)
      case .matching(let pattern): .matching(pattern)
      case .sameAsSource: .every
      }
    self.init(
      database: measurement.database ?? database, retentionPolicy: measurement.retentionPolicy, measurement: target,
      extent: extent)
  }
}
