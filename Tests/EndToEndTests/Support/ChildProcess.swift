// A program that the suite started: its output as it comes, and its end.

import CSystem
import Foundation
import Glibc
import TestSupport

final class ChildProcess: Sendable {
  let pid: pid_t
  let output: Awaited<[UInt8]>
  let errors: Awaited<[UInt8]>
  /// The wait status once it has ended and both its outputs are read.
  private let ended = Awaited<Int32?>(nil)
  private let input: Int32

  /// Starts a program with pipes at its three standard descriptors.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    let input = try SocketPair()
    let output = try SocketPair()
    let errors = try SocketPair()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, pair) in [input, output, errors].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, pair.theirs, Int32(target))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The suite ignores SIGPIPE; a program has to do that for itself.
    var reset = sigset_t()
    sigemptyset(&reset)
    sigaddset(&reset, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &reset)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let merged = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
      .merging(environment) { $1 }
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var started: pid_t = 0
    let failure = arguments[0].withCString { posix_spawnp(&started, $0, &actions, &attributes, &argv, &envp) }
    for pair in [input, output, errors] { close(pair.theirs) }
    guard failure == 0 else {
      for pair in [input, output, errors] { close(pair.ours) }
      throw HarnessFailure("cannot start \(arguments.first ?? ""): \(String(cString: strerror(failure)))")
    }
    let pid = started
    self.pid = pid
    self.input = input.ours
    self.output = Awaited([])
    self.errors = Awaited([])
    let readers = [Self.collect(output.ours, into: self.output), Self.collect(errors.ours, into: self.errors)]
    Background.start { [ended, output = self.output, errors = self.errors] in
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      for reader in readers { reader.join(seconds: 10) }
      let final = status
      ended.change { $0 = final }
      // Who waits for output that will never come looks again.
      output.change { _ in }
      errors.change { _ in }
    }
  }

  private struct SocketPair {
    let ours: Int32
    let theirs: Int32

    // Not pipes: these can be made close-on-exec in one step, so that no other child of a parallel test inherits them.
    init() throws {
      var pair: [Int32] = [0, 0]
      guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
        throw HarnessFailure("socketpair: \(errno)")
      }
      (ours, theirs) = (pair[0], pair[1])
    }
  }

  private static func collect(_ descriptor: Int32, into target: Awaited<[UInt8]>) -> Background {
    Background.start {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
        target.change { $0.append(contentsOf: buffer[..<count]) }
      }
      close(descriptor)
    }
  }

  /// Writes to its standard input and ends it.
  func feed(_ text: String) {
    sendAll(Array(text.utf8), on: input)
    shutdown(input, Int32(SHUT_WR))
  }

  func signal(_ number: Int32) {
    if ended.current == nil { kill(pid, number) }
  }

  var isRunning: Bool { ended.current == nil }

  /// Exit status, or 128 + the signal that ended it; nil if it does not end in time.
  func waitForEnd(seconds: Double = 60) -> Int32? {
    guard let status = ended.wait(seconds: seconds, until: { $0 != nil }) ?? nil else { return nil }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  var outputText: String { String(decoding: output.current, as: UTF8.self) }
  var errorText: String { String(decoding: errors.current, as: UTF8.self) }

  deinit {
    if isRunning { kill(pid, SIGKILL) }
    close(input)
  }
}
