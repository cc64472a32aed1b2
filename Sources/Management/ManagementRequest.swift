// A request to the management API as values: decoded by the gateway, free of framing.

public struct ManagementRequest: Sendable {
  public var method: String
  /// Decoded once; without the query.
  public var path: String
  /// Decoded names and values in the order of the URL. Pairs that cannot be decoded are left out, as the real server
  /// does.
  public var query: [(name: String, value: String)]
  /// The value of the one `Authorization` field; nil where there is none, or more than one.
  public var authorization: String?
  public var body: [UInt8]
  /// The client's address, for the audit.
  public var source: String
  /// `Zap-Trace-Span`, as it came.
  public var traceSpan: String?
  /// `Content-Encoding`, as it came.
  public var contentEncoding: String?
  /// `Origin`, as it came: only browsers send it.
  public var origin: String?
  /// `Host`, or the authority of an absolute target.
  public var host: String?

  public init(
    method: String, path: String, query: [(name: String, value: String)] = [], authorization: String? = nil,
    body: [UInt8] = [], source: String = "", traceSpan: String? = nil, contentEncoding: String? = nil,
    origin: String? = nil, host: String? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.authorization = authorization
    self.body = body
    self.source = source
    self.traceSpan = traceSpan
    self.contentEncoding = contentEncoding
    self.origin = origin
    self.host = host
  }

  /// The first value of a parameter; an empty one counts as absent, as on the real server.
  func parameter(_ name: String) -> String? {
    let first = query.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    return first.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether the caller asks for what gatehouse has beyond the published API: `?extensions=true`.
  var wantsExtensions: Bool { parameter("extensions")?.utf8.elementsEqual("true".utf8) ?? false }

  /// Whether permissions may name databases and buckets that are not there: `?allowMissing=true`, an extension.
  var allowsMissing: Bool { parameter("allowMissing")?.utf8.elementsEqual("true".utf8) ?? false }

  /// The trace span where it is fit to be logged and passed on: up to 1,024 visible ASCII bytes.
  var usableTraceSpan: String? {
    guard let traceSpan, !traceSpan.isEmpty, traceSpan.utf8.count <= 1024,
      traceSpan.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    return traceSpan
  }

  /// Whether a browser sent this for a page of another site.
  var isCrossSite: Bool {
    guard let origin else { return false }
    guard let host, let scheme = origin.utf8.firstRange(of: "://") else { return true }
    let site = origin.utf8[scheme.upperBound...]
    return !(Substring(site).lowercased() == host.lowercased())
  }
}

extension String.UTF8View {
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    let wanted = Array(text.utf8)
    var start = startIndex
    while start != endIndex {
      if self[start...].starts(with: wanted) { return start..<index(start, offsetBy: wanted.count) }
      formIndex(after: &start)
    }
    return nil
  }
}
