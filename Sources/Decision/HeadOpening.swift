// The beginning of a forwarded request's head: its line, and the name of the member that it goes to.

/// Apart from the rest, because a decision may be remembered, and the next request like it may lead to another member.
public struct HeadOpening {
  /// The request line, with its end.
  public let line: [UInt8]
  /// The `Host` field, with its line end.
  public let host: [UInt8]

  /// Before `rest`, in memory of its own.
  public func followed(by rest: some Collection<UInt8>) -> [UInt8] {
    var whole: [UInt8] = []
    whole.reserveCapacity(line.count + host.count + rest.count)
    whole += line
    whole += host
    whole += rest
    return whole
  }
}
