// The BIO between OpenSSL and a stream: reads straight from the socket, writes into the loop's staging memory.

import COpenSSL
import CSystem
import Glibc

/// Made once per loop, since nothing mutable is global.
final class StreamBIOMethod {
  let method: OpaquePointer

  init() throws(TransportFailure) {
    guard let made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gatehouse stream") else {
      throw .tls("out of memory for a BIO method")
    }
    method = made
    BIO_meth_set_read(made) { bio, buffer, length in
      guard let bio, let buffer, let data = BIO_get_data(bio), length > 0 else { return -1 }
      gh_bio_clear_retry_flags(bio)
      return Unmanaged<ByteStream>.fromOpaque(data)._withUnsafeGuaranteedRef { stream in
        let count = recv(stream.descriptor, buffer, Int(length), 0)
        if count > 0 {
          stream.noteReceived(UnsafeRawBufferPointer(start: buffer, count: count))
        } else if count < 0, errno == EAGAIN || errno == EINTR {
          gh_bio_set_retry_read(bio)
        }
        return Int32(clamping: count)
      }
    }
    BIO_meth_set_write(made) { bio, buffer, length in
      guard let bio, let buffer, let data = BIO_get_data(bio), length > 0 else { return -1 }
      gh_bio_clear_retry_flags(bio)
      Unmanaged<ByteStream>.fromOpaque(data)._withUnsafeGuaranteedRef { stream in
        stream.stage(UnsafeRawBufferPointer(start: buffer, count: Int(length)))
      }
      return length
    }
    BIO_meth_set_ctrl(made) { _, command, _, _ in
      switch command {
      case BIO_CTRL_FLUSH, BIO_CTRL_DUP: 1
      default: 0
      }
    }
    BIO_meth_set_create(made) { bio in
      BIO_set_init(bio, 1)
      return 1
    }
  }

  deinit { BIO_meth_free(method) }

  /// The stream must outlive the BIO.
  func makeBIO(for stream: ByteStream) -> OpaquePointer? {
    guard let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, Unmanaged.passUnretained(stream).toOpaque())
    return bio
  }
}
