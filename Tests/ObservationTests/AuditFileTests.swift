// The audit log's file: whole lines or none, for its owner alone.

import Foundation
import Glibc
import Testing

@testable import Observation

private func temporaryPath() -> String {
  FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-\(UUID().uuidString).jsonl").path
}

private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

@Suite struct AuditFileTests {
  private let path = temporaryPath()

  @Test func appendsToWhatIsThere() throws {
    defer { unlink(path) }
    try AuditFile(path: path).append(Array("one\n".utf8), isDurable: true)
    try AuditFile(path: path).append(Array("two\n".utf8), isDurable: false)
    #expect(try text(path) == "one\ntwo\n")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func halfALineSwallowsNoOther() throws {
    defer { unlink(path) }
    let file = try AuditFile(path: path)
    try Data("{\"half".utf8).write(to: URL(filePath: path))
    try AuditFile(path: path).append(Array("whole\n".utf8), isDurable: true)
    #expect(try text(path) == "{\"half\nwhole\n")
    _ = file
  }

  @Test func goesOnInANewFileAfterARotation() throws {
    defer {
      unlink(path)
      unlink(path + ".1")
    }
    let file = try AuditFile(path: path)
    try file.append(Array("one\n".utf8), isDurable: true)
    rename(path, path + ".1")
    try file.append(Array("two\n".utf8), isDurable: true)
    try file.reopen()
    try file.append(Array("three\n".utf8), isDurable: true)
    #expect(try text(path + ".1") == "one\ntwo\n")
    #expect(try text(path) == "three\n")
  }

  @Test func aFileThatWasRemovedIsMadeAnew() throws {
    defer { unlink(path) }
    let file = try AuditFile(path: path)
    unlink(path)
    try file.append(Array("one\n".utf8), isDurable: true)
    #expect(try text(path) == "one\n")
  }

  @Test func failsWhereItsLinesWouldBeLost() throws {
    defer { rmdir(path) }
    let file = try AuditFile(path: path)
    unlink(path)
    mkdir(path, 0o700)
    #expect(throws: AuditFile.Problem.self) { try file.append(Array("one\n".utf8), isDurable: true) }
  }

  @Test func refusesWhatIsNoFileOfItsOwn() throws {
    defer { unlink(path) }
    #expect(throws: AuditFile.Problem.self) { try AuditFile(path: "/dev/null") }
    #expect(throws: AuditFile.Problem.self) { try AuditFile(path: "/nonexistent/audit") }
    #expect(throws: AuditFile.Problem.self) { try AuditFile(path: "/tmp") }
    mkfifo(path, 0o600)
    #expect(throws: AuditFile.Problem.self) { try AuditFile(path: path) }
    unlink(path)
    try Data().write(to: URL(filePath: path))
    chmod(path, 0o620)
    #expect(throws: AuditFile.Problem.self) { try AuditFile(path: path) }
  }

  @Test func severalWritersNeverMixTheirLines() throws {
    defer { unlink(path) }
    let line = String(repeating: "x", count: 300)
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      guard let file = try? AuditFile(path: path) else { return }
      for _ in 0..<50 { try? file.append(Array("\(worker)\(line)\n".utf8), isDurable: false) }
    }
    let lines = try text(path).split(separator: "\n")
    #expect(lines.count == 200 && lines.allSatisfy { $0.dropFirst() == line })
  }
}
