// A connected socket, plain or TLS, that reads into given memory and never writes short.

import COpenSSL
import CSystem
import Glibc
import Threading

/// What a stream tells its owner. All calls come from the stream's loop.
public protocol ByteStreamHandler: AnyObject {
  /// Connected, and the TLS handshake done.
  func streamOpened(_ stream: ByteStream)
  /// There may be something to read.
  func streamReadable(_ stream: ByteStream)
  /// Everything written has left, after the stream was congested.
  func streamDrained(_ stream: ByteStream)
  /// The deadline that the owner set has passed.
  func streamExpired(_ stream: ByteStream)
  /// The connection broke, or could not be made; the stream is closed.
  func streamFailed(_ stream: ByteStream, _ failure: StreamFailure)
  /// What came in place of a TLS handshake is a request of HTTP; the stream is a plaintext one now, to say so and close.
  func streamSpeaksHTTP(_ stream: ByteStream)
}

extension ByteStreamHandler {
  public func streamSpeaksHTTP(_ stream: ByteStream) {
    stream.close()
    streamFailed(stream, .handshake("http request"))
  }
}

public enum StreamFailure: Sendable, Equatable {
  case connect(Int32)
  case handshake(String)
  case reset
}

public final class ByteStream: Channel {
  public enum ReadOutcome: Equatable {
    case bytes(Int)
    case wouldBlock
    /// The peer will send no more.
    case end
    case failed
  }

  private enum State { case connecting, handshaking, open, closed }

  /// Kept until the stream is closed. Not weak: a weak reference sends every retain and release of the handler through
  /// a side table.
  public private(set) var handler: (any ByteStreamHandler)?
  private var state: State
  private var ssl: OpaquePointer?
  /// What the socket did not take: ciphertext, or plain bytes of a plaintext stream.
  private var pending: [UInt8] = []
  private var pendingStart = 0
  private var wantsInput = true
  private var hasBroken = false
  /// Whether OpenSSL has nothing that the next read could give without a further event of the socket.
  private var isDrained = true
  /// Whether its owner has work left of what it read before.
  private var isAnnounced = false
  /// Handshake messages and alerts since the handshake, within the time that began at `protocolWindow`.
  private var protocolSteps = 0
  private var protocolWindow = Instant.start
  private var isFlooding = false
  /// What came first of a handshake.
  private var opening = Opening()
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

  /// Records that one `read` takes: their number is the peer's choice, and each costs the same however short it is.
  private static let recordsPerRead = 128
  /// Handshake messages and alerts that a peer may cause within `protocolInterval` once the handshake is done. A few
  /// tickets come at once; keys change after gigabytes.
  private static let maximumProtocolSteps = 64
  /// Milliseconds.
  private static let protocolInterval = Interval.seconds(10)

  // MARK: Reading

  public func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
    guard state == .open, buffer.count > 0 else { return .failed }
    guard let ssl else {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      return (errno == EAGAIN || errno == EINTR) && !hasBroken ? .wouldBlock : .failed
    }
    // Reading may make OpenSSL write (an alert, a key update).
    defer { flush() }
    isDrained = false
    var filled = 0
    // One record at a time is what SSL_read gives; take what was read ahead before working on any of it.
    for _ in 0..<Self.recordsPerRead {
      let count = SSL_read(ssl, buffer.baseAddress.map { $0 + filled }, Int32(clamping: buffer.count - filled))
      guard count > 0 else {
        let outcome = readFailure(ssl, count)
        // An end or an error is met again at the next read.
        isDrained = outcome == .wouldBlock
        if filled > 0 { break }
        return outcome
      }
      filled += Int(count)
      if SSL_has_pending(ssl) == 0 {
        isDrained = true
        break
      }
      if filled == buffer.count { break }
    }
    if !isDrained, wantsInput { loop.revisitLater(self) }
    return .bytes(filled)
  }

  private func readFailure(_ ssl: OpaquePointer, _ result: Int32) -> ReadOutcome {
    // The thread's queue of errors must be empty when the next stream asks for its own.
    defer { ERR_clear_error() }
    if isFlooding { return .failed }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return hasBroken ? .failed : .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .end
    default: return .failed
    }
  }

  /// Called by OpenSSL for each handshake message and alert. Each of them costs more than a record of data, and what is
  /// answered piles up where the peer does not take it: a peer that goes on with them loses its connection.
  func noteProtocolStep() {
    guard state == .open else { return }
    if loop.now - protocolWindow >= Self.protocolInterval {
      protocolWindow = loop.now
      protocolSteps = 0
    }
    protocolSteps += 1
    guard protocolSteps > Self.maximumProtocolSteps, !isFlooding, let ssl else { return }
    isFlooding = true
    // Makes OpenSSL leave what it has read ahead, of which it would otherwise work on every message before it returns.
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
  }

  // MARK: Writing

  /// Sends `bytes`, keeping what the socket does not take. A broken connection is reported through the handler later.
  public func write(_ bytes: UnsafeRawBufferPointer) {
    guard state == .open, bytes.count > 0 else { return }
    if let ssl {
      var rest = bytes
      while rest.count > 0 {
        let count = SSL_write(ssl, rest.baseAddress, Int32(clamping: rest.count))
        guard count > 0 else {
          ERR_clear_error()
          flush()
          return noteBroken()
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[min(Int(count), rest.count)...])
      }
      flush()
    } else {
      transmit(bytes)
    }
    updateInterest()
  }

  public func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

  /// Called by OpenSSL.
  func stage(_ bytes: UnsafeRawBufferPointer) {
    let staging = loop.staging
    // Bytes of another stream here would be a missing flush: they must not leave through this one.
    if staging.descriptor != descriptor { staging.count = 0 }
    staging.descriptor = descriptor
    if bytes.count > staging.memory.count - staging.count { flush() }
    guard bytes.count <= staging.memory.count - staging.count, let source = bytes.baseAddress,
      let base = staging.memory.baseAddress
    else { return transmit(bytes) }
    memcpy(base + staging.count, source, bytes.count)
    staging.count += bytes.count
  }

  private func flush() {
    let staging = loop.staging
    guard staging.count > 0, staging.descriptor == descriptor else { return }
    let staged = staging.staged
    staging.count = 0
    transmit(staged)
  }

  private func transmit(_ bytes: UnsafeRawBufferPointer) {
    guard !hasBroken else { return }
    var rest = bytes
    while !isCongested, rest.count > 0 {
      let count = send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[min(count, rest.count)...])
      } else if errno == EINTR {
        continue
      } else if errno == EAGAIN {
        break
      } else {
        return noteBroken()
      }
    }
    if rest.count > 0 { pending.append(contentsOf: rest) }
  }

  /// Whether a write failed because the peer is gone; nothing written since has left.
  public var isBroken: Bool { hasBroken }

  private func noteBroken() {
    hasBroken = true
    pending = []
    pendingStart = 0
    guard isOpen else { return }
    // An event comes for a dead socket whatever the interest; asking for output makes sure of it.
    loop.setInterest(self, events: EPOLLOUT.rawValue)
  }

  private func drain() {
    let descriptor = descriptor
    while isCongested {
      let count = pending.withUnsafeBytes { bytes in
        send(descriptor, bytes.baseAddress.map { $0 + pendingStart }, bytes.count - pendingStart, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        pendingStart += count
      } else if count < 0, errno == EAGAIN || errno == EINTR {
        return
      } else {
        return noteBroken()
      }
    }
    pending.removeAll(keepingCapacity: false)
    pendingStart = 0
    updateInterest()
    if state == .open { handler?.streamDrained(self) }
  }

  private func updateInterest() {
    guard state == .open || state == .handshaking, !hasBroken else { return }
    var events: UInt32 = 0
    if wantsInput { events |= EPOLLIN.rawValue }
    if isCongested { events |= EPOLLOUT.rawValue }
    loop.setInterest(self, events: events)
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

  private func finishConnecting() {
    let code = gh_socket_error(descriptor)
    guard code == 0 else { return fail(.connect(code)) }
    if ssl != nil {
      state = .handshaking
      updateInterest()
      handshake()
    } else {
      state = .open
      updateInterest()
      handler?.streamOpened(self)
    }
  }

  private func handshake() {
    guard let ssl else { return }
    let result = SSL_do_handshake(ssl)
    flush()
    if result == 1 {
      state = .open
      isDrained = SSL_has_pending(ssl) == 0
      updateInterest()
      handler?.streamOpened(self)
      if isOpen, hasBufferedInput, wantsInput { handler?.streamReadable(self) }
      return
    }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: updateInterest()
    default:
      if SSL_is_server(ssl) == 1, opening.isHTTP { return turnPlaintext() }
      let verification = SSL_get_verify_result(ssl)
      let text =
        verification == X509_V_OK
        ? TLSErrors.latest() : String(cString: X509_verify_cert_error_string(Int(verification)))
      fail(.handshake(text))
    }
    ERR_clear_error()
  }

  /// The TLS version that the client of this stream offered, in words.
  public var offeredVersion: String { opening.offeredVersion }

  /// Called by OpenSSL's BIO.
  func noteReceived(_ bytes: UnsafeRawBufferPointer) {
    if state == .handshaking { opening.append(bytes) }
  }

  /// Called by OpenSSL once it has read a client's hello.
  func noteOffer(_ version: UInt32) { opening.offer = version }

  private func turnPlaintext() {
    SSL_free(ssl)
    ssl = nil
    ERR_clear_error()
    state = .open
    updateInterest()
    handler?.streamSpeaksHTTP(self)
  }

  private func fail(_ failure: StreamFailure) {
    guard state != .closed else { return }
    let handler = handler
    close()
    handler?.streamFailed(self, failure)
  }

  // MARK: Closing

  /// Tells a TLS peer, where all that was written has left, that nothing is missing: before an orderly `close`. Without
  /// it the peer has to take the end for a cut.
  public func sayGoodbye() {
    guard state == .open, !isCongested, !hasBroken else { return }
    notifyOfClose()
  }

  private func notifyOfClose() {
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
