// The access log: every line arrives, in order, or is counted.

import Formats
import Foundation
import Synchronization
import Testing

@testable import Observation

private func temporaryPath() -> String {
  FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-\(UUID().uuidString).log").path
}

private func lines(_ path: String) throws -> [String] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}

private func line(_ record: AccessRecord) -> String {
  let buffer = ByteBuffer()
  record.append(to: buffer)
  return String(decoding: buffer.contents, as: UTF8.self)
}

private func record(_ number: Int) -> AccessRecord {
  var record = AccessRecord()
  record.path = "/write"
  record.status = number
  return record
}

@Suite struct AccessLogTests {
  @Test func writesEveryFieldThatApplies() throws {
    var record = AccessRecord()
    record.time = Timestamp(nanoseconds: 1_795_557_909_123_000_000)
    record.client = "192.0.2.1"
    record.listener = "0.0.0.0:8086"
    record.method = "POST"
    record.path = "/write"
    record.principal = "telegraf"
    record.database = "metrics"
    record.status = 204
    record.bytesIn = 1_234
    record.duration = 987
    record.upstreamDuration = 700
    record.upstream = "127.0.0.1:8087"
    let text = line(record)
    #expect(
      text == """
        {"time":"2026-11-24T22:05:09.123Z","client":"192.0.2.1","listener":"0.0.0.0:8086",\
        "method":"POST","path":"/write","principal":"telegraf","database":"metrics","status":204,"bytes_in":1234,\
        "bytes_out":0,"duration_us":987,"upstream_us":700,"upstream":"127.0.0.1:8087"}

        """)
    record.principal = nil
    record.database = nil
    record.upstream = nil
    record.upstreamDuration = nil
    record.refusal = "throttled"
    let refused = line(record)
    #expect(!refused.contains("upstream") && refused.contains("\"refusal\":\"throttled\""))
  }

  @Test func writesEveryLineInOrder() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let log = try AccessLog(.file(path))
    let buffer = AccessLogBuffer(log: log)
    for number in 0..<10_000 { buffer.append(record(number)) }
    buffer.flush()
    log.close()
    let written = try lines(path)
    #expect(written.count == 10_000)
    for (number, line) in written.enumerated() where !line.contains("\"status\":\(number),") {
      Issue.record("line \(number): \(line)")
    }
    #expect(log.droppedLines == 0)
  }

  @Test func opensItsFileAgainAfterRotation() throws {
    let path = temporaryPath()
    let rotated = path + ".1"
    defer {
      try? FileManager.default.removeItem(atPath: path)
      try? FileManager.default.removeItem(atPath: rotated)
    }
    let log = try AccessLog(.file(path))
    let buffer = AccessLogBuffer(log: log)
    buffer.append(record(1))
    buffer.flush()
    try FileManager.default.moveItem(atPath: path, toPath: rotated)
    log.reopen()
    buffer.append(record(2))
    buffer.flush()
    log.close()
    #expect(try lines(rotated).count == 1)
    #expect(try lines(path).count == 1)
    #expect(try lines(path)[0].contains("\"status\":2,"))
  }

  @Test func appendsToAFileThatIsThereAndKeepsOthersOut() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for number in 1...2 {
      let log = try AccessLog(.file(path))
      let buffer = AccessLogBuffer(log: log)
      buffer.append(record(number))
      buffer.flush()
      log.close()
    }
    #expect(try lines(path).count == 2)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect((mode ?? 0o777) & 0o007 == 0)
  }

  @Test func writesOrCountsEveryLineOfWhatItsFileIsTooSlowFor() throws {
    // A pipe that nobody reads fills up, and the writer waits for it.
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    let log = try AccessLog(.file(path), capacity: 100_000)
    let buffer = AccessLogBuffer(log: log)
    for number in 0..<20_000 { buffer.append(record(number)) }
    buffer.flush()
    let dropped = log.droppedLines
    #expect(dropped > 0)
    // Somebody begins to read: what was not dropped arrives whole.
    _ = fcntl(reader, F_SETFL, 0)
    let count = Mutex(0)
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      while case let length = read(reader, &bytes, bytes.count), length > 0 {
        let newlines = bytes.prefix(length).filter { $0 == UInt8(ascii: "\n") }.count
        count.withLock { $0 += newlines }
      }
      ended.signal()
    }
    log.close()
    ended.wait()
    close(reader)
    #expect(count.withLock { $0 } + log.droppedLines == 20_000)
    #expect(log.droppedLines == dropped)
  }

  @Test func countsWhatCannotBeWritten() throws {
    signal(SIGPIPE, SIG_IGN)
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    let log = try AccessLog(.file(path))
    close(reader)
    let buffer = AccessLogBuffer(log: log)
    for number in 0..<7 { buffer.append(record(number)) }
    buffer.flush()
    log.close()
    #expect(log.droppedLines == 7)
  }

  @Test func endsEvenIfNobodyTakesWhatItWrites() throws {
    signal(SIGPIPE, SIG_IGN)
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    let log = try AccessLog(.file(path))
    let buffer = AccessLogBuffer(log: log)
    for number in 0..<2_000 { buffer.append(record(number)) }
    buffer.flush()
    #expect(!log.close(waitingAtMost: 1))
    close(reader)
  }

  @Test func countsWhatComesAfterItsEnd() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let log = try AccessLog(.file(path))
    log.close()
    log.close()
    let buffer = AccessLogBuffer(log: log)
    buffer.append(record(1))
    buffer.flush()
    #expect(log.droppedLines == 1)
  }

  @Test func saysWhyItCannotBeOpened() {
    #expect(throws: AccessLog.OpenProblem(errno: ENOENT)) { try AccessLog(.file("/nonexistent/gatehouse.log")) }
  }

  @Test func tellsOfLostLinesWhenItBeginsAndTenTimesAsMany() throws {
    let told = Mutex<[AccessLog.Trouble]>([])
    let log = try AccessLog(.file("/dev/full")) { trouble in told.withLock { $0.append(trouble) } }
    let buffer = AccessLogBuffer(log: log)
    for number in 1...11 {
      buffer.append(record(number))
      buffer.flush()
    }
    log.close()
    #expect(log.droppedLines == 11)
    let reason = "No space left on device"
    let all = told.withLock { $0 }
    // Blocks are written one by one, however many lie there.
    #expect(all == [.losing(lines: 1, reason: reason), .losing(lines: 10, reason: reason)], "\(all)")
  }

  @Test func tellsWhenLinesAreWrittenAgain() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    let told = Mutex<[AccessLog.Trouble]>([])
    let log = try AccessLog(.file(path)) { trouble in told.withLock { $0.append(trouble) } }
    let buffer = AccessLogBuffer(log: log)
    buffer.append(record(1))
    buffer.flush()
    try FileManager.default.removeItem(atPath: path)
    log.reopen()
    buffer.append(record(2))
    buffer.append(record(3))
    buffer.flush()
    log.close()
    #expect(told.withLock { $0 }.last == .over(lost: 1))
    #expect(log.droppedLines == 1)
    #expect(try lines(path).count == 2)
  }

  @Test func makesItsFileAnewWhereItWasDeleted() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let log = try AccessLog(.file(path))
    try FileManager.default.removeItem(atPath: path)
    let buffer = AccessLogBuffer(log: log)
    buffer.append(record(1))
    buffer.flush()
    log.close()
    #expect(try lines(path).count == 1)
    #expect(log.droppedLines == 0)
  }

  @Test func saysThatItGoesOnWithTheOldFile() throws {
    let folder = temporaryPath()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let told = Mutex<[AccessLog.Trouble]>([])
    let log = try AccessLog(.file(folder + "/log")) { trouble in told.withLock { $0.append(trouble) } }
    try FileManager.default.removeItem(atPath: folder)
    log.reopen()
    log.close()
    #expect(told.withLock { $0 } == [.notReopened(reason: "No such file or directory")])
    #expect(AccessLog.OpenProblem(errno: EISDIR).description == "Is a directory")
  }
}
