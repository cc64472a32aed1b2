// Decodes a request head (RFC 9112 §2–3, §5), refusing whatever two servers could read differently.

/// One decoder serves every connection of an event loop in turn. After `decode`, its properties describe that head
/// until the next call; every range is a position in the buffer given.
public final class RequestHeadDecoder {
  public var method: Method { head.method }
  public var methodRange: ByteRange { head.methodRange }
  /// The request target as received.
  public var target: ByteRange { head.target }
  /// The path of the target, still encoded. An absolute-form target's path may be empty, which means `/`.
  public var path: ByteRange { head.path }
  /// What follows the first `?`, still encoded; nil where there is none.
  public var query: ByteRange? { head.query }
  /// Host of an absolute-form target, else the value of `Host`; nil in HTTP/1.0 without one.
  public var authority: ByteRange? { head.authority }
  public var isAsteriskForm: Bool { head.isAsteriskForm }
  public var minorVersion: UInt8 { head.minorVersion }
  public var framing: BodyFraming { head.framing }
  /// Whether the client wants the connection kept (RFC 9112 §9.3).
  public var keepsAlive: Bool { head.keepsAlive }
  public var expectsContinue: Bool { head.expectsContinue }
  /// Whether a field says on behalf of which site a browser sent this: `Origin`, `Referer` or `Sec-Fetch-Site`.
  public var namesSite: Bool { head.namesSite }
  /// The `Authorization` field; with `authorizationCount` above one, the first.
  public var authorization: ByteRange? { head.authorization }
  public var authorizationCount: Int { head.authorizationCount }
  public var fields: [Field] { section.fields }

  /// Replaced as a whole: each member of a class that is set by itself costs a check of its own.
  private var head = DecodedHead()
  private var section = FieldSection()

  public init() {}

  /// Decodes one complete head, as `HeadScanner` delimited it.
  ///
  /// - Parameter head: the head with its closing empty line.
  public func decode(_ head: UnsafeRawBufferPointer, limits: HeadLimits) throws(HeadProblem) {
    let bytes = head.bindMemory(to: UInt8.self).span
    section.removeAll()
    var decoded = DecodedHead()
    // Of a head that is refused, what was read up to there.
    defer { self.head = decoded }
    var start = 0
    if bytes.count >= 2, bytes[0] == UInt8(ascii: "\r"), bytes[1] == UInt8(ascii: "\n") { start = 2 }
    let fieldsStart = try decoded.decodeRequestLine(bytes, from: start)
    try section.decode(bytes, from: fieldsStart, to: bytes.count - 2, limits: limits)
    try decoded.interpret(section.fields, bytes)
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
}
