// A connection that sends exactly the bytes it is given and reads what comes.

import COpenSSL
import CSystem
import Foundation
import Glibc
import TestSupport

/// Blocking; each piece that is sent over TLS is one record.
final class RawClient {
  let descriptor: Int32
  private var session: OpaquePointer?
  private let context: ClientContext?
  private(set) var buffer: [UInt8] = []
  /// Whether the peer has ended the connection, in order or by a reset.
  private(set) var isEnded = false
  private(set) var wasReset = false
  /// Whether the peer said over TLS that nothing more comes.
  var wasToldOfEnd: Bool { session.map { SSL_get_shutdown($0) & SSL_RECEIVED_SHUTDOWN != 0 } ?? false }
  private var isClosed = false

  /// OpenSSL writes without MSG_NOSIGNAL; a peer that has gone must not end the suite.
  private static let ignoresBrokenPipe: Void = { _ = Glibc.signal(SIGPIPE, SIG_IGN) }()

  /// Connects, from another of loopback's addresses where `source` says one; reads and writes fail after `seconds` without progress.
  init(
    port: UInt16, tls: Bool, context: ClientContext? = nil, receiveBuffer: Int32? = nil, seconds: Int = 30,
    handshakes: Bool = true, from source: UInt32? = nil
  ) throws {
    Self.ignoresBrokenPipe
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    self.context = tls && handshakes ? try context ?? ClientContext() : nil
    guard descriptor >= 0 else { throw HarnessFailure("socket: \(errno)") }
    if var bytes = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    gh_no_delay(descriptor)
    if let source {
      var own = sockaddr_in()
      own.sin_family = sa_family_t(AF_INET)
      own.sin_addr.s_addr = source.bigEndian
      let bound = withUnsafePointer(to: &own) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard bound == 0 else { throw HarnessFailure("bind: \(errno)") }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw HarnessFailure("connect to \(port): \(String(cString: strerror(errno)))") }
    guard let made = self.context else { return }
    session = SSL_new(made.pointer)
    SSL_set_fd(session, descriptor)
    SSL_set1_host(session, "localhost")
    _ = gh_ssl_set_host_name(session, "localhost")
    guard SSL_connect(session) == 1 else { throw HarnessFailure("TLS handshake failed: \(ERR_peek_error()) \(errno)") }
  }

  /// A connection to a gatehouse.
  convenience init(
    _ gatehouse: GatehouseProcess, tls: Bool = true, context: ClientContext? = nil, receiveBuffer: Int32? = nil,
    seconds: Int = 30, handshakes: Bool = true, from source: UInt32? = nil
  ) throws {
    try self.init(
      port: tls ? gatehouse.port : gatehouse.plainPort, tls: tls, context: context, receiveBuffer: receiveBuffer,
      seconds: seconds, handshakes: handshakes, from: source)
  }

  /// Sends each piece in a record or a segment of its own. False if the peer has gone.
  @discardableResult
  func send(_ pieces: [UInt8]...) -> Bool { pieces.allSatisfy { sendOne($0) } }

  @discardableResult
  func send(_ pieces: String...) -> Bool { pieces.allSatisfy { sendOne(Array($0.utf8)) } }

  @discardableResult
  func send(pieces: [[UInt8]]) -> Bool { pieces.allSatisfy { sendOne($0) } }

  private func sendOne(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { piece in
        session.map { Int(SSL_write($0, piece.baseAddress, Int32(piece.count))) }
          ?? Glibc.send(descriptor, piece.baseAddress, piece.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  /// Sends `whole` as one record and right behind it the first half of the record of `cut`, in one segment. Only over TLS,
  /// and the last thing that can be sent.
  func sendCutOff(_ whole: [UInt8], _ cut: [UInt8]) throws {
    guard let session, let memory = BIO_new(BIO_s_mem()) else { throw HarnessFailure("no TLS") }
    SSL_set0_wbio(session, memory)
    SSL_write(session, whole, Int32(whole.count))
    let first = BIO_ctrl_pending(memory)
    SSL_write(session, cut, Int32(cut.count))
    var records = [UInt8](repeating: 0, count: BIO_ctrl_pending(memory))
    BIO_read(memory, &records, Int32(records.count))
    let count = first + (records.count - first) / 2
    guard Glibc.send(descriptor, records, count, Int32(MSG_NOSIGNAL)) == count else {
      throw HarnessFailure("send: \(errno)")
    }
  }

  /// Sends so many KeyUpdate messages, each in a record of its own, as fast as they are taken; false where the peer has
  /// gone. Only over TLS 1.3.
  @discardableResult
  func sendKeyUpdates(_ count: Int, asking: Bool) throws -> Bool {
    guard let session, let socket = SSL_get_rbio(session), let memory = BIO_new(BIO_s_mem()) else {
      throw HarnessFailure("no TLS")
    }
    SSL_set0_wbio(session, memory)
    for _ in 0..<count {
      guard SSL_key_update(session, asking ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) == 1,
        SSL_do_handshake(session) == 1
      else { throw HarnessFailure("no KeyUpdate") }
    }
    var records = [UInt8](repeating: 0, count: BIO_ctrl_pending(memory))
    BIO_read(memory, &records, Int32(records.count))
    BIO_up_ref(socket)
    SSL_set0_wbio(session, socket)
    return sendUnprotected(records)
  }

  /// Sends so many ClientHellos within the session, each in a record of its own. Only over TLS 1.2 with `Records12.ciphers`.
  @discardableResult
  func sendHellos(_ count: Int) throws -> Bool {
    guard let session else { throw HarnessFailure("no TLS") }
    var forger = try Records12(of: session)
    var records: [UInt8] = []
    for _ in 0..<count { records += try forger.record(22, [1, 0, 0, 2, 3, 3]) }
    return sendUnprotected(records)
  }

  /// Sends bytes beside TLS.
  private func sendUnprotected(_ bytes: [UInt8]) -> Bool { sendAll(bytes, on: descriptor) }

  /// How many bytes have come that nobody has read. Plaintext only.
  var arrived: Int {
    var count: Int32 = 0
    return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? buffer.count + Int(count) : 0
  }

  /// Reads once into the buffer; false at the end of the connection. Throws when nothing comes in time.
  @discardableResult
  func fill(atMost: Int = 65_536) throws -> Bool {
    if isEnded { return false }
    var room = [UInt8](repeating: 0, count: atMost)
    errno = 0
    let count = session.map { Int(SSL_read($0, &room, Int32(room.count))) } ?? recv(descriptor, &room, room.count, 0)
    if count > 0 {
      buffer.append(contentsOf: room[..<count])
      return true
    }
    if errno == EAGAIN || errno == EWOULDBLOCK { throw HarnessFailure("nothing came in time") }
    wasReset = errno == ECONNRESET || errno == EPIPE
    isEnded = true
    return false
  }

  func take(_ count: Int) -> [UInt8] {
    let taken = Array(buffer.prefix(count))
    buffer.removeFirst(taken.count)
    return taken
  }

  /// Whether something has come that was not read yet. Plaintext only.
  var isReadable: Bool {
    var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return !buffer.isEmpty || poll(&interest, 1, 0) > 0
  }

  /// Returns when one of them has something to read, or after the time that a read may take.
  static func awaitReadable(_ clients: [RawClient]) {
    var interests = clients.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    _ = poll(&interests, nfds_t(interests.count), 20_000)
  }

  /// Everything up to the end of the connection.
  func readToEnd() throws -> [UInt8] {
    while try fill() {}
    return take(buffer.count)
  }

  /// Whether the peer ends the connection without sending anything more.
  func isClosedByPeer() throws -> Bool { try readToEnd().isEmpty }

  /// Ends our direction: close_notify, then FIN.
  func finishWriting() {
    if let session { SSL_shutdown(session) }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Drops the connection with a reset.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    closeNow()
  }

  func closeNow() {
    guard !isClosed else { return }
    isClosed = true
    if let session { SSL_free(session) }
    session = nil
    close(descriptor)
  }

  deinit { closeNow() }
}
