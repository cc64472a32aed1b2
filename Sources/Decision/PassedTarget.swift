// The target of a request that is passed on, without the credential that its query may hold.

import Formats
import HTTP

/// The path as it came, and of the query every parameter but `u` and `p`, in whatever spelling their names are.
struct PassedTarget {
  let bytes: [UInt8]

  /// - Parameter query: what follows the question mark; nil where there is none.
  init(path: UnsafeRawBufferPointer, query: UnsafeRawBufferPointer?) {
    guard let query else {
      bytes = Array(path)
      return
    }
    var target = Array(path)
    var separator = UInt8(ascii: "&")
    var start = 0
    while start <= query.count {
      // Older servers part parameters at a semicolon, too.
      let end = query[start...].firstIndex { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") } ?? query.count
      let piece = UnsafeRawBufferPointer(rebasing: query[start..<end])
      if !Self.holdsCredential(piece) {
        // The first that stays stands behind the question mark.
        target.append(target.count == path.count ? UInt8(ascii: "?") : separator)
        target += piece
      }
      if end < query.count { separator = query[end] }
      start = end + 1
    }
    bytes = target
  }

  private static func holdsCredential(_ pair: UnsafeRawBufferPointer) -> Bool {
    let name = UnsafeRawBufferPointer(rebasing: pair.prefix { $0 != UInt8(ascii: "=") })
    // No longer than the longest spelling of one character.
    guard name.count <= 3, let decoded = PercentCoding.decode(name, plusIsBlank: true), decoded.count == 1 else {
      return false
    }
    return decoded[0] == UInt8(ascii: "u") || decoded[0] == UInt8(ascii: "p")
  }
}
