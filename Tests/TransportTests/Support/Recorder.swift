// Keeps what a stream told its owner, and reads whatever comes.

import Transport

final class Recorder: ByteStreamHandler {
  var stream: ByteStream?
  var opened = 0
  var readable = 0
  var drained = 0
  var expired = 0
  var failure: StreamFailure?
  var received: [UInt8] = []
  var hasEnded = false
  /// Called instead of reading everything.
  var onReadable: ((ByteStream) -> Void)?
  var onOpened: ((ByteStream) -> Void)?
  private var memory = [UInt8](repeating: 0, count: 65_536)

  func streamOpened(_ stream: ByteStream) {
    opened += 1
    onOpened?(stream)
  }

  func streamReadable(_ stream: ByteStream) {
    readable += 1
    if let onReadable { return onReadable(stream) }
    readAll(stream)
  }

  func readAll(_ stream: ByteStream) {
    repeat { if !readOnce(stream, atMost: memory.count) { return } } while stream.isOpen && stream.hasBufferedInput
  }

  /// False where nothing came.
  @discardableResult
  func readOnce(_ stream: ByteStream, atMost count: Int) -> Bool {
    let outcome = memory.withUnsafeMutableBytes { bytes in
      stream.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
    }
    switch outcome {
    case .bytes(let count):
      received += memory[..<count]
      return true
    case .wouldBlock: return false
    case .end:
      hasEnded = true
      stream.close()
    case .failed:
      failure = .reset
      stream.close()
    }
    return false
  }

  func streamDrained(_ stream: ByteStream) { drained += 1 }
  func streamExpired(_ stream: ByteStream) { expired += 1 }
  func streamFailed(_ stream: ByteStream, _ failure: StreamFailure) { self.failure = failure }
}
