// Small questions about text that several sections ask.

extension String {
  /// C0 controls, DEL and C1 controls: none belongs into a name, a header field or a terminal.
  var hasControlCharacters: Bool {
    unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
  }

  /// Names are bytes to InfluxDB; `==` of String would take two spellings of one letter for the same.
  var bytes: [UInt8] { Array(utf8) }
}

/// A received text cut to a length and without control characters, fit for a message.
func printable(_ text: String) -> String {
  let cut = text.unicodeScalars.prefix(80)
  var shown = String.UnicodeScalarView()
  for scalar in cut {
    shown.append(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar)
  }
  return String(shown) + (text.unicodeScalars.count > cut.count ? "…" : "")
}

/// The known key that was probably meant, nil when none is near.
func nearest(to key: String, among known: [String]) -> String? {
  let given = key.bytes
  guard given.count <= 64 else { return nil }
  return known.map { (key: $0, distance: distance(given, $0.bytes)) }
    .filter { $0.distance <= ($0.key.utf8.count < 4 ? 1 : max(2, $0.key.utf8.count / 3)) }
    .min { $0.distance < $1.distance }?.key
}

/// How many single letters must be changed, added or left out to make one text of the other.
private func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var row = Array(0...right.count)
  for (index, letter) in left.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, other) in right.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
    }
  }
  return row[right.count]
}
