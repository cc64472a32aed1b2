// What a client's body may come to once the upstream has unpacked it.

/// How much a body may come to.
public struct BodyBound: Sendable {
  public enum Packing: Sendable {
    /// Plain, or in gzip where `Content-Encoding` says so.
    case asEncoded
    /// Snappy's block form, as Prometheus sends it, which begins with the length of what it holds.
    case snappy
  }

  public let packing: Packing
  /// Bytes of what it comes to.
  public let limit: Int

  public init(packing: Packing = .asEncoded, limit: Int) {
    self.packing = packing
    self.limit = limit
  }
}
