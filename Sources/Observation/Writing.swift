// Writes whole buffers to a descriptor of any kind.

import Glibc

/// Writes all of `bytes`, waiting where the descriptor does not block by itself; false where it cannot be written.
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
  writtenBytes(descriptor, bytes) == bytes.count
}

/// As `writeAll`; how many bytes were written. Where that is not all of them, `errno` says why.
func writtenBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if written > 0 {
      rest = rest.dropFirst(written)
    } else if written < 0 && errno == EAGAIN {
      var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&interest, 1, -1)
    } else if written == 0 || errno != EINTR {
      break
    }
  }
  return bytes.count - rest.count
}
