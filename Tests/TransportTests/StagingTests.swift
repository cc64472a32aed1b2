// Bytes of one stream never leave through another, though all of a loop share their scratch.

import Glibc
import Testing

@testable import Transport

@Suite struct StagingTests {
  @Test func keepsTwoAlternatingTLSStreamsApart() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let certificate = try Certificate.localhost
    let first = try Connected(loop, tls: certificate)
    let second = try Connected(loop, tls: certificate)
    let pieces = (0..<200).map { pattern(1 + ($0 * 6_007) % 40_000, seed: $0) }
    let firstWhole = pieces.reduce(into: []) { $0 += $1 }
    let secondWhole = pieces.reversed().reduce(into: []) { $0 += $1 }
    play(
      loop,
      .when(first.isOpen && second.isOpen) {
        for (a, b) in zip(pieces, pieces.reversed()) {
          first.client.stream?.write(a)
          second.client.stream?.write(b)
        }
      },
      .when(first.server.received.count >= firstWhole.count && second.server.received.count >= secondWhole.count))
    #expect(first.server.received == firstWhole)
    #expect(second.server.received == secondWhole)
    first.close()
    second.close()
  }

  @Test func keepsAStreamCleanWhenItsNeighbourFailsMidway() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let certificate = try Certificate.localhost
    let failing = try Connected(loop, tls: certificate)
    let good = try Connected(loop, tls: certificate)
    let piece = pattern(30_000)
    var sent = 0
    play(
      loop, .when(failing.isOpen && good.isOpen) { failing.server.stream?.close() },
      .when(true) {
        for _ in 0..<100 {
          failing.client.stream?.write(piece)
          good.client.stream?.write(piece)
          sent += 1
        }
      }, .when(good.server.received.count >= sent * piece.count), .when(failing.client.stream?.isOpen == false))
    #expect(good.server.received == (0..<100).reduce(into: []) { whole, _ in whole += piece })
    #expect(good.server.failure == nil)
    failing.close()
    good.close()
  }

  @Test func dropsBytesThatAnotherStreamLeftBehind() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let left = try Plugged(loop)
    let good = try Connected(loop, tls: try Certificate.localhost)
    play(
      loop,
      .when(good.isOpen) {
        Array("leaked".utf8).withUnsafeBytes { left.recorder.stream?.stage($0) }
        good.client.stream?.write(Array("mine".utf8))
      }, .when(good.server.received.count >= 4 || good.server.failure != nil))
    #expect(good.server.received == Array("mine".utf8))
    #expect(left.take().isEmpty)
    left.recorder.stream?.close()
    good.close()
  }

  @Test func sendsARecordLargerThanTheStagingMemory() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let plug = try Plugged(loop)
    let bytes = pattern(loop.staging.memory.count + 1)
    bytes.withUnsafeBytes { plug.recorder.stream?.stage($0) }
    plug.recorder.stream?.write([0xff])
    var received = plug.take()
    play(
      loop,
      .when(
        {
          received += plug.take()
          return received.count > bytes.count
        }()))
    #expect(received == bytes + [0xff])
    plug.recorder.stream?.close()
  }

  /// OpenSSL's queue of errors belongs to the thread: what one stream leaves there must not be taken for another's.
  @Test func failsNoOtherStreamForABrokenRecord() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let certificate = try Certificate.localhost
    let broken = try Connected(loop, tls: certificate)
    let waiting = try Connected(loop, tls: certificate)
    broken.server.onReadable = { stream in
      guard broken.server.readOnce(stream, atMost: 4_096) else { return }
      // The neighbour reads the first part of a record before anything else happens.
      waiting.server.stream.map { waiting.server.readAll($0) }
    }
    play(
      loop,
      .when(broken.isOpen && waiting.isOpen && broken.server.stream?.hasBufferedInput == false) {
        inject([0x17, 0x03, 0x03, 0x00, 0x40, 1, 2, 3], into: waiting.client)
        broken.client.stream?.write(Array("good".utf8))
        inject([0x17, 0x03, 0x03, 0x00, 0x20] + [UInt8](repeating: 9, count: 32), into: broken.client)
      }, .when(broken.server.failure != nil))
    #expect(broken.server.received == Array("good".utf8))
    #expect(waiting.server.failure == nil)
    #expect(waiting.server.stream?.isOpen == true)
    broken.close()
    waiting.close()
  }

  /// Sends raw bytes past OpenSSL.
  private func inject(_ bytes: [UInt8], into end: Recorder) {
    guard let descriptor = end.stream?.descriptor else { return }
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
