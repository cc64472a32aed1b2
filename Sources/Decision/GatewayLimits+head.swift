// The limits of a request's head, and how a refusal names the one that was met.

public import HTTP

extension GatewayLimits {
  public var head: HeadLimits { HeadLimits(bytes: headBytes, fields: headFields, target: targetBytes) }

  /// What is wrong, with the key and value of the limit where it is one.
  public func text(of problem: HeadProblem) -> String {
    switch problem {
    case .headTooLarge: "\(problem.reason): limits.head_bytes is \(headBytes)"
    case .targetTooLong: "\(problem.reason): limits.target_bytes is \(targetBytes)"
    case .tooManyFields: "\(problem.reason): limits.head_fields is \(headFields)"
    default: problem.reason
    }
  }
}

extension Refusal {
  /// 400 or 431 of a head that cannot be decoded, with the limit where it met one.
  public static func badHead(_ problem: HeadProblem, _ limits: GatewayLimits) -> Refusal {
    .malformed(limits.text(of: problem), closes: true, status: problem.status)
  }

  /// 431 where the memory for long heads is used up.
  public static let longHeads = Refusal.malformed(
    "request head too large: all long heads share \(GatewayLimits.longHeadBytes) bytes, which others hold",
    closes: true, status: 431)
}
