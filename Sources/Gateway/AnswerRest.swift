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
  let next: @Sendable (@escaping @Sendable (Piece) -> Void) -> Void

  public init(_ next: @escaping @Sendable (@escaping @Sendable (Piece) -> Void) -> Void) { self.next = next }
}
