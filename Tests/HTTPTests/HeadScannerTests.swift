// The end of a head is found at the same place however its bytes arrive.

import HTTP
import Testing

private let head = Array(
  "POST /write?db=metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Basic eDp5\r\nContent-Length: 3\r\n\r\n".utf8)

/// Scans ever longer beginnings of `bytes`, as a connection that receives them piece by piece.
private func scan(_ bytes: [UInt8], endsOfPieces: [Int], limits: HeadLimits = ampleLimits) -> [Result<
  Int?, HeadProblem
>] {
  var scanner = HeadScanner()
  return endsOfPieces.map { end in
    bytes.withUnsafeBytes { whole in
      let known = UnsafeRawBufferPointer(rebasing: whole[..<end])
      do throws(HeadProblem) { return .success(try scanner.headLength(in: known, limits: limits)) } catch {
        return .failure(error)
      }
    }
  }
}

@Suite struct HeadScannerTests {
  @Test func findsEndWhereverTheHeadIsSplit() {
    let message = head + Array("a=1\r\n\r\n".utf8)
    for split in 0...head.count {
      let lengths = scan(message, endsOfPieces: [split, message.count])
      #expect(lengths[0] == .success(split == head.count ? head.count : nil))
      if split < head.count { #expect(lengths[1] == .success(head.count)) }
    }
  }

  @Test func findsEndByteByByte() {
    let lengths = scan(head, endsOfPieces: Array(1...head.count))
    #expect(lengths.dropLast().allSatisfy { $0 == .success(nil) })
    #expect(lengths.last == .success(head.count))
  }

  @Test func countsOneEmptyLineBeforeTheRequest() {
    let message = [0x0d, 0x0a] + head
    #expect(scan(message, endsOfPieces: [message.count]) == [.success(message.count)])
    #expect(readRequest(message).summary?.method == "POST")
    for split in 0..<message.count {
      #expect(scan(message, endsOfPieces: [split, message.count]).last == .success(message.count))
    }
  }

  @Test func refusesMoreEmptyLinesBeforeTheRequest() {
    #expect(readRequest([0x0d, 0x0a, 0x0d, 0x0a] + head).problem == .malformedRequestLine)
    #expect(readRequest([0x0d, 0x0a, 0x0d, 0x0a, 0x0d, 0x0a] + head).problem == .malformedRequestLine)
  }

  @Test func refusesBareLineFeedWhereverItIsSplit() {
    let message = Array("GET / HTTP/1.1\nHost: a\r\n\r\n".utf8)
    for split in 15...message.count {
      #expect(scan(message, endsOfPieces: [split]).last == .failure(.bareLineFeed))
    }
  }

  @Test func takesHeadOfExactlyTheLimit() {
    let limits = HeadLimits(bytes: head.count, fields: 100)
    #expect(scan(head, endsOfPieces: [head.count], limits: limits) == [.success(head.count)])
    #expect(scan(head + head, endsOfPieces: [head.count * 2], limits: limits) == [.success(head.count)])
  }

  @Test func refusesHeadOneByteOverTheLimit() {
    let limits = HeadLimits(bytes: head.count - 1, fields: 100)
    #expect(scan(head, endsOfPieces: [head.count], limits: limits) == [.failure(.headTooLarge)])
  }

  @Test func refusesEndlessLineAtTheLimit() {
    let limits = HeadLimits(bytes: 64, fields: 100)
    let line = [UInt8](repeating: 0x61, count: 65)
    #expect(scan(line, endsOfPieces: [64, 65], limits: limits) == [.success(nil), .failure(.headTooLarge)])
  }

  @Test func findsSecondOfTwoPipelinedHeads() {
    let both = head + head
    #expect(scan(both, endsOfPieces: [both.count]) == [.success(head.count)])
  }
}
