// A chunk of a chunked body (RFC 9112 §7.1), the same to a client and to an upstream.

extension ByteWriter {
  /// Appends what stands before a piece of a chunked body.
  ///
  /// - Parameters:
  ///   - count: of the piece, bytes. An empty piece is no chunk: that would end the body.
  ///   - isLast: whether the body ends with it.
  /// - Returns: what stands behind the piece.
  public mutating func beginChunk(_ count: Int, isLast: Bool) -> StaticString {
    guard count > 0 else {
      if isLast { append("0\r\n\r\n") }
      return ""
    }
    append(hexadecimal: count)
    append("\r\n")
    return isLast ? "\r\n0\r\n\r\n" : "\r\n"
  }
}

extension [UInt8] {
  /// Appends a piece of a chunked body with what stands around it.
  public mutating func appendChunk(_ piece: [UInt8], isLast: Bool) {
    reserveCapacity(count + piece.count + 32)
    let suffix = withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { memory in
      var writer = ByteWriter(memory)
      let suffix = writer.beginChunk(piece.count, isLast: isLast)
      append(contentsOf: writer.written)
      return suffix
    }
    append(contentsOf: piece)
    suffix.withUTF8Buffer { append(contentsOf: $0) }
  }
}
