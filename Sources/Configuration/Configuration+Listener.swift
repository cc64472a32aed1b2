// What [[listener]] says: an address, its certificate and what is served there.

extension Configuration {
  /// `[[listener]]`: one address that clients reach.
  public struct Listener: Sendable, Equatable {
    /// Numeric address without brackets.
    public var address = "127.0.0.1"
    public var port: UInt16 = 8086
    /// nil where the listener is plaintext.
    public var tls: TLS?
    public var serves: Set<Service> = [.data, .management]
    /// Line of `[[listener]]` in the file, for messages.
    public var line = 0

    public init() {}
  }

  /// What a listener answers: writes and queries, or the management API.
  public enum Service: String, Sendable, CaseIterable { case data, management }

  /// The TLS of a listener. Both files are PEM and have been read once.
  public struct TLS: Sendable, Equatable {
    public var certificatePath = ""
    public var keyPath = ""
    /// `"1.2"` or `"1.3"`.
    public var minimumVersion = TLSVersion.tls12
    /// OpenSSL cipher list for TLS 1.2; nil for OpenSSL's defaults without anything below HIGH.
    public var ciphers: String?
    /// OpenSSL cipher suites for TLS 1.3; nil for OpenSSL's defaults.
    public var cipherSuites: String?

    public init() {}
  }

  /// The oldest version that is accepted.
  public enum TLSVersion: String, Sendable, CaseIterable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }
}
