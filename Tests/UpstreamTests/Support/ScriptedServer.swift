// A server on loopback that says what it was told to, one script for each connection in the order of their arrival.

import Glibc
import Synchronization
import TestSupport
import Threading
import Transport

final class ScriptedServer: Sendable {
  enum Action: Sendable {
    /// Waits for a whole request: a head, and as much body as its Content-Length says.
    case readRequest
    /// Waits until so many bytes more have come.
    case read(Int)
    case send(String)
    /// Sends one byte at a time.
    case trickle(String)
    /// Sends a body of so many bytes.
    case sendBytes(Int)
    /// Waits for the client to close.
    case awaitEnd
    /// Waits for `proceed`.
    case pause
  }

  let port: UInt16
  private let listener: Int32
  private let scripts: [[Action]]
  private let log = Mutex<[String]>([])
  private let accepted = Atomic<Int>(0)
  private let permits = Atomic<Int>(0)
  private let threads = Mutex<[WorkerThread]>([])

  init(_ scripts: [Action]...) throws {
    self.scripts = scripts
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> UInt16 in
        guard bind(listener, address, length) == 0, listen(listener, 64) == 0,
          getsockname(listener, address, &length) == 0
        else { return 0 }
        return UInt16(bigEndian: pointer.pointee.sin_port)
      }
    }
    guard port > 0 else { throw TransportFailure.system("bind", errno) }
    self.port = port
    let thread = WorkerThread(name: "scripted") { [self] in acceptAll() }
    guard let thread else { throw TransportFailure.system("pthread_create", EAGAIN) }
    threads.withLock { $0.append(thread) }
  }

  /// Everything received, one entry a connection's read.
  var requests: [String] { log.withLock { $0 } }
  var connections: Int { accepted.load(ordering: .sequentiallyConsistent) }

  /// Lets one `pause` go on.
  func proceed() { permits.add(1, ordering: .sequentiallyConsistent) }

  /// Ends once every script was played; call it when the client has closed its connections.
  func join() {
    shutdown(listener, Int32(SHUT_RDWR))
    while let thread = threads.withLock({ $0.popLast() }) { thread.join() }
    close(listener)
  }

  private func acceptAll() {
    for script in scripts {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      accepted.add(1, ordering: .sequentiallyConsistent)
      // One that never comes must not keep the test for ever.
      var limit = timeval(tv_sec: 15, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      let thread = WorkerThread(name: "script") { [self] in
        play(script, descriptor)
        close(descriptor)
      }
      if let thread { threads.withLock { $0.append(thread) } }
    }
  }

  private func play(_ script: [Action], _ descriptor: Int32) {
    var received: [UInt8] = []
    for action in script {
      switch action {
      case .readRequest:
        while wholeRequest(received) == nil { guard receive(descriptor, &received) else { break } }
        let length = wholeRequest(received) ?? received.count
        note(received[..<length])
        received.removeFirst(length)
      case .read(let count):
        while received.count < count { guard receive(descriptor, &received) else { break } }
        note(received[...])
        received = []
      case .send(let text): sendAll(Array(text.utf8), on: descriptor)
      case .trickle(let text): for byte in text.utf8 { sendAll([byte], on: descriptor) }
      case .sendBytes(let count): sendAll([UInt8](repeating: 0x78, count: count), on: descriptor)
      case .awaitEnd: while receive(descriptor, &received) {}
      case .pause:
        while true {
          let present = permits.load(ordering: .sequentiallyConsistent)
          if present > 0,
            permits.compareExchange(expected: present, desired: present - 1, ordering: .sequentiallyConsistent)
              .exchanged
          {
            break
          }
          sched_yield()
        }
      }
    }
  }

  private func note(_ bytes: ArraySlice<UInt8>) { log.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }

  private func receive(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    bytes += buffer[..<count]
    return true
  }

  /// Length of the request at the start of `bytes`, nil while it is not whole.
  private func wholeRequest(_ bytes: [UInt8]) -> Int? {
    let end = Array("\r\n\r\n".utf8)
    guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
    let head = String(decoding: bytes[..<start], as: UTF8.self)
    let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    let length = field.flatMap { Int($0.drop { $0 != " " }.dropFirst()) } ?? 0
    let whole = start + 4 + length
    return whole <= bytes.count ? whole : nil
  }
}
