// The access log's end in an event loop: collects lines without a lock and hands them over in blocks.

/// One per event loop and used from its thread alone.
///
/// Call `flush` when the loop is about to wait, so that a quiet server's lines appear at once and a busy one's go over
/// in blocks.
public final class AccessLogBuffer {
  private let log: AccessLog
  private var bytes: [UInt8]
  private var lines = 0

  /// A block is handed over when it has grown to this.
  private static let blockSize = 32_768

  public init(log: AccessLog) {
    self.log = log
    bytes = []
    bytes.reserveCapacity(Self.blockSize * 2)
  }

  public func append(_ record: AccessRecord) {
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    bytes = record.append(to: taken)
    lines += 1
    if bytes.count >= Self.blockSize { flush() }
  }

  public func flush() {
    guard lines > 0 else { return }
    var taken: [UInt8] = log.spareBlock()
    swap(&taken, &bytes)
    log.submit(taken, lines: lines)
    lines = 0
  }
}
