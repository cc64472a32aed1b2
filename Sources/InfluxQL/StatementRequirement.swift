// What a caller must be permitted for a statement to run.

public enum StatementRequirement: Hashable, Sendable {
  case read(SourceReference)
  case write(SourceReference)
  /// Permission to do everything: what a 1.x server calls an administrator.
  case `operator`
}
