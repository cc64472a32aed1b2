// The field names that gatehouse itself reads or decides about.

/// A field name that matters here; every other one is `other`.
public enum FieldName: UInt8, Sendable {
  case other
  case accept, acceptEncoding, authorization, connection, contentEncoding, contentLength, contentType, cookie, date
  case expect, host, keepAlive, origin, proxyAuthenticate, proxyAuthorization, proxyConnection, referer, requestID
  case retryAfter, secFetchSite, server, setCookie, te, trailer, transferEncoding, upgrade, userAgent, via
  case wwwAuthenticate, xRequestID, xForwardedFor, xForwardedProto, xForwardedHost, forwarded, zapTraceSpan
  case traceparent, tracestate
  /// Any of CORS: `Access-Control-Allow-Origin` and the like.
  case accessControl
  /// InfluxDB's error, beside the same in the body.
  case influxDBError
  /// A name with an underscore that reads like a framing field to servers that fold `_` to `-`.
  case disguisedFraming
  /// Any other name with an underscore: never forwarded, since CGI-like servers cannot tell it from one with `-`.
  case underscored

  /// Fields that end at each hop (RFC 9110 §7.6.1) and are never carried over.
  public var isHopByHop: Bool {
    switch self {
    case .connection, .keepAlive, .proxyAuthenticate, .proxyAuthorization, .proxyConnection, .te, .trailer,
      .transferEncoding, .upgrade:
      true
    default: false
    }
  }

  init(_ bytes: Span<UInt8>, _ range: ByteRange) {
    for i in range.start..<range.end where bytes[i] == UInt8(ascii: "_") {
      self = Self.isFramingInDisguise(bytes, range) ? .disguisedFraming : .underscored
      return
    }
    func same(_ text: StaticString) -> Bool { bytes.equalsIgnoringCase(range, text) }
    switch range.count {
    case 2 where same("te"): self = .te
    case 3 where same("via"): self = .via
    case 4 where same("host"): self = .host
    case 4 where same("date"): self = .date
    case 6 where same("accept"): self = .accept
    case 6 where same("cookie"): self = .cookie
    case 6 where same("expect"): self = .expect
    case 6 where same("origin"): self = .origin
    case 6 where same("server"): self = .server
    case 7 where same("upgrade"): self = .upgrade
    case 7 where same("trailer"): self = .trailer
    case 7 where same("referer"): self = .referer
    case 9 where same("forwarded"): self = .forwarded
    case 10 where same("connection"): self = .connection
    case 10 where same("user-agent"): self = .userAgent
    case 10 where same("set-cookie"): self = .setCookie
    case 10 where same("keep-alive"): self = .keepAlive
    case 10 where same("request-id"): self = .requestID
    case 10 where same("tracestate"): self = .tracestate
    case 11 where same("retry-after"): self = .retryAfter
    case 11 where same("traceparent"): self = .traceparent
    case 12 where same("content-type"): self = .contentType
    case 12 where same("x-request-id"): self = .xRequestID
    case 13 where same("authorization"): self = .authorization
    case 14 where same("content-length"): self = .contentLength
    case 14 where same("sec-fetch-site"): self = .secFetchSite
    case 14 where same("zap-trace-span"): self = .zapTraceSpan
    case 15 where same("accept-encoding"): self = .acceptEncoding
    case 15 where same("x-forwarded-for"): self = .xForwardedFor
    case 16 where same("content-encoding"): self = .contentEncoding
    case 16 where same("www-authenticate"): self = .wwwAuthenticate
    case 16 where same("proxy-connection"): self = .proxyConnection
    case 16 where same("x-forwarded-host"): self = .xForwardedHost
    case 16 where same("x-influxdb-error"): self = .influxDBError
    case 17 where same("transfer-encoding"): self = .transferEncoding
    case 17 where same("x-forwarded-proto"): self = .xForwardedProto
    case 18 where same("proxy-authenticate"): self = .proxyAuthenticate
    case 19 where same("proxy-authorization"): self = .proxyAuthorization
    default: self = Self.isOfCORS(bytes, range) ? .accessControl : .other
    }
  }

  private static func isOfCORS(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
    let prefix: StaticString = "access-control-"
    let end = range.start + prefix.utf8CodeUnitCount
    return end < range.end && bytes.equalsIgnoringCase(ByteRange(range.start, upTo: end), prefix)
  }

  private static func isFramingInDisguise(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
    bytes.equalsIgnoringCase(range, "content_length") || bytes.equalsIgnoringCase(range, "transfer_encoding")
  }
}

/// One field of a decoded head.
public struct Field: Sendable {
  public var name: FieldName
  public var nameRange: ByteRange
  /// Without surrounding blanks; may be empty.
  public var valueRange: ByteRange
}
