// The body of a long list, made piece by piece while the client takes it, so that it is never held whole.

import JSON
import ManagementAPI

/// What stands in a list, as far as it has been written. A value: whoever drops it has nothing to release.
protocol ListSource: Sendable {
  /// Writes some of what is left, until about `bytes` are there; false once nothing is left.
  mutating func write(to writer: inout JSONWriter, bytes: Int) -> Bool
}

/// The rest of a body. Made from what was published when the list was asked for, so that a list is of one moment however
/// long its client takes for it.
struct ListedBody: Sendable {
  private var source: any ListSource
  private var prefix: [UInt8]
  private let suffix: [UInt8]
  private var needsComma = false
  private(set) var isComplete = false

  /// About so many bytes are made at once: a few milliseconds' work.
  private static let pieceBytes = 32_768

  init(_ source: any ListSource, prefix: String, suffix: String) {
    self.source = source
    self.prefix = Array(prefix.utf8)
    self.suffix = Array(suffix.utf8)
  }

  /// The next piece. It may be empty where nothing of what was looked at belongs into the list.
  mutating func next() -> [UInt8] {
    guard !isComplete else { return [] }
    var writer = JSONWriter()
    isComplete = !source.write(to: &writer, bytes: Self.pieceBytes)
    var piece = prefix
    prefix = []
    if needsComma, !writer.bytes.isEmpty { piece.append(UInt8(ascii: ",")) }
    if !writer.bytes.isEmpty { needsComma = true }
    piece += writer.bytes
    if isComplete { piece += suffix }
    return piece
  }

  /// What is left; nil where nothing is.
  ///
  /// - Parameter perform: does a piece of work later, in the thread where the pieces are to be made.
  func answerRest(perform: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) -> AnswerRest? {
    guard !isComplete else { return nil }
    return AnswerRest { done in
      perform {
        var listed = self
        let piece = listed.next()
        done(AnswerRest.Piece(bytes: piece, rest: listed.answerRest(perform: perform)))
      }
    }
  }
}
