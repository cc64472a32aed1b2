// The access log's end in an event loop: collects lines without a lock and hands them over in blocks.

/// One per event loop and used from its thread alone.
///
/// Call `flush` when the loop is about to wait, so that a quiet server's lines appear at once and a busy one's go over
/// in blocks.
public final class AccessLogBuffer {
  private let log: AccessLog
  private let buffer: ByteBuffer
  private var lines = 0

  /// A block is handed over when it has grown to this.
  private static let blockSize = 32_768

  public init(log: AccessLog) {
    self.log = log
    buffer = ByteBuffer(capacity: Self.blockSize + 8_192)
  }

  public func append(_ record: AccessRecord) {
    record.append(to: buffer)
    lines += 1
    if buffer.count >= Self.blockSize { flush() }
  }

  public func flush() {
    guard lines > 0 else { return }
    log.submit(buffer.contents, lines: lines)
    buffer.removeAll()
    lines = 0
  }
}
