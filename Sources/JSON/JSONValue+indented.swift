// Writes a JSON value over several lines, as Go's `MarshalIndent` does with four blanks.

extension JSONValue {
  /// Appends the value without a line end behind it. Depth is bounded by the reader's.
  public func appendIndented(to bytes: inout [UInt8], depth: Int = 0) {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      bytes.append(UInt8(ascii: "["))
      for (i, element) in elements.enumerated() {
        Self.appendLine(isFirst: i == 0, depth + 1, to: &bytes)
        element.appendIndented(to: &bytes, depth: depth + 1)
      }
      Self.appendLine(isFirst: true, depth, to: &bytes)
      bytes.append(UInt8(ascii: "]"))
    case .object(let members) where !members.isEmpty:
      bytes.append(UInt8(ascii: "{"))
      for (i, member) in members.enumerated() {
        Self.appendLine(isFirst: i == 0, depth + 1, to: &bytes)
        JSONWriter.appendQuoted(member.name, to: &bytes)
        bytes += Array(": ".utf8)
        member.value.appendIndented(to: &bytes, depth: depth + 1)
      }
      Self.appendLine(isFirst: true, depth, to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    default: append(to: &bytes)
    }
  }

  private static func appendLine(isFirst: Bool, _ depth: Int, to bytes: inout [UInt8]) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 4 * depth))
  }
}
