// The request methods that gatehouse tells apart.

public enum Method: UInt8, Sendable, Hashable {
  case get, head, post, put, patch, delete, options, other

  init(_ bytes: Span<UInt8>, _ range: ByteRange) {
    func same(_ text: StaticString) -> Bool { bytes.equals(range, text) }
    switch range.count {
    case 3 where same("GET"): self = .get
    case 4 where same("POST"): self = .post
    case 4 where same("HEAD"): self = .head
    case 3 where same("PUT"): self = .put
    case 5 where same("PATCH"): self = .patch
    case 6 where same("DELETE"): self = .delete
    case 7 where same("OPTIONS"): self = .options
    default: self = .other
    }
  }

  /// As it stands in a request line; empty for `other`, whose text only the message has.
  public var text: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .other: ""
    }
  }
}
