// Reads a body of `multipart/form-data` (RFC 7578): its fields, and the contents of its files.

/// A file's name names nothing here: what is read of a file is what was sent.
public struct MultipartForm: Sendable {
  public enum Problem: Error, Sendable, Equatable {
    /// There is no boundary to divide it by: to a server it is no form.
    case noBoundary
    case malformed
    /// A part is encoded once more, or named in a way that readers disagree on.
    case unsupported
    case tooManyParts
  }

  /// Fields in their order; of a repeated name the first counts.
  public private(set) var fields = FormValues()
  /// Files in their order, by the names of their fields.
  public private(set) var files = FormValues()

  private static let maximumParts = 1_000
  /// Bytes of one part's head.
  private static let maximumHead = 10_240
  /// Of one field of a head: real ones have two, and each is compared with all before it.
  private static let maximumParameters = 32

  /// - Parameter type: value of `Content-Type`, `multipart/form-data` with its boundary.
  public init(_ body: [UInt8], type: [UInt8]) throws(Problem) {
    let parameters: [(name: [UInt8], value: [UInt8])]
    do throws(Problem) { parameters = try Self.parameters(type[...]) } catch { throw .noBoundary }
    guard let boundary = parameters.first(where: { $0.name.elementsEqual("boundary".utf8) })?.value,
      (1...70).contains(boundary.count)
    else { throw .noBoundary }
    let delimiter = Array("--".utf8) + boundary
    var position = try Self.start(body, delimiter)
    var parts = 0
    while let start = try Self.afterDelimiter(body, position) {
      parts += 1
      guard parts <= Self.maximumParts else { throw .tooManyParts }
      let (contentStart, disposition) = try Self.head(body, start)
      guard let end = Self.find([13, 10] + delimiter, in: body, from: max(0, contentStart - 2)) else {
        throw .malformed
      }
      // An empty part's last line end may be that of its head.
      let content = contentStart <= end ? Array(body[contentStart..<end]) : []
      try take(content, disposition)
      position = end + 2 + delimiter.count
    }
  }

  private mutating func take(_ content: [UInt8], _ disposition: [(name: [UInt8], value: [UInt8])]) throws(Problem) {
    guard let name = disposition.first(where: { $0.name.elementsEqual("name".utf8) })?.value, !name.isEmpty else {
      return
    }
    guard !content.contains(0) else { throw .unsupported }
    let isFile = !(disposition.first { $0.name.elementsEqual("filename".utf8) }?.value.isEmpty ?? true)
    if isFile { files.append(name, content) } else { fields.append(name, content) }
  }

  /// Where the first delimiter ends; what stands before it means nothing.
  private static func start(_ body: [UInt8], _ delimiter: [UInt8]) throws(Problem) -> Int {
    if body.starts(with: delimiter) { return delimiter.count }
    guard let found = find([13, 10] + delimiter, in: body, from: 0) else { throw .malformed }
    return found + 2 + delimiter.count
  }

  /// Where the next part begins, or nil after the last.
  private static func afterDelimiter(_ body: [UInt8], _ position: Int) throws(Problem) -> Int? {
    let rest = body[position...]
    if rest.starts(with: "--".utf8) { return nil }
    let blanks = rest.prefix { $0 == 0x20 || $0 == 0x09 }.count
    guard rest.dropFirst(blanks).starts(with: [13, 10]) else { throw .malformed }
    return position + blanks + 2
  }

  /// Where a part's content begins, and the parameters of its disposition; none where it is no field of a form.
  private static func head(
    _ body: [UInt8], _ start: Int
  ) throws(Problem) -> (contentStart: Int, disposition: [(name: [UInt8], value: [UInt8])]) {
    var position = start
    var disposition: [(name: [UInt8], value: [UInt8])] = []
    while true {
      guard let end = find([13, 10], in: body, from: position), end - start <= maximumHead else { throw .malformed }
      if end == position { return (end + 2, disposition) }
      let line = body[position..<end]
      position = end + 2
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { throw .malformed }
      let name = line[..<colon].map { $0 | 0x20 }
      let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      if name.elementsEqual("content-disposition".utf8) {
        let kind = value.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }.map { $0 | 0x20 }
        guard disposition.isEmpty else { throw .unsupported }
        if kind.elementsEqual("form-data".utf8) { disposition = try parameters(value) }
      } else if name.elementsEqual("content-transfer-encoding".utf8) {
        let known = ["binary", "8bit", "7bit"].contains { value.map { $0 | 0x20 }.elementsEqual($0.utf8) }
        guard known else { throw .unsupported }
      }
    }
  }

  /// The parameters behind a field's first word, their names in lower case (RFC 2045 §5.1).
  private static func parameters(_ value: ArraySlice<UInt8>) throws(Problem) -> [(name: [UInt8], value: [UInt8])] {
    var found: [(name: [UInt8], value: [UInt8])] = []
    var rest = value.drop { $0 != UInt8(ascii: ";") }
    while rest.first == UInt8(ascii: ";") {
      rest = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
      if rest.isEmpty { break }
      guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { throw .malformed }
      let name = rest[..<equals].map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
      // Extended and continued parameters (RFC 2231): readers disagree on which one counts.
      guard !name.isEmpty, name.allSatisfy(isToken), !name.contains(UInt8(ascii: "*")) else { throw .unsupported }
      rest = rest[(equals + 1)...]
      let text: [UInt8]
      if rest.first == UInt8(ascii: "\"") {
        (text, rest) = try quoted(rest.dropFirst())
      } else {
        text = Array(rest.prefix(while: isToken))
        rest = rest.dropFirst(text.count)
      }
      guard found.count < maximumParameters, !found.contains(where: { $0.name == name }) else { throw .unsupported }
      found.append((name, text))
      rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
      guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { throw .malformed }
    }
    return found
  }

  private static func quoted(_ text: ArraySlice<UInt8>) throws(Problem) -> ([UInt8], ArraySlice<UInt8>) {
    var value: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return (value, rest)
      case UInt8(ascii: "\\"):
        // A backslash before anything else stands for itself: so Go reads paths of Windows.
        if let next = rest.first, next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
          value.append(next)
          rest.removeFirst()
        } else {
          value.append(byte)
        }
      default: value.append(byte)
      }
    }
    throw .malformed
  }

  /// RFC 2045 §5.1.
  private static func isToken(_ byte: UInt8) -> Bool {
    (0x21...0x7e).contains(byte) && !"()<>@,;:\\\"/[]?=".utf8.contains(byte)
  }

  private static func find(_ wanted: [UInt8], in body: [UInt8], from start: Int) -> Int? {
    guard let first = wanted.first, start <= body.count - wanted.count else { return nil }
    var position = start
    while let found = body[position...].firstIndex(of: first), found <= body.count - wanted.count {
      if body[found..<(found + wanted.count)].elementsEqual(wanted) { return found }
      position = found + 1
    }
    return nil
  }
}
