// What is left of an answer that is made piece by piece, as fast as the client takes it and no faster.

/// Whoever holds it holds the answer's place: dropped, nothing more is made.
public struct AnswerRest: Sendable {
  public struct Piece: Sendable {
    /// May be empty, also where more follows.
    public let bytes: [UInt8]
    /// nil where that was all.
    public let rest: AnswerRest?

    public init(bytes: [UInt8], rest: AnswerRest?) {
      self.bytes = bytes
      self.rest = rest
    }
  }

  /// Makes the next piece, on any thread; must call back exactly once.
  public let next: @Sendable (@escaping @Sendable (Piece) -> Void) -> Void

  /// Bytes of a piece of an answer that is there already.
  public static let pieceBytes = 16_384

  /// An answer that is there already, in pieces, and what follows it.
  public init(_ bytes: [UInt8], from start: Int = 0, then rest: AnswerRest?) {
    next = { done in
      let end = min(bytes.count, start + Self.pieceBytes)
      done(
        Piece(
          bytes: Array(bytes[start..<end]),
          rest: end < bytes.count ? AnswerRest(bytes, from: end, then: rest) : rest))
    }
  }

  public init(_ next: @escaping @Sendable (@escaping @Sendable (Piece) -> Void) -> Void) { self.next = next }
}
