// Decodes the chunked transfer coding (RFC 9112 §7.1) in place, without allocating.

import Formats
import Glibc

/// A state machine over pieces of a chunked body. Extensions and trailers are read strictly and dropped.
public struct ChunkedDecoder: Sendable {
  /// What one call did: `consumed` bytes of input became `produced` bytes of payload at the same start.
  public struct Step: Sendable, Equatable {
    public var consumed: Int
    public var produced: Int
  }

  private enum State {
    case size, extensions, sizeEnd, data, dataEnd, dataLineFeed
    case trailerStart, trailerName, trailer, trailerEnd, finalLineFeed, done
  }

  /// Digits of a chunk size: 15 cannot overflow 64 bits.
  private static let maximumSizeDigits = 15
  /// Extensions and trailers of one message together, bytes: nobody sends any.
  private static let maximumExtraBytes = 8_192

  private var state = State.size
  private var digits = 0
  private var remaining = 0
  private var extra = 0

  public init() {}

  public var isComplete: Bool { state == .done }

  /// Bytes of the chunk under way that have not come yet, as far as its size line said: a body that cannot fit its
  /// limit is known as soon as that line is read.
  public var announced: Int { remaining }

  /// Decodes `buffer` in place; stops after the body's end, leaving what follows where it is.
  public mutating func decode(_ buffer: UnsafeMutableRawBufferPointer) throws(HeadProblem) -> Step {
    guard let base = buffer.baseAddress else { return Step(consumed: 0, produced: 0) }
    var read = 0
    var written = 0
    while read < buffer.count, state != .done {
      if state == .data {
        let count = min(remaining, buffer.count - read)
        if written != read { memmove(base + written, base + read, count) }
        read += count
        written += count
        remaining -= count
        if remaining == 0 { state = .dataEnd }
        continue
      }
      try advance(over: buffer[read])
      read += 1
    }
    return Step(consumed: read, produced: written)
  }

  private mutating func advance(over byte: UInt8) throws(HeadProblem) {
    switch state {
    case .size: try readSize(byte)
    case .extensions:
      try countExtra()
      if byte == UInt8(ascii: "\r") {
        state = .sizeEnd
      } else if !byte.isFieldValueCharacter {
        throw .malformedChunk
      }
    case .sizeEnd:
      guard byte == UInt8(ascii: "\n") else { throw .malformedChunk }
      state = remaining == 0 ? .trailerStart : .data
      digits = 0
    case .dataEnd:
      guard byte == UInt8(ascii: "\r") else { throw .malformedChunk }
      state = .dataLineFeed
    case .dataLineFeed:
      guard byte == UInt8(ascii: "\n") else { throw .malformedChunk }
      state = .size
    case .trailerStart:
      if byte == UInt8(ascii: "\r") {
        state = .finalLineFeed
      } else {
        guard byte.isTokenCharacter else { throw .malformedChunk }
        state = .trailerName
      }
    case .trailerName:
      try countExtra()
      if byte == UInt8(ascii: ":") {
        state = .trailer
      } else if !byte.isTokenCharacter {
        throw .malformedChunk
      }
    case .trailer:
      try countExtra()
      if byte == UInt8(ascii: "\r") {
        state = .trailerEnd
      } else if !byte.isFieldValueCharacter {
        throw .malformedChunk
      }
    case .trailerEnd:
      guard byte == UInt8(ascii: "\n") else { throw .malformedChunk }
      state = .trailerStart
    case .finalLineFeed:
      guard byte == UInt8(ascii: "\n") else { throw .malformedChunk }
      state = .done
    case .data, .done: break
    }
  }

  private mutating func readSize(_ byte: UInt8) throws(HeadProblem) {
    if let digit = Hexadecimal.value(of: byte) {
      guard digits < Self.maximumSizeDigits else { throw .malformedChunk }
      remaining = remaining << 4 | Int(digit)
      digits += 1
      return
    }
    guard digits > 0 else { throw .malformedChunk }
    switch byte {
    case UInt8(ascii: "\r"): state = .sizeEnd
    case UInt8(ascii: ";"): state = .extensions
    default: throw .malformedChunk
    }
  }

  private mutating func countExtra() throws(HeadProblem) {
    extra += 1
    guard extra <= Self.maximumExtraBytes else { throw .malformedChunk }
  }
}
