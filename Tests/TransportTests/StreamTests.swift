// Bytes arrive whole and in order, whatever the sockets take at a time.

import Glibc
import Testing

@testable import Transport

@Suite struct StreamTests {
  @Test(arguments: [false, true]) func deliversLargeWritesUnderBackPressure(isTLS: Bool) throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: isTLS ? try Certificate.localhost : nil)
    let bytes = pattern(12 << 20)
    var wasCongested = false
    play(
      loop,
      .when(pair.isOpen) {
        pair.server.stream?.readsInput = false
        pair.client.stream?.write(bytes)
        wasCongested = pair.client.stream?.isCongested ?? false
      },
      .when(true) { pair.server.stream?.readsInput = true },
      .when(pair.server.received.count >= bytes.count && pair.client.drained > 0))
    #expect(wasCongested)
    #expect(pair.server.received == bytes)
    #expect(pair.client.drained == 1)
    #expect(pair.client.stream?.isCongested == false)
    pair.close()
  }

  @Test(arguments: [false, true]) func keepsOrderOfManyWritesWhileCongested(isTLS: Bool) throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: isTLS ? try Certificate.localhost : nil)
    let pieces = (0..<400).map { pattern(1 + ($0 * 7_919) % 60_000, seed: $0) }
    let whole = pieces.reduce(into: []) { $0 += $1 }
    play(
      loop,
      .when(pair.isOpen) {
        pair.server.stream?.readsInput = false
        for piece in pieces { pair.client.stream?.write(piece) }
        pair.server.stream?.readsInput = true
      }, .when(pair.server.received.count >= whole.count))
    #expect(pair.server.received == whole)
    pair.close()
  }

  @Test func writesNothingForNoBytes() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let plug = try Plugged(loop)
    plug.recorder.stream?.write([])
    #expect(plug.recorder.stream?.isCongested == false)
    #expect(plug.take().isEmpty)
    plug.recorder.stream?.close()
  }

  @Test func announcesWhatTLSHasReadAhead() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: try Certificate.localhost)
    var sawBuffered = false
    pair.server.onReadable = { stream in
      while pair.server.readOnce(stream, atMost: 10) { sawBuffered = sawBuffered || stream.hasBufferedInput }
    }
    let bytes = pattern(100_000)
    play(
      loop, .when(pair.isOpen) { pair.client.stream?.write(bytes) },
      .when(pair.server.received.count == bytes.count))
    #expect(sawBuffered)
    #expect(pair.server.received == bytes)
    #expect(pair.server.stream?.hasBufferedInput == false)
    pair.close()
  }

  @Test(arguments: [false, true]) func endsOneDirectionAtATime(isTLS: Bool) throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: isTLS ? try Certificate.localhost : nil)
    var ended = false
    pair.server.onReadable = { stream in
      var byte: UInt8 = 0
      let outcome = withUnsafeMutableBytes(of: &byte) { stream.read(into: $0) }
      guard outcome == .end, !ended else { return }
      ended = true
      stream.readsInput = false
      stream.write(Array("still here".utf8))
    }
    play(
      loop, .when(pair.isOpen) { pair.client.stream?.finishWriting() },
      .when(pair.client.received == Array("still here".utf8)))
    #expect(ended)
    pair.close()
  }

  @Test func deliversWhatWasWrittenBeforeTheEnd() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop)
    let bytes = pattern(8 << 20)
    play(
      loop,
      .when(pair.isOpen) {
        pair.client.stream?.write(bytes)
        pair.client.stream?.finishWriting()
      }, .when(pair.client.drained > 0) { pair.client.stream?.finishWriting() }, .when(pair.server.hasEnded))
    #expect(pair.server.received == bytes)
    pair.close()
  }

  @Test(arguments: [false, true]) func seesThatThePeerClosed(isTLS: Bool) throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: isTLS ? try Certificate.localhost : nil)
    play(
      loop, .when(pair.isOpen) { pair.client.stream?.close() },
      .when(pair.server.hasEnded || pair.server.failure != nil))
    #expect(pair.server.stream?.isOpen == false)
    pair.close()
  }

  @Test func reportsBrokenWriteLaterAndOnce() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    var plug: Plugged? = try Plugged(loop)
    let recorder = try #require(plug?.recorder)
    recorder.stream?.readsInput = false
    plug = nil
    recorder.stream?.write(Array("x".utf8))
    #expect(recorder.stream?.isBroken == true)
    #expect(recorder.failure == nil)
    recorder.stream?.write(Array("y".utf8))
    play(loop, .when(recorder.failure != nil))
    #expect(recorder.failure == .reset)
    #expect(recorder.stream?.isOpen == false)
  }

  @Test func readsNothingWhileToldNotTo() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let quiet = try Plugged(loop)
    let marker = try Plugged(loop)
    quiet.recorder.stream?.readsInput = false
    quiet.send("held back")
    marker.send("marker")
    var readMeanwhile = -1
    play(
      loop,
      .when(!marker.recorder.received.isEmpty) {
        readMeanwhile = quiet.recorder.readable
        quiet.recorder.stream?.readsInput = true
      }, .when(!quiet.recorder.received.isEmpty))
    #expect(readMeanwhile == 0)
    #expect(quiet.recorder.received == Array("held back".utf8))
    quiet.recorder.stream?.close()
    marker.recorder.stream?.close()
  }

  @Test func tellsStaleFromIdle() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let idle = try Plugged(loop)
    #expect(idle.recorder.stream?.isStale == false)
    idle.send("unasked")
    #expect(idle.recorder.stream?.isStale == true)
    var left: Plugged? = try Plugged(loop)
    let recorder = try #require(left?.recorder)
    #expect(recorder.stream?.isStale == false)
    left = nil
    #expect(recorder.stream?.isStale == true)
    idle.recorder.stream?.close()
    recorder.stream?.close()
  }

  @Test func doesNothingOnceClosed() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let plug = try Plugged(loop)
    let stream = try #require(plug.recorder.stream)
    stream.close()
    stream.close()
    stream.write(Array("x".utf8))
    stream.finishWriting()
    stream.readsInput = true
    var byte: UInt8 = 0
    #expect(withUnsafeMutableBytes(of: &byte) { stream.read(into: $0) } == .failed)
    #expect(plug.take().isEmpty)
  }
}
