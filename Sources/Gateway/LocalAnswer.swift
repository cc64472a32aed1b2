// A whole response that gatehouse writes itself.

/// What is said, before it is put into bytes.
struct LocalAnswer {
  var status: Int
  var fields: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var closesConnection = false
}

/// Puts refusals into the words that the client's dialect expects (`v1-auth.md` §2).
struct AnswerDialect {
  var upstream: UpstreamDialect
  var version: String
  /// Answers `/api/v2/…` in the 2.x form, with the 1.x member beside it, so that either kind of client reads a reason.
  var isAPI2: Bool

  func answer(_ refusal: Refusal) -> LocalAnswer {
    var answer = LocalAnswer(status: refusal.status, fields: common)
    answer.closesConnection = refusal.closesConnection
    if !refusal.allow.description.isEmpty { answer.fields.append(("Allow", refusal.allow.description)) }
    if refusal.retryAfter > 0 { answer.fields.append(("Retry-After", String(refusal.retryAfter))) }
    if refusal.status == 401 { answer.fields.append(("WWW-Authenticate", "Basic realm=\"InfluxDB\"")) }
    if refusal.isPlainText && !isAPI2 {
      answer.fields.append(("Content-Type", "text/plain; charset=utf-8"))
      answer.fields.append(("X-Content-Type-Options", "nosniff"))
      answer.body = Array("\(refusal.message)\n".utf8)
      return answer
    }
    if isAPI2 || upstream == .influxDB2 {
      let code = Self.code(of: refusal.status)
      answer.fields.append(("Content-Type", "application/json; charset=utf-8"))
      answer.fields.append(("X-Platform-Error-Code", code))
      answer.body = Array("{\"code\":\"\(code)\",\"message\":".utf8)
      JSONText.append(refusal.message, to: &answer.body)
      answer.body += Array(",\"error\":".utf8)
      JSONText.append(refusal.message, to: &answer.body)
      answer.body.append(UInt8(ascii: "}"))
    } else {
      answer.fields.append(("Content-Type", "application/json"))
      if refusal.status != 401 {
        answer.fields.append(("X-Influxdb-Error", Self.fieldText(refusal.message)))
      }
      answer.body = Array("{\"error\":".utf8)
      JSONText.append(refusal.message, to: &answer.body)
      answer.body += Array("}\n".utf8)
    }
    return answer
  }

  var common: [(name: String, value: String)] { [("X-Influxdb-Build", "OSS"), ("X-Influxdb-Version", version)] }

  /// The closed list of error codes (design §10).
  private static func code(of status: Int) -> String {
    switch status {
    case 400, 431, 505: "invalid"
    case 401: "unauthorized"
    case 403: "forbidden"
    case 404: "not found"
    case 405: "method not allowed"
    case 413: "request too large"
    case 415: "unsupported media type"
    case 422: "unprocessable entity"
    case 429: "too many requests"
    case 501: "not implemented"
    case 502, 503, 504: "unavailable"
    default: "internal error"
    }
  }

  /// The first 1,024 bytes, with everything that could end a field or confuse a terminal left out.
  private static func fieldText(_ message: String) -> String {
    let bytes = message.utf8.prefix(1_024).map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// JSON strings, for the few places where the gateway writes JSON itself.
enum JSONText {
  static func append(_ text: String, to result: inout [UInt8]) {
    result.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): result += Array("\\n".utf8)
      case UInt8(ascii: "\r"): result += Array("\\r".utf8)
      case UInt8(ascii: "\t"): result += Array("\\t".utf8)
      case 0..<0x20:
        result += Array("\\u00".utf8)
        for digit in [byte >> 4, byte & 15] {
          result.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
      default: result.append(byte)
      }
    }
    result.append(UInt8(ascii: "\""))
  }
}
