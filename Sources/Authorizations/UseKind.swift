// Which uses are meant: two times are kept of each login.

public enum UseKind: Sendable {
  /// Being let in.
  case any
  /// Being let in by a password that was replaced and counts for a while.
  case previousPassword
}
