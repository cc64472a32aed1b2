// An upstream that records exactly what arrives and answers by script.

import CSystem
import Foundation
import Glibc

final class ScriptedUpstream: Sendable {
  /// Called when the head of a request has come, once for each request of a connection.
  typealias Script = @Sendable (UpstreamConnection) throws -> Void

  struct Connection: Sendable {
    /// The first bytes that came, at most 1 MiB of them.
    var bytes: [UInt8] = []
    var count = 0
    var isEnded = false
    /// Whether only gatehouse's own questions about the directory came over it.
    var isDirectory = true

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  struct State: Sendable {
    var connections: [Connection] = []
    /// Heads of the forwarded requests, in the order of their coming.
    var requests: [UpstreamRequest] = []
    /// Those of them that a script took whole, with their bodies.
    var completed: [UpstreamRequest] = []
  }

  let port: UInt16
  let state = Awaited(State())
  private let directory: Awaited<UpstreamDirectory>
  private let script: Awaited<Script>
  private let listener: Int32

  init(
    directory: UpstreamDirectory = UpstreamDirectory(), port: UInt16 = 0,
    script: @escaping Script = { try $0.obey() }
  ) throws {
    self.directory = Awaited(directory)
    self.script = Awaited(script)
    listener = gh_listen("127.0.0.1", port, 512)
    guard listener >= 0 else { throw HarnessFailure("listen: \(errno)") }
    _ = fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) & ~O_NONBLOCK)
    self.port = gh_bound_port(listener)
    let descriptor = listener
    Background.start { [state, directory = self.directory, script = self.script] in
      while true {
        var peer = [CChar](repeating: 0, count: 64)
        var peerPort: UInt16 = 0
        let accepted = gh_accept(descriptor, &peer, peer.count, &peerPort)
        if accepted < 0 {
          if errno == EINTR || errno == ECONNABORTED { continue }
          return
        }
        _ = fcntl(accepted, F_SETFL, fcntl(accepted, F_GETFL) & ~O_NONBLOCK)
        var index = 0
        state.change {
          index = $0.connections.count
          $0.connections.append(Connection())
        }
        let number = index
        Background.start { Self.serve(accepted, number, state, directory, script) }
      }
    }
  }

  private static func serve(
    _ descriptor: Int32, _ index: Int, _ state: Awaited<State>, _ directory: Awaited<UpstreamDirectory>,
    _ script: Awaited<Script>
  ) {
    let connection = UpstreamConnection(
      descriptor: descriptor, index: index,
      record: { piece in
        state.change {
          $0.connections[index].count += piece.count
          $0.connections[index].bytes += piece.prefix(max(0, 1_048_576 - $0.connections[index].bytes.count))
        }
      },
      complete: { request in
        if directory.current.answer(request) == nil { state.change { $0.completed.append(request) } }
      })
    while connection.isOpen, let head = try? connection.peekHead() {
      if let rows = directory.current.answer(head) {
        _ = try? connection.readRequest()
        connection.answer(
          rows.isEmpty ? "204 No Content" : "200 OK", rows, fields: "Content-Type: application/json\r\n",
          version: directory.current.influxDB2 == nil ? "1.8.10" : "v2.9.1")
        continue
      }
      state.change {
        var head = head
        head.connection = index
        $0.connections[index].isDirectory = false
        $0.requests.append(head)
      }
      do { try script.current(connection) } catch { connection.close() }
    }
    connection.close()
    state.change { $0.connections[index].isEnded = true }
  }

  /// From now on requests are answered by this script.
  func answer(by script: @escaping Script) { self.script.change { $0 = script } }

  func setDirectory(_ directory: UpstreamDirectory) { self.directory.change { $0 = directory } }

  /// Heads of the forwarded requests so far.
  var requests: [UpstreamRequest] { state.current.requests }

  /// Forwarded requests that a script took whole.
  var completed: [UpstreamRequest] { state.current.completed }

  /// Connections over which something other than the directory's questions came.
  var connections: [Connection] { state.current.connections.filter { $0.count > 0 && !$0.isDirectory } }

  /// Every byte of those connections.
  var text: String { connections.map(\.text).joined(separator: "\n") }

  /// Waits for so many forwarded requests.
  @discardableResult
  func waitForRequests(_ count: Int, seconds: Double = 30) throws -> [UpstreamRequest] {
    guard let state = state.wait(seconds: seconds, until: { $0.requests.count >= count }) else {
      throw HarnessFailure("\(requests.count) instead of \(count) requests reached the upstream")
    }
    return state.requests
  }

  /// Stops accepting: from now on connections are refused.
  func stopListening() {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}
