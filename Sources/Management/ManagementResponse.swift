// A response of the management API as values: the gateway adds the framing.

import JSON

public struct ManagementResponse: Sendable {
  public var status: Int
  /// Everything but the framing (`Content-Length`, `Connection`, `Date`).
  public var fields: [(name: String, value: String)]
  public var body: [UInt8]
  /// What follows `body`, where it is too long to be made at once; nil where it is whole.
  public var rest: ListedBody?
  /// Why it refuses, for the log; nil where it does not.
  public var refusal: String?

  public init(status: Int, fields: [(name: String, value: String)], body: [UInt8], rest: ListedBody? = nil) {
    self.status = status
    self.fields = fields
    self.body = body
    self.rest = rest
  }

  static func json(_ status: Int, _ writer: JSONWriter) -> ManagementResponse {
    ManagementResponse(status: status, fields: [Self.contentType], body: writer.bytes)
  }

  /// A short list is whole, and a long one begins with its first piece.
  static func list(_ listed: ListedBody) -> ManagementResponse {
    var rest = listed
    let first = rest.next()
    return ManagementResponse(
      status: 200, fields: [Self.contentType], body: first, rest: rest.isComplete ? nil : rest)
  }

  static let noContent = ManagementResponse(status: 204, fields: [], body: [])

  /// Bytes of a text in an answer or a log line: refusals quote names, which may be as long as a body.
  private static let longestText = 2_048

  static func refusal(_ error: ManagementError) -> ManagementResponse {
    let message = error.message.shortenedForJSON(longestText)
    var writer = JSONWriter()
    writer.object {
      $0.member("code", error.code.rawValue)
      $0.member("message", message)
    }
    let fields = [contentType, ("X-Platform-Error-Code", error.code.rawValue)] + error.fields
    var response = ManagementResponse(status: error.code.status, fields: fields, body: writer.bytes)
    response.refusal = error.detail?.shortenedForJSON(longestText) ?? message
    return response
  }

  /// Clients decode JSON by this value alone, on errors too.
  private static let contentType = (name: "Content-Type", value: "application/json; charset=utf-8")
}
