// What the request line and the fields of one head say (RFC 9112 §2–3, §5), as positions in its bytes.

/// See `RequestHeadDecoder`, whose properties these are.
struct DecodedHead {
  var method = Method.other
  var methodRange = ByteRange.empty
  var target = ByteRange.empty
  var path = ByteRange.empty
  var query: ByteRange?
  var authority: ByteRange?
  var isAsteriskForm = false
  var minorVersion: UInt8 = 1
  var framing = BodyFraming.none
  var keepsAlive = true
  var expectsContinue = false
  var namesSite = false
  var authorization: ByteRange?
  var authorizationCount = 0

  mutating func decodeRequestLine(_ bytes: Span<UInt8>, from start: Int) throws(HeadProblem) -> Int {
    var position = start
    while position < bytes.count, bytes[position].isTokenCharacter { position += 1 }
    guard position > start, position < bytes.count, bytes[position] == UInt8(ascii: " ") else {
      throw .malformedRequestLine
    }
    methodRange = ByteRange(start, upTo: position)
    method = Method(bytes, methodRange)
    let targetStart = position + 1
    position = targetStart
    // Bytes above ASCII are taken, as Go's servers take them; `#` would hide the rest from some readers.
    while position < bytes.count, bytes[position] > 0x20, bytes[position] != 0x7f, bytes[position] != UInt8(ascii: "#")
    {
      position += 1
    }
    guard position < bytes.count else { throw .malformedRequestLine }
    guard bytes[position] == UInt8(ascii: " "), position > targetStart else { throw .malformedTarget }
    target = ByteRange(targetStart, upTo: position)
    let version = ByteRange(start: position + 1, count: 8)
    let end = version.end
    guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: "\r"), bytes[end + 1] == UInt8(ascii: "\n") else {
      throw .malformedRequestLine
    }
    if bytes.equals(version, "HTTP/1.1") {
      minorVersion = 1
    } else if bytes.equals(version, "HTTP/1.0") {
      minorVersion = 0
    } else if bytes.equals(ByteRange(start: version.start, count: 5), "HTTP/") {
      throw .unsupportedVersion
    } else {
      throw .malformedRequestLine
    }
    try decodeTarget(bytes)
    return end + 2
  }

  /// RFC 9112 §3.2: origin form, absolute form, or `*` of OPTIONS.
  private mutating func decodeTarget(_ bytes: Span<UInt8>) throws(HeadProblem) {
    var rest = target
    if bytes[target.start] != UInt8(ascii: "/") {
      if target.count == 1, bytes[target.start] == UInt8(ascii: "*"), method == .options {
        isAsteriskForm = true
        return
      }
      guard let schemeLength = schemeLength(bytes) else { throw .malformedTarget }
      let authorityStart = target.start + schemeLength
      var end = authorityStart
      while end < target.end, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") {
        end += 1
      }
      let authority = ByteRange(authorityStart, upTo: end)
      // `user:password@` in a target is a credential that nobody reads consistently, and no host holds `@`.
      guard !authority.isEmpty, bytes.isHost(authority) else { throw .malformedTarget }
      self.authority = authority
      rest = ByteRange(end, upTo: target.end)
    }
    var end = rest.start
    while end < rest.end, bytes[end] != UInt8(ascii: "?") { end += 1 }
    path = ByteRange(rest.start, upTo: end)
    query = end < rest.end ? ByteRange(end + 1, upTo: rest.end) : nil
  }

  private func schemeLength(_ bytes: Span<UInt8>) -> Int? {
    for (text, length) in [("http://" as StaticString, 7), ("https://", 8)] where target.count > length {
      if bytes.equalsIgnoringCase(ByteRange(start: target.start, count: length), text) { return length }
    }
    return nil
  }

  mutating func interpret(_ fields: [Field], _ bytes: Span<UInt8>) throws(HeadProblem) {
    var framingFields = FramingFields()
    var hosts = 0
    var hasClose = false
    var hasKeepAlive = false
    for field in fields {
      switch field.name {
      case .contentLength: framingFields.readContentLength(bytes, field.valueRange)
      case .transferEncoding: framingFields.readTransferEncoding(bytes, field.valueRange)
      case .disguisedFraming: throw .malformedField
      case .host:
        hosts += 1
        guard bytes.isHost(field.valueRange) else { throw .hostMissingOrRepeated }
        if authority == nil { authority = field.valueRange }
      case .authorization:
        authorizationCount += 1
        authorization = authorization ?? field.valueRange
      case .connection:
        hasClose = hasClose || bytes.listContains(field.valueRange, "close")
        hasKeepAlive = hasKeepAlive || bytes.listContains(field.valueRange, "keep-alive")
      case .expect:
        expectsContinue = expectsContinue || bytes.equalsIgnoringCase(field.valueRange, "100-continue")
      case .origin, .referer, .secFetchSite: namesSite = true
      default: break
      }
    }
    guard hosts <= 1, hosts == 1 || minorVersion == 0 else { throw .hostMissingOrRepeated }
    framing = try framingFields.framing(minorVersion: minorVersion, absent: .none)
    if minorVersion == 0 {
      keepsAlive = hasKeepAlive && !hasClose
      expectsContinue = false
    } else {
      keepsAlive = !hasClose
    }
  }
}

extension Span<UInt8> {
  /// Whether a text could be `host[:port]` by its characters (RFC 3986 §3.2.2); an empty one is allowed.
  func isHost(_ range: ByteRange) -> Bool {
    for i in range.start..<range.end {
      switch self[i] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"):
        continue
      default: return false
      }
    }
    return true
  }

  /// Whether a comma-separated list holds an element, ignoring case (RFC 9110 §5.6.1).
  func listContains(_ range: ByteRange, _ element: StaticString) -> Bool {
    var start = range.start
    while start < range.end {
      var end = start
      while end < range.end, self[end] != UInt8(ascii: ",") { end += 1 }
      if equalsIgnoringCase(trimmed(ByteRange(start, upTo: end)), element) { return true }
      start = end + 1
    }
    return false
  }
}
