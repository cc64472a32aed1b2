// What goes out: staged for TLS, sent, and kept where the socket does not take it.

import COpenSSL
import CSystem
import Glibc

extension ByteStream {
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

  func flush() {
    let staging = loop.staging
    guard staging.count > 0, staging.descriptor == descriptor else { return }
    let staged = staging.staged
    staging.count = 0
    transmit(staged)
  }

  func transmit(_ bytes: UnsafeRawBufferPointer) {
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

  func noteBroken() {
    hasBroken = true
    pending = []
    pendingStart = 0
    guard isOpen else { return }
    // An event comes for a dead socket whatever the interest; asking for output makes sure of it.
    loop.setInterest(self, events: EPOLLOUT.rawValue)
  }

  func drain() {
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

  func updateInterest() {
    guard state == .open || state == .handshaking, !hasBroken else { return }
    var events: UInt32 = 0
    if wantsInput { events |= EPOLLIN.rawValue }
    if isCongested { events |= EPOLLOUT.rawValue }
    loop.setInterest(self, events: events)
  }
}
