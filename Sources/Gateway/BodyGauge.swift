// What a client's body comes to at the upstream, which unpacks it into memory: 70 KB of gzip can be 36 MB of lines.

import Decision
import Formats
import HTTP

/// Counts one body as it passes, so that it is refused before its last piece is sent on: a write that is not whole is not
/// committed.
struct BodyGauge {
  private enum Reading {
    case gzip(GzipCounter)
    case snappy([UInt8])
    case done
    case impossible
  }

  private let limit: Int
  private var reading: Reading

  /// nil where its length on the network tells enough.
  ///
  /// - Parameters:
  ///   - isInflated: whether the upstream reads it as gzip.
  ///   - length: of the whole body as it comes, where that is known.
  init?(_ bound: BodyBound, isInflated: Bool, length: Int?) {
    limit = bound.limit
    switch bound.packing {
    case .snappy: reading = .snappy([])
    case .asEncoded:
      guard isInflated else { return nil }
      if let length, length <= bound.limit / GzipCounter.highestRatio { return nil }
      reading = GzipCounter(limit: bound.limit).map { .gzip($0) } ?? .impossible
    }
  }

  /// Bytes that a body may come to in one event: a short one can come to so many that all others of its loop would wait.
  static let sliceBytes = 262_144
  /// Bytes that are unpacked at once, of which a slice is made.
  private static let pieceBytes = 256

  /// Bytes that came of it so far, as far as it is unpacked.
  private var unpacked: Int { if case .gzip(let counter) = reading { counter.count } else { 0 } }

  /// Counts of a piece what one event may take.
  ///
  /// - Parameters:
  ///   - start: where in the piece to begin.
  ///   - isLast: whether the body ends with the piece.
  /// - Returns: where the next slice begins, the piece's end where that was all; or what is wrong with the body.
  mutating func takeSlice(
    _ piece: UnsafeRawBufferPointer, from start: Int, isLast: Bool
  ) -> (end: Int, refusal: Refusal?) {
    let before = unpacked
    var position = min(start, piece.count)
    repeat {
      let end = min(piece.count, position + Self.pieceBytes)
      let refusal = take(
        UnsafeRawBufferPointer(rebasing: piece[position..<end]), isLast: isLast && end == piece.count)
      if let refusal { return (end, refusal) }
      position = end
    } while position < piece.count && unpacked - before < Self.sliceBytes
    return (position, nil)
  }

  /// What is wrong with the body so far, or nil.
  mutating func take(_ piece: UnsafeRawBufferPointer, isLast: Bool) -> Refusal? {
    switch reading {
    case .done: return nil
    case .impossible: return .unavailable("out of memory", closes: true)
    case .gzip(let counter):
      do throws(GzipCounter.Problem) {
        try counter.take(piece)
        if isLast { try counter.finish() }
        return nil
      } catch {
        switch error {
        case .tooLarge: return .tooLargeUnpacked(limit)
        case .malformed(let reason): return .malformed(reason, closes: true)
        }
      }
    case .snappy(let before):
      let start = before + piece.prefix(Self.longestLength - before.count)
      guard let length = Self.snappyLength(start) else {
        // Its beginning may come in pieces; what is no length the upstream refuses without unpacking.
        reading = start.count < Self.longestLength ? .snappy(start) : .done
        return nil
      }
      reading = .done
      return length > limit ? .tooLargeUnpacked(limit) : nil
    }
  }

  /// Bytes of the longest length in front of a snappy block (32 bits, seven in each byte).
  private static let longestLength = 5

  private static func snappyLength(_ bytes: [UInt8]) -> Int? {
    var value = 0
    for (place, byte) in bytes.prefix(longestLength).enumerated() {
      value |= Int(byte & 0x7f) << (7 * place)
      if byte < 0x80 { return value }
    }
    return nil
  }
}

extension RequestView {
  /// Whether the upstream inflates the body: of several fields the servers read the first, and compare it to the letter.
  func isInflated(by dialect: Dialect) -> Bool {
    guard let encoding = value(.contentEncoding) else { return false }
    return encoding.equals("gzip") || (dialect.inflatesXGzip && encoding.equals("x-gzip"))
  }
}
