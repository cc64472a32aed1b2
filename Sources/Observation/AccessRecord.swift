// What is told of one exchange, whatever its outcome. There is no place in it for a secret.

public import Formats

/// One line of the access log. Times are those of the whole exchange; what does not apply is nil and left out.
public struct AccessRecord: Sendable {
  /// When the exchange was over.
  public var time = Timestamp(nanoseconds: 0)
  /// Numeric address of the client.
  public var client = ""
  /// Address and port that the client reached.
  public var listener = ""
  public var method = ""
  /// As received, without the query.
  public var path = ""
  /// The login's name, as presented where it was refused; or `token:` and an identifier.
  public var principal: String?
  /// `previous` where the login came with the password that was replaced; nil otherwise. Never a password itself.
  public var password: String?
  public var database: String?
  public var status = 0
  /// Why gatehouse itself answered.
  public var refusal: String?
  /// Body bytes from the client, as they came.
  public var bytesIn = 0
  /// Body bytes to the client.
  public var bytesOut = 0
  /// From the request's first byte to the response's last, microseconds.
  public var duration = 0
  /// From lease to the end of the upstream's response, microseconds.
  public var upstreamDuration: Int?
  /// `host:port` of the member that answered or failed.
  public var upstream: String?

  public init() {}

  /// Appends the record as one JSON line.
  public func append(to buffer: ByteBuffer) {
    var line = JSONLine(appendingTo: buffer)
    line.field("time", time)
    line.field("client", client)
    line.field("listener", listener)
    line.field("method", method)
    line.field("path", path)
    if let principal { line.field("principal", principal) }
    if let password { line.field("password", password) }
    if let database { line.field("database", database) }
    line.field("status", status)
    if let refusal { line.field("refusal", refusal) }
    line.field("bytes_in", bytesIn)
    line.field("bytes_out", bytesOut)
    line.field("duration_us", duration)
    if let upstreamDuration { line.field("upstream_us", upstreamDuration) }
    if let upstream { line.field("upstream", upstream) }
    line.finish()
  }
}
