// Decodes a response head of the upstream (RFC 9112 §4), as strictly as a request's.

/// One decoder serves every upstream connection of an event loop in turn; see `RequestHeadDecoder`.
public final class ResponseHeadDecoder {
  public private(set) var status = 0
  public private(set) var reason = ByteRange.empty
  public private(set) var minorVersion: UInt8 = 1
  public private(set) var framing = BodyFraming.none
  /// Whether the upstream lets the connection be used again.
  public private(set) var keepsAlive = true
  public var fields: [Field] { section.fields }

  private var section = FieldSection()

  public init() {}

  public var isInformational: Bool { status < 200 }

  /// Decodes one complete head, as `HeadScanner` delimited it.
  ///
  /// - Parameter answersHead: whether the request was HEAD, whose response has no body (RFC 9112 §6.3).
  public func decode(
    _ head: UnsafeRawBufferPointer, answersHead: Bool, limits: HeadLimits
  ) throws(HeadProblem) {
    let bytes = head.bindMemory(to: UInt8.self).span
    section.removeAll()
    let fieldsStart = try decodeStatusLine(bytes)
    // InfluxDB repeats in X-Influxdb-Error what it was sent, of which Go replaces line ends alone. A write with one such
    // byte would be a bad gateway, and its client would send it for ever; the body says the same.
    try section.decode(bytes, from: fieldsStart, to: bytes.count - 2, limits: limits, leavingOut: .influxDBError)
    try interpretFields(bytes, answersHead: answersHead)
  }

  /// Whether a field ends at this hop: by its name, or because `Connection` names it.
  public func endsAtHop(_ field: Field, in head: UnsafeRawBufferPointer) -> Bool {
    section.endsAtHop(field, head.bindMemory(to: UInt8.self).span)
  }

  /// The first value of a field, without surrounding blanks.
  public func value(of name: FieldName) -> ByteRange? {
    for field in section.fields where field.name == name { return field.valueRange }
    return nil
  }

  private func decodeStatusLine(_ bytes: Span<UInt8>) throws(HeadProblem) -> Int {
    guard bytes.count >= 14 else { throw .malformedStatusLine }
    if bytes.equals(ByteRange(start: 0, count: 9), "HTTP/1.1 ") {
      minorVersion = 1
    } else if bytes.equals(ByteRange(start: 0, count: 9), "HTTP/1.0 ") {
      minorVersion = 0
    } else {
      throw .malformedStatusLine
    }
    status = 0
    for i in 9..<12 {
      let digit = bytes[i] &- UInt8(ascii: "0")
      guard digit < 10 else { throw .malformedStatusLine }
      status = status * 10 + Int(digit)
    }
    guard (100...599).contains(status), status != 101 else { throw .malformedStatusLine }
    var position = 12
    while position < bytes.count, bytes[position].isFieldValueCharacter { position += 1 }
    guard position == 12 || bytes[12] == UInt8(ascii: " "), position + 1 < bytes.count,
      bytes[position] == UInt8(ascii: "\r"), bytes[position + 1] == UInt8(ascii: "\n")
    else { throw .malformedStatusLine }
    reason = position > 13 ? ByteRange(13, upTo: position) : .empty
    return position + 2
  }

  private func interpretFields(_ bytes: Span<UInt8>, answersHead: Bool) throws(HeadProblem) {
    var framingFields = FramingFields()
    var hasClose = false
    var hasKeepAlive = false
    for field in section.fields {
      switch field.name {
      case .contentLength: framingFields.readContentLength(bytes, field.valueRange)
      case .transferEncoding: framingFields.readTransferEncoding(bytes, field.valueRange)
      case .connection:
        hasClose = hasClose || bytes.listContains(field.valueRange, "close")
        hasKeepAlive = hasKeepAlive || bytes.listContains(field.valueRange, "keep-alive")
      default: break
      }
    }
    let declared = try framingFields.framing(minorVersion: minorVersion, absent: .close)
    framing = answersHead || status < 200 || status == 204 || status == 304 ? .none : declared
    keepsAlive = !hasClose && (minorVersion == 1 || hasKeepAlive) && framing != .close
  }
}
