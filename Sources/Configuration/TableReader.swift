// Reads one table key by key and notices which keys nobody asked for.

/// A table being decoded. Each key is asked for, present or not; `finish` reports those that nobody asked for.
struct TableReader {
  let report: Report
  /// The table's own dotted name, empty for the root.
  let tableName: String
  /// Where the table begins: the place for "is missing".
  let position: Position
  private let members: [TOMLMember]
  private var asked: [String] = []

  init(_ members: [TOMLMember], tableName: String, position: Position, report: Report) {
    self.members = members
    self.tableName = tableName
    self.position = position
    self.report = report
  }

  /// The dotted name of a key of this table.
  func path(_ key: String) -> String { tableName.isEmpty ? key : "\(tableName).\(key)" }

  /// Whether the file gives this key, of whatever type.
  func has(_ key: String) -> Bool { member(key) != nil }

  /// The value of a key, which counts as known from now on.
  mutating func take(_ key: String) -> TOMLNode? {
    asked.append(key)
    return member(key)?.node
  }

  /// Reports a problem of a key: at the given place, else where the key stands, else where the table begins.
  func problem(_ key: String, _ message: String, at place: Position? = nil) {
    report.problem(place ?? member(key)?.position ?? position, path(key), message)
  }

  func warning(_ key: String, _ message: String, at place: Position? = nil) {
    report.warning(place ?? member(key)?.position ?? position, path(key), message)
  }

  /// Reports every key that was not taken.
  func finish() {
    for member in members where !asked.contains(where: { $0.bytes == member.key.bytes }) {
      let hint = nearest(to: member.key, among: asked).map { "; did you mean `\($0)`?" } ?? ""
      let noun = member.node.holdsTables ? "table" : "key"
      report.problem(member.position, path(printable(member.key)), "unknown \(noun)\(hint)")
    }
  }

  private func member(_ key: String) -> TOMLMember? { members.first { $0.key.bytes == key.bytes } }
}

extension TOMLNode {
  /// Whether it was, or could have been, written with a header of its own.
  fileprivate var holdsTables: Bool {
    switch value {
    case .table: true
    case .array(let elements): elements.contains(where: \.holdsTables)
    default: false
    }
  }
}
