// A connected socket, plain or TLS, that reads into given memory and never writes short.

import COpenSSL
import CSystem
import Glibc
import Threading

public final class ByteStream: Channel {
  public enum ReadOutcome: Equatable {
    case bytes(Int)
    case wouldBlock
    /// The peer will send no more.
    case end
    case failed
  }

  enum State { case connecting, handshaking, open, closed }

  /// Kept until the stream is closed. Not weak: a weak reference sends every retain and release of the handler through
  /// a side table.
  public private(set) var handler: (any ByteStreamHandler)?
  var state: State
  var ssl: OpaquePointer?
  /// What the socket did not take: ciphertext, or plain bytes of a plaintext stream.
  var pending: [UInt8] = []
  var pendingStart = 0
  var wantsInput = true
  var hasBroken = false
  /// Whether OpenSSL has nothing that the next read could give without a further event of the socket.
  var isDrained = true
  /// Whether its owner has work left of what it read before.
  var isAnnounced = false
  /// Handshake messages and alerts since the handshake, within the time that began at `protocolWindow`.
  var protocolSteps = 0
  var protocolWindow = Instant.start
  var isFlooding = false
  /// What came first of a handshake.
  var opening = Opening()
  /// Whether what the peer sent is still read after a write has failed: a server that answers early and closes says in
  /// that answer why.
  public var readsAfterBreak = false

  /// A socket that a listener accepted.
  public init(
    accepted descriptor: Int32, loop: EventLoop, tls: ServerTLSContext?, handler: any ByteStreamHandler
  ) throws(TransportFailure) {
    state = tls == nil ? .open : .handshaking
    isTLS = tls != nil
    self.handler = handler
    super.init(loop: loop, descriptor: descriptor)
    if let tls {
      ssl = try makeSSL(tls.context)
      SSL_set_accept_state(ssl)
    }
    try loop.add(self, events: EPOLLIN.rawValue)
  }

  /// A connection to a numeric address; `handler` hears of its success or failure later.
  public init(
    connectingTo address: String, port: UInt16, loop: EventLoop, tls: ClientTLSContext?, serverName: String,
    handler: any ByteStreamHandler
  ) throws(TransportFailure) {
    let descriptor = gh_connect(address, port)
    guard descriptor >= 0 else { throw .system("connect", errno) }
    state = .connecting
    isTLS = tls != nil
    self.handler = handler
    super.init(loop: loop, descriptor: descriptor)
    do throws(TransportFailure) {
      if let tls {
        ssl = try makeSSL(tls.context)
        try tls.prepare(ssl, serverName: serverName)
      }
      try loop.add(self, events: EPOLLOUT.rawValue)
    } catch {
      close()
      throw error
    }
  }

  private func makeSSL(_ context: OpaquePointer) throws(TransportFailure) -> OpaquePointer {
    guard let ssl = SSL_new(context), let bio = loop.streamMethod.makeBIO(for: self) else {
      throw .tls("out of memory for a TLS connection")
    }
    SSL_set_bio(ssl, bio, bio)
    return ssl
  }

  deinit { if let ssl { SSL_free(ssl) } }

  /// Whether something written has not left yet: write no more than what is at hand until `streamDrained`.
  public var isCongested: Bool { pendingStart < pending.count }

  /// Bytes written that have not left yet.
  public var backlog: Int { pending.count - pendingStart }

  public let isTLS: Bool

  /// Whether the peer of an idle connection closed it or sent something that has not been read.
  public var isStale: Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return hasBroken || count >= 0 || (errno != EAGAIN && errno != EINTR)
  }

  /// Whether the peer of a TLS connection has not sent a single byte yet.
  public var hasHeardNothing: Bool {
    guard let ssl, state == .handshaking else { return false }
    return BIO_number_read(SSL_get_rbio(ssl)) == 0 && !isStale
  }

  /// Whether the next read may give something that no event of the socket will announce: the stream announces it itself,
  /// in its loop's next batch, while it reads input.
  public var hasBufferedInput: Bool { ssl != nil && state == .open && !isDrained }

  /// Calls `streamReadable` in the loop's next batch, after the events of the others, whatever the socket says.
  public func announceLater() {
    isAnnounced = true
    loop.revisitLater(self)
  }

  /// Stops or resumes reading: what the peer sends meanwhile stays in the kernel and slows it.
  public var readsInput: Bool {
    get { wantsInput }
    set {
      wantsInput = newValue
      updateInterest()
      if newValue, hasBufferedInput { loop.revisitLater(self) }
    }
  }

  // MARK: Events

  public override func ready(_ events: UInt32) {
    if state == .connecting { return finishConnecting() }
    if events & EPOLLOUT.rawValue != 0, isCongested { drain() }
    if hasBroken {
      // Ends with the last of what came: a read of a broken connection that gives nothing has failed.
      if readsAfterBreak, wantsInput, state == .open { handler?.streamReadable(self) } else { fail(.reset) }
      return
    }
    guard isOpen else { return }
    if state == .handshaking { return handshake() }
    if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0, !wantsInput { return fail(.reset) }
    if events & (EPOLLIN.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { handler?.streamReadable(self) }
  }

  public override func deadlineExpired() { handler?.streamExpired(self) }

  public override func revisited() {
    guard state == .open, wantsInput, !isDrained || isAnnounced else { return }
    isAnnounced = false
    handler?.streamReadable(self)
  }

  // MARK: Closing

  /// Tells a TLS peer, where all that was written has left, that nothing is missing: before an orderly `close`. Without
  /// it the peer has to take the end for a cut.
  public func sayGoodbye() {
    guard state == .open, !isCongested, !hasBroken else { return }
    notifyOfClose()
  }

  func notifyOfClose() {
    guard let ssl else { return }
    SSL_shutdown(ssl)
    ERR_clear_error()
    flush()
  }

  /// Says that nothing more will be written, and lets the peer's bytes still be read.
  public func finishWriting() {
    guard state == .open else { return }
    notifyOfClose()
    if !isCongested { shutdown(descriptor, Int32(SHUT_WR)) }
  }

  /// Makes the coming close a reset, for a peer that would take the end of the connection for the end of a message.
  public func resetAtClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Closes at once, dropping what has not left.
  public func close() {
    guard state != .closed else { return }
    state = .closed
    // A connection closed without close_notify must not be resumed from a cache; quiet shutdown keeps OpenSSL silent.
    if let ssl {
      SSL_set_quiet_shutdown(ssl, 1)
      SSL_free(ssl)
      self.ssl = nil
    }
    pending = []
    pendingStart = 0
    handler = nil
    closeDescriptor()
  }
}
