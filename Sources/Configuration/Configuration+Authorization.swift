// What [[authorization]] says.

extension Configuration {
  /// `[[authorization]]`: a login kept in the file.
  public struct DeclaredAuthorization: Sendable, Equatable {
    public var token = ""
    public var passwordHash = ""
    public var isActive = true
    public var description = ""
    /// Databases, or `db/rp`.
    public var read: [String] = []
    public var write: [String] = []
    /// From when on nobody can log in, nanoseconds since 1970; nil for never.
    public var expiresAt: Int64?
    public var line = 0

    public init() {}
  }
}
