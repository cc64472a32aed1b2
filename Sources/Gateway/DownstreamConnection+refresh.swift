// The end of an answer to a statement that changed databases or policies: held back until the directory knows of it.

import Decision
import Transport

extension DownstreamConnection {
  /// Whether the last piece of this answer has to wait. Who has an answer may rely on it: the next request, on whatever
  /// connection, is decided by a directory that knows what this one changed.
  var holdsEnd: Bool { (200..<300).contains(exchange.status) && !(request?.changes.isEmpty ?? true) && stream != nil }

  /// Keeps the last bytes of the answer, and asks the upstream what it has now.
  func hold(end bytes: [UInt8]) {
    heldEnd = bytes
    upstream = nil
    let changes = request?.changes ?? []
    let read = gateway.loop.resumption { [self] (_: [DirectoryQuestion: DirectoryReading]) in releaseEnd() }
    gateway.shared.services.ask(DirectoryInquiry(changes, for: nil, followsChange: true)) { read($0) }
    // What was done is told in any case: without the reading the directory is as old as it was.
    stream?.setDeadline(after: Self.directoryPatience)
  }

  /// Sends what was kept. Where its time was over before the reading came, this finds nothing any more.
  func releaseEnd() {
    guard let heldEnd, case .relaying = state else { return }
    self.heldEnd = nil
    turn {
      stream?.clearDeadline()
      heldEnd.withUnsafeBytes { stream?.write($0) }
      finishResponse()
    }
  }
}
