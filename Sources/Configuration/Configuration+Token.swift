// What [[token]] says.

public import Formats

extension Configuration {
  /// `[[token]]`: an API token kept in the file, of which only a digest stands there.
  public struct DeclaredToken: Sendable, Equatable {
    /// The identifier that the token's text claims; nil where its hash cannot be read.
    public var id: Identifier?
    /// 16 random bytes.
    public var salt: [UInt8] = []
    /// SHA-512 over salt and text.
    public var digest: [UInt8] = []
    public var isOperator = false
    /// Each as `read:buckets/metrics/autogen`; empty where it is an operator's.
    public var permissions: [String] = []
    /// nil for the directory's first.
    public var organization: String?
    /// nil for the organization's first.
    public var user: String?
    public var isActive = true
    public var description = ""
    /// From when on it is refused, nanoseconds since 1970; nil for never.
    public var expiresAt: Int64?
    public var line = 0

    public init() {}
  }
}
