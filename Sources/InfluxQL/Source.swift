// What a FROM or INTO clause names.

/// An entry of a FROM clause.
public enum Source: Hashable, Sendable {
  case measurement(Measurement)
  indirect case subquery(Selection)
}

/// A measurement or a pattern of them, as written: nil where a part is absent or empty.
public struct Measurement: Hashable, Sendable {
  public var database: Name?
  public var retentionPolicy: Name?
  public var target: Target

  public enum Target: Hashable, Sendable {
    case named(Name)
    /// Every measurement whose name matches the regular expression.
    case matching(Name)
    /// `:MEASUREMENT` of an INTO clause: each source's own name.
    case sameAsSource
  }
}
