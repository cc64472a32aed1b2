// The form that a client asked for: of answers that gatehouse makes itself, as InfluxDB would write them.

import HTTP
import JSON

public struct AnswerForm: Sendable {
  enum Format: Sendable { case json, csv, messagePack }

  var format = Format.json
  /// Whether CSV was asked for as `application/csv`.
  private var isApplicationCSV = false
  /// Of JSON alone.
  public var isPretty = false
  /// Of the upstream: 1.6 to 1.8 call all CSV `text/csv`, the later ones what it was asked for as.
  var version = ""
  /// Of results, not of errors.
  var takesGzip = false

  public init() {}

  /// Servers compare `Accept` to the letter and take anything else for JSON.
  public init(_ view: RequestView) {
    if let accept = view.value(.accept) {
      if accept.equals("application/csv") || accept.equals("text/csv") {
        format = .csv
        isApplicationCSV = accept.equals("application/csv")
      } else if accept.equals("application/x-msgpack") {
        format = .messagePack
      }
    }
  }

  /// Of results: also whether the parameters ask for indented JSON, and the fields for gzip.
  public init(_ view: RequestView, isPretty: Bool, version: String?) {
    self.init(view)
    self.version = version ?? ""
    self.isPretty = isPretty
    takesGzip = view.value(.acceptEncoding).map(Self.namesGzip) ?? false
  }

  /// Anywhere in it, as Go's handler looks.
  private static func namesGzip(_ encodings: UnsafeRawBufferPointer) -> Bool {
    guard encodings.count >= 4 else { return false }
    return (0...(encodings.count - 4)).contains { start in
      UnsafeRawBufferPointer(rebasing: encodings[start..<(start + 4)]).equals("gzip")
    }
  }

  /// Whether parameters ask for indented JSON.
  static func isPretty(_ values: FormValues?) -> Bool {
    values?["pretty"].map { $0.elementsEqual("true".utf8) } ?? false
  }

  var contentType: String {
    switch format {
    case .json: "application/json"
    case .csv:
      isApplicationCSV && !["1.6.", "1.7.", "1.8."].contains(where: version.hasPrefix) ? "application/csv" : "text/csv"
    case .messagePack: "application/x-msgpack"
    }
  }

  /// An answer of status 200 to a query.
  ///
  /// - Parameters:
  ///   - results: what its member `results` holds.
  ///   - timed: places of the statements whose times are nanoseconds, to be said as times where the form has any.
  func answer(
    _ results: [JSONValue], fields: [(name: String, value: String)], timed: Set<Int> = []
  ) -> LocalAnswer {
    var body: [UInt8] = []
    switch format {
    case .json: appendJSON(.object([JSONMember(name: "results", value: .array(results))]), to: &body)
    case .csv: CSVResults.append(results, to: &body)
    case .messagePack: MessagePack.append(results: results, timed: timed, to: &body)
    }
    var fields = fields + [("Content-Type", contentType)]
    if takesGzip, let packed = Gzip.encode(body) {
      body = packed
      fields.append(("Content-Encoding", "gzip"))
    }
    return LocalAnswer(status: 200, fields: fields, body: body)
  }

  /// The body of an error in the form of 1.x.
  func error(_ message: String) -> [UInt8] {
    var body: [UInt8] = []
    switch format {
    case .json: appendJSON(.object([JSONMember(name: "error", value: .string(message))]), to: &body)
    case .csv: CSVResults.append(error: message, to: &body)
    case .messagePack: MessagePack.append(error: message, to: &body)
    }
    return body
  }

  private func appendJSON(_ value: JSONValue, to body: inout [UInt8]) {
    if isPretty { value.appendIndented(to: &body) } else { value.append(to: &body) }
    body.append(UInt8(ascii: "\n"))
  }
}
