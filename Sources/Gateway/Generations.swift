// Which state of what is published a decision was made under.

/// Generations of the authorizations and the directory that an event loop has taken.
struct Generations: Equatable {
  var snapshot: UInt64
  var directory: UInt64
}
