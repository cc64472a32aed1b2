// Takes a message's body out of the bytes of a connection, whatever its framing.

/// Decodes in place: payload is moved together at the start of what was given.
public struct BodyDecoder: Sendable {
  private enum Rest {
    case length(Int)
    case chunked(ChunkedDecoder)
    case untilClose
  }

  private var rest: Rest

  public init(_ framing: BodyFraming) {
    switch framing {
    case .none: rest = .length(0)
    case .length(let length): rest = .length(length)
    case .chunked: rest = .chunked(ChunkedDecoder())
    case .close: rest = .untilClose
    }
  }

  public var isComplete: Bool {
    switch rest {
    case .length(let remaining): remaining == 0
    case .chunked(let decoder): decoder.isComplete
    case .untilClose: false
    }
  }

  /// Bytes still to come, where the framing says.
  public var remainingLength: Int? {
    if case .length(let remaining) = rest { remaining } else { nil }
  }

  /// Bytes that are known to come, at least.
  public var announced: Int {
    switch rest {
    case .length(let remaining): remaining
    case .chunked(let decoder): decoder.announced
    case .untilClose: 0
    }
  }

  /// Stops at the body's end: what `buffer` holds beyond `consumed` belongs to the next message.
  public mutating func decode(_ buffer: UnsafeMutableRawBufferPointer) throws(HeadProblem) -> ChunkedDecoder.Step {
    switch rest {
    case .length(let remaining):
      let count = min(remaining, buffer.count)
      rest = .length(remaining - count)
      return .init(consumed: count, produced: count)
    case .chunked(var decoder):
      let step = try decoder.decode(buffer)
      rest = .chunked(decoder)
      return step
    case .untilClose: return .init(consumed: buffer.count, produced: buffer.count)
    }
  }
}
