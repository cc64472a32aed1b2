// Where in a text something stands, counted as the server's reader counts.

/// A place in a query's text. Lines and characters count from 1; a character is a Unicode scalar, and carriage return
/// with line feed is one.
public struct Position: Hashable, Sendable {
  public var line: Int
  public var character: Int

  init(line: Int = 1, character: Int = 1) {
    self.line = line
    self.character = character
  }

  /// The place of the byte at `offset`.
  init(of offset: Int, in text: [UInt8]) {
    self.init()
    var index = 0
    while index < min(offset, text.count) { index = advance(over: index, in: text) }
  }

  /// The place of the character before `offset`, where the server says that a string begins.
  init(before offset: Int, in text: [UInt8]) {
    self.init()
    var index = 0
    var position = self
    while index < min(offset, text.count) {
      self = position
      index = position.advance(over: index, in: text)
    }
  }

  private mutating func advance(over index: Int, in text: [UInt8]) -> Int {
    switch text[index] {
    case Byte.carriageReturn, Byte.lineFeed:
      line += 1
      character = 1
      let isPair = text[index] == Byte.carriageReturn && index + 1 < text.count && text[index + 1] == Byte.lineFeed
      return index + (isPair ? 2 : 1)
    default:
      character += 1
      return index + UnicodeReading.scalar(in: text[...], at: index).width
    }
  }
}
