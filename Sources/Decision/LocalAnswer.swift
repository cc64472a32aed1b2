// A whole response that gatehouse writes itself.

public import Formats
import JSON
public import ManagementAPI

/// What is said, before it is put into bytes.
public struct LocalAnswer: Sendable {
  /// Of HTTP.
  public var status: Int
  public var fields: [(name: String, value: String)] = []
  public var body: [UInt8] = []
  /// What follows `body`; nil where that is all.
  public var rest: AnswerRest?
  public var closesConnection = false

  public init(
    status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = [], rest: AnswerRest? = nil,
    closesConnection: Bool = false
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.rest = rest
    self.closesConnection = closesConnection
  }
}

/// Puts refusals into the words that the client's dialect expects (recorded).
public struct AnswerDialect {
  var upstream: Dialect
  /// Of the upstream; nil while it has not told: none is made up.
  var version: String?
  /// Answers `/api/v2/…` in the 2.x form, with the 1.x member beside it, so that either kind of client reads a reason.
  var isAPI2: Bool
  /// What the client asked for. 2.x says its errors in JSON alone.
  var form: AnswerForm

  /// - Parameters:
  ///   - version: of the upstream, nil while it has not told.
  ///   - isAPI2: whether the path is one of `/api/v2/`.
  ///   - form: what the client asked for.
  public init(upstream: Dialect, version: String?, isAPI2: Bool, form: AnswerForm = AnswerForm()) {
    self.upstream = upstream
    self.version = version
    self.isAPI2 = isAPI2
    self.form = form
  }

  /// Bytes of one text in an answer or a log line, as it is written there: refusals quote what was sent.
  public static let longestText = 2_048

  /// The whole response that says `refusal`.
  public func answer(_ refusal: Refusal) -> LocalAnswer {
    let message = refusal.message.shortenedForJSON(Self.longestText)
    var form = form
    form.version = version ?? ""
    var answer = LocalAnswer(status: refusal.status, fields: common)
    answer.closesConnection = refusal.closesConnection
    if !refusal.allow.description.isEmpty { answer.fields.append(("Allow", refusal.allow.description)) }
    if refusal.retryAfter > 0 { answer.fields.append(("Retry-After", String(refusal.retryAfter))) }
    if refusal.status == 401 { answer.fields.append(("WWW-Authenticate", "Basic realm=\"InfluxDB\"")) }
    if refusal.isPlainText && (upstream.errorShape == .message || !isAPI2) {
      answer.fields.append(("Content-Type", "text/plain; charset=utf-8"))
      answer.fields.append(("X-Content-Type-Options", "nosniff"))
      answer.body = Array("\(message)\n".utf8)
      return answer
    }
    if isAPI2 || upstream.errorShape == .code {
      let code = ErrorCode(status: refusal.status).rawValue
      answer.fields.append(("Content-Type", "application/json; charset=utf-8"))
      answer.fields.append(("X-Platform-Error-Code", code))
      answer.body = Array("{\"code\":\"\(code)\",\"message\":".utf8)
      JSONWriter.appendQuoted(message, to: &answer.body)
      answer.body += Array(",\"error\":".utf8)
      JSONWriter.appendQuoted(message, to: &answer.body)
      answer.body.append(UInt8(ascii: "}"))
    } else {
      answer.fields.append(("Content-Type", form.contentType))
      if refusal.status != 401 {
        answer.fields.append(("X-Influxdb-Error", Self.fieldText(message)))
      }
      answer.body = form.error(message)
    }
    return answer
  }

  /// Fields of every answer that an InfluxDB makes.
  public var common: [(name: String, value: String)] {
    [("X-Influxdb-Build", "OSS")] + (version.map { [("X-Influxdb-Version", $0)] } ?? [])
  }

  /// The first 1,024 bytes, with everything that could end a field or confuse a terminal left out.
  private static func fieldText(_ message: String) -> String {
    var bytes = message.utf8.prefix(1_024).map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }
    // A field's value ends before its blanks (RFC 9110 §5.5).
    while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
