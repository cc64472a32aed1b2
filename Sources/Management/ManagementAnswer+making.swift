// The answers of the management API, in the form that its clients read.

import Formats
import JSON
import ManagementAPI

extension ManagementAnswer {
  static func json(_ status: Int, _ writer: JSONWriter) -> ManagementAnswer {
    ManagementAnswer(status: status, fields: [Self.contentType], body: writer.bytes)
  }

  /// A short list is whole, and a long one begins with its first piece.
  ///
  /// - Parameter perform: does a piece of work later, in the thread where the rest is to be made.
  static func list(
    _ listed: ListedBody, perform: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
  ) -> ManagementAnswer {
    var rest = listed
    let first = rest.next()
    return ManagementAnswer(
      status: 200, fields: [Self.contentType], body: first, rest: rest.answerRest(perform: perform))
  }

  static let noContent = ManagementAnswer(status: 204)

  /// Bytes of a text in an answer or a log line: refusals quote names, which may be as long as a body.
  private static let longestText = 2_048

  static func refusal(_ error: ManagementError) -> ManagementAnswer {
    let message = error.message.shortenedForJSON(longestText)
    var writer = JSONWriter()
    writer.object {
      $0.member("code", error.code.rawValue)
      $0.member("message", message)
    }
    return ManagementAnswer(
      status: error.code.status, fields: [contentType, ("X-Platform-Error-Code", error.code.rawValue)] + error.fields,
      body: writer.bytes, refusal: error.detail?.shortenedForJSON(longestText) ?? message)
  }

  /// Clients decode JSON by this value alone, on errors too.
  private static let contentType = (name: "Content-Type", value: "application/json; charset=utf-8")
}
