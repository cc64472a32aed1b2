// A secret from the configuration: it can be used, but not printed.

/// Redacts itself wherever a value is described, so that it cannot reach a log by accident.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The secret itself. Only what sends it to the upstream may ask for it.
  public let revealed: String

  public init(_ revealed: String) { self.revealed = revealed }

  public var description: String { "<secret>" }
  public var debugDescription: String { "<secret>" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
