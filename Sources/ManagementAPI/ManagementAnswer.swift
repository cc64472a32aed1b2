// An answer of the management API as values: the data plane adds the framing.

/// What Management answered.
public struct ManagementAnswer: Sendable {
  /// Of HTTP.
  public var status: Int
  /// Everything but the framing (`Content-Length`, `Connection`, `Date`).
  public var fields: [(name: String, value: String)]
  public var body: [UInt8]
  /// What follows `body`, where it is too long to be made at once; nil where that is all.
  public var rest: AnswerRest?
  /// Why it refuses, for the log; nil where it does not.
  public var refusal: String?

  public init(
    status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = [], rest: AnswerRest? = nil,
    refusal: String? = nil
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.rest = rest
    self.refusal = refusal
  }
}
