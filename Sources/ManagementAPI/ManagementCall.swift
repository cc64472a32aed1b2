// A call of the management API as values: decoded by the data plane, free of framing.

public import Authorizations

/// What Management is asked, from the connection that read it to the operation that it comes to.
public struct ManagementCall: Sendable {
  /// Who makes a call.
  public enum Caller: Sendable {
    /// Still to be authenticated: by an API token in the `Authorization` field.
    case unauthenticated
    /// A v1 login that the data plane has let in, with what it may: it asks for the buckets that it sees.
    case login(permissions: [Permission])
  }

  public let method: String
  /// As it came, without the query: nothing in the paths of this API needs an escape.
  public let path: String
  /// Decoded names and values in the order of the URL. Pairs that cannot be decoded are left out, as the real server
  /// does.
  public let query: [(name: String, value: String)]
  /// The value of the one `Authorization` field; nil where there is none, or more than one.
  public let authorization: String?
  public let body: [UInt8]
  /// Numeric address of the client.
  public let source: String
  /// `Zap-Trace-Span`, as it came.
  public let traceSpan: String?
  /// `Content-Encoding`, as it came.
  public let contentEncoding: String?
  /// Whether a browser sent this for a page of another site.
  public let isCrossSite: Bool
  public let caller: Caller

  public init(
    method: String, path: String, query: [(name: String, value: String)] = [], authorization: String? = nil,
    body: [UInt8] = [], source: String = "", traceSpan: String? = nil, contentEncoding: String? = nil,
    isCrossSite: Bool = false, caller: Caller = .unauthenticated
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.authorization = authorization
    self.body = body
    self.source = source
    self.traceSpan = traceSpan
    self.contentEncoding = contentEncoding
    self.isCrossSite = isCrossSite
    self.caller = caller
  }
}
