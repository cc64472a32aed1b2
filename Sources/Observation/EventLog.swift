// Operational messages: what an operator has to know, one JSON line each, on standard error.

public import Formats
import Glibc
import Synchronization

/// Usable from every thread. Writes at once and whole, so it is for what happens rarely, never for exchanges.
public final class EventLog: Sendable {
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .debug: 0
      case .info: 1
      case .warning: 2
      case .error: 3
      }
    }
  }

  private let descriptor: Mutex<Int32>
  private let minimum: Level
  private let clock: @Sendable () -> Timestamp

  /// Messages below `minimum` are dropped. `descriptor` (standard error by default) stays the caller's to close.
  public init(
    descriptor: Int32 = 2, minimum: Level = .info,
    clock: @escaping @Sendable () -> Timestamp = { .now }
  ) {
    self.descriptor = Mutex(descriptor)
    self.minimum = minimum
    self.clock = clock
  }

  /// `{"time":…,"level":…,"message":…}` and `fields` in their order.
  public func log(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    guard level >= minimum else { return }
    let buffer = ByteBuffer()
    var line = JSONLine(appendingTo: buffer, limit: 4_096)
    line.field("time", clock())
    line.field("level", level.rawValue)
    line.field("message", message)
    for (key, value) in fields { line.field(named: key, value) }
    line.finish()
    // A lost message has nobody left to be reported to.
    descriptor.withLock { _ = writeAll($0, buffer.bytes) }
  }
}
