// Writes to a socket whatever it takes.

import Glibc

/// Sends every byte on a blocking socket; false once the peer has gone.
@discardableResult
public func sendAll(_ bytes: [UInt8], on descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}
