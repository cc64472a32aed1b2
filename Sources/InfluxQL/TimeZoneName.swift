// What a server would look up as a time zone.

enum TimeZoneName {
  /// Whether a server would look for such a zone at all. Which zones it has only it knows.
  static func isPlausible(_ name: Name) -> Bool {
    let bytes = Array(name.text.utf8)
    if bytes.first == Byte.slash || bytes.first == Byte.backslash || bytes.contains(Byte.backslash) { return false }
    return !zip(bytes, bytes.dropFirst()).contains { $0 == Byte.dot && $1 == Byte.dot }
  }
}
