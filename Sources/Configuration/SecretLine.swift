// Where a secret ends, wherever it is read: in a file, in a variable of the environment, on standard input.

/// The first line, without its end: one LF, or one CRLF as Windows and copied text have it. Nothing else is taken away.
public enum SecretLine {
  /// - Parameter bytes: everything that was read.
  /// - Returns: the line, and whether more follows its end.
  public static func first(of bytes: [UInt8]) -> (line: ArraySlice<UInt8>, isAll: Bool) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return (bytes[...], true) }
    let line = bytes[..<end]
    return (line.last == UInt8(ascii: "\r") ? line.dropLast() : line, end == bytes.endIndex - 1)
  }

  /// Whether it ends with a blank, which is a part of it and seldom meant to be.
  public static func endsWithBlank(_ secret: some BidirectionalCollection<UInt8>) -> Bool {
    secret.last == UInt8(ascii: " ") || secret.last == UInt8(ascii: "\t")
  }
}
