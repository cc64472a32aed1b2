// The fields of one head: decoded strictly, kept as positions in storage that is reused for every message.

/// Belongs to one decoder of one event loop; `removeAll` keeps its storage.
struct FieldSection {
  private(set) var fields: [Field] = []

  init() { fields.reserveCapacity(32) }

  mutating func removeAll() { fields.removeAll(keepingCapacity: true) }

  /// Decodes the field lines of `bytes[start ..< end]`, `end` being the position of the empty line.
  ///
  /// - Parameter left: a field that is left out where its value holds control characters, instead of making the whole
  ///   head bad.
  mutating func decode(
    _ bytes: Span<UInt8>, from start: Int, to end: Int, limits: HeadLimits, leavingOut left: FieldName? = nil
  ) throws(HeadProblem) {
    var position = start
    while position < end {
      guard fields.count < limits.fields else { throw .tooManyFields }
      let nameStart = position
      while position < end, bytes[position].isTokenCharacter { position += 1 }
      // An empty name, a blank before the colon, a folded line and a line without colon all end here.
      guard position > nameStart, position < end, bytes[position] == UInt8(ascii: ":") else { throw .malformedField }
      let name = ByteRange(nameStart, upTo: position)
      position += 1
      let fieldName = FieldName(bytes, name)
      let valueStart = position
      while position < end, bytes[position].isFieldValueCharacter { position += 1 }
      let isWhole = position >= end || bytes[position] == UInt8(ascii: "\r")
      if !isWhole, fieldName == left {
        while position < end, !bytes[position].endsLine { position += 1 }
      }
      guard position + 1 < end, bytes[position] == UInt8(ascii: "\r"), bytes[position + 1] == UInt8(ascii: "\n") else {
        throw .malformedField
      }
      if isWhole {
        fields.append(
          Field(
            name: fieldName, nameRange: name, valueRange: bytes.trimmed(ByteRange(valueStart, upTo: position))))
      }
      position += 2
    }
  }

  /// Whether a `Connection` field names this one, so that it ends at this hop (RFC 9110 §7.6.1). Fields that gatehouse
  /// knows keep their meaning whatever a peer says of them.
  func endsAtHop(_ field: Field, _ bytes: Span<UInt8>) -> Bool {
    guard field.name == .other else { return field.name.isHopByHop }
    for connection in fields where connection.name == .connection {
      var start = connection.valueRange.start
      while start < connection.valueRange.end {
        var end = start
        while end < connection.valueRange.end, bytes[end] != UInt8(ascii: ",") { end += 1 }
        if bytes.equalIgnoringCase(bytes.trimmed(ByteRange(start, upTo: end)), field.nameRange) { return true }
        start = end + 1
      }
    }
    return false
  }
}
