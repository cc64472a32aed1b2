// How a refusal names the limit that a request's body met.

extension GatewayLimits {
  /// The key of a limit of bodies; nil for one that stands in no configuration.
  fileprivate func key(ofBodyLimit bytes: Int) -> String? {
    switch bytes {
    case writeDecodedBytes: "limits.write_decoded_bytes"
    case writeBytes: "limits.write_bytes"
    case queryBytes: "limits.query_bytes"
    case managementBytes: "limits.management_bytes"
    default: nil
    }
  }
}

extension Refusal {
  /// 413 of a body of more than `limit` bytes: in the words of 1.x, and which limit it is.
  public static func tooLarge(_ limit: Int, _ limits: GatewayLimits) -> Refusal {
    tooLarge(limits.key(ofBodyLimit: limit) ?? "the limit", limit)
  }

  /// 413 of a write that comes to more than `limit` bytes.
  public static func tooLargeUnpacked(_ limit: Int) -> Refusal { tooLarge("limits.write_decoded_bytes", limit) }

  private static func tooLarge(_ name: String, _ limit: Int) -> Refusal {
    Refusal(
      status: 413, kind: .tooLarge, message: "Request Entity Too Large: \(name) is \(limit)", closesConnection: true)
  }
}
