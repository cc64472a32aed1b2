// The head of a request: looked for in what was received, and kept where it comes in pieces.

import Decision
import HTTP

extension HTTP1Connection {
  enum Head {
    /// So many bytes of it are held.
    case incomplete(held: Int)
    /// Its bytes and what follows it.
    case whole(UnsafeMutableRawBufferPointer, length: Int)
    case refused(HeadProblem, beginning: UnsafeRawBufferPointer)
    /// More is held than fits, which no way of reading leads to; going on would mean to lose bytes in the middle.
    case overfull
  }

  /// Looks for the end of a head. One that comes in pieces is looked through where it is kept, and moved once: a peer that
  /// sends a long one byte by byte must not have all of it copied with each.
  ///
  /// - Parameters:
  ///   - bytes: that were received, behind what is held.
  ///   - room: where a head that was held will lie.
  /// - Returns: whether these are the first bytes of a request, and what is there of its head.
  mutating func takeHead(
    _ bytes: UnsafeMutableRawBufferPointer, limits: HeadLimits, room: UnsafeMutableRawBufferPointer
  ) -> (begins: Bool, head: Head) {
    let begins = state == .idle
    if begins { state = .readingHead }
    do throws(HeadProblem) {
      guard hold.isEmpty else {
        hold.append(contentsOf: bytes)
        guard let length = try lengthOfHeldHead(limits) else { return (begins, .incomplete(held: hold.count)) }
        guard let whole = unhold(into: room) else { return (begins, .overfull) }
        return (begins, .whole(whole, length: length))
      }
      if let length = try scanner.headLength(in: UnsafeRawBufferPointer(bytes), limits: limits) {
        return (begins, .whole(bytes, length: length))
      }
      hold.append(contentsOf: bytes)
      return (begins, .incomplete(held: hold.count))
    } catch {
      guard !hold.isEmpty else { return (begins, .refused(error, beginning: UnsafeRawBufferPointer(bytes))) }
      guard let beginning = unhold(into: room) else { return (begins, .overfull) }
      return (begins, .refused(error, beginning: UnsafeRawBufferPointer(beginning)))
    }
  }

  private mutating func lengthOfHeldHead(_ limits: HeadLimits) throws(HeadProblem) -> Int? {
    var outcome = Result<Int?, HeadProblem>.success(nil)
    hold.withUnsafeBytes { held in
      do throws(HeadProblem) {
        outcome = .success(try scanner.headLength(in: held, limits: limits))
      } catch {
        outcome = .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Bytes of the memory for long heads that a head of `count` bytes takes beside what it has; 0 for a usual one.
  func longHeadGrowth(to count: Int, limit: Int) -> Int { count > limit ? count - longHeadBytes : 0 }

  /// Notes that the memory for `growth` more bytes of its head is there.
  mutating func growLongHead(_ growth: Int) { longHeadBytes += growth }

  /// Bytes that it gives back.
  mutating func releaseLongHead() -> Int {
    defer { longHeadBytes = 0 }
    return longHeadBytes
  }
}
