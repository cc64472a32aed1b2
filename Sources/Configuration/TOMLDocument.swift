// Reads TOML text into nodes that know their line and column, through the C border of toml++.

internal import CTOML

/// A whole document: the members of its root table, in the order in which they were written.
struct TOMLDocument {
  let members: [TOMLMember]

  /// Reads the text.
  ///
  /// - Throws: the first mistake against TOML's grammar, where the reader stopped.
  init(_ bytes: [UInt8], file: String) throws(Problem) {
    let parsed = bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { ctoml_parse($0.baseAddress, $0.count) }
    }
    guard let document = parsed else {
      throw Problem(file: file, line: 0, column: 0, key: "", message: "too little memory to read this file")
    }
    defer { ctoml_free(document) }
    if let problem = Self.syntaxProblem(of: document, file: file) { throw problem }
    members = Self.members(of: document)
  }

  private static func syntaxProblem(of document: OpaquePointer, file: String) -> Problem? {
    var line: UInt32 = 0
    var column: UInt32 = 0
    var reason: UnsafePointer<CChar>?
    var length = 0
    guard ctoml_error(document, &line, &column, &reason, &length) else { return nil }
    let message = text(reason, length).replacing("\n", with: "\\n")
    return Problem(file: file, line: Int(line), column: Int(column), key: "", message: "not TOML: \(message)")
  }

  /// Builds the tree with a stack of its own: the events tell where each table and array begins and ends.
  private static func members(of document: OpaquePointer) -> [TOMLMember] {
    var open: [Container] = []
    for index in 0..<ctoml_count(document) {
      let event = ctoml_event_at(document, index)
      let position = Position(line: Int(event.line), column: Int(event.column))
      let finished: TOMLNode
      switch event.kind {
      case CTOML_TABLE_BEGIN, CTOML_ARRAY_BEGIN:
        open.append(Container(position: position))
        continue
      case CTOML_KEY:
        if let top = open.indices.last {
          open[top].key = Located(value: text(event.text, event.text_length), position: position)
        }
        continue
      case CTOML_TABLE_END:
        guard let table = open.popLast() else { continue }
        if open.isEmpty { return table.members }
        finished = TOMLNode(value: .table(table.members), position: table.position)
      case CTOML_ARRAY_END:
        guard let array = open.popLast() else { continue }
        finished = TOMLNode(value: .array(array.elements), position: array.position)
      default:
        finished = TOMLNode(value: scalar(event), position: position)
      }
      if let top = open.indices.last { open[top].add(finished) }
    }
    return []
  }

  private static func scalar(_ event: ctoml_event) -> TOMLNode.Value {
    switch event.kind {
    case CTOML_STRING: .string(text(event.text, event.text_length))
    case CTOML_INTEGER: .integer(event.integer)
    case CTOML_FLOAT: .float(event.floating)
    case CTOML_BOOLEAN: .boolean(event.boolean)
    default: .dateOrTime
    }
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
    guard let start else { return "" }
    return UnsafeRawBufferPointer(start: start, count: length).withMemoryRebound(to: UInt8.self) {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// A table or an array whose end has not come yet.
  private struct Container {
    var position: Position
    var key: Located<String>?
    var members: [TOMLMember] = []
    var elements: [TOMLNode] = []

    mutating func add(_ node: TOMLNode) {
      if let name = key {
        members.append(TOMLMember(key: name.value, position: name.position, node: node))
        key = nil
      } else {
        elements.append(node)
      }
    }
  }
}
