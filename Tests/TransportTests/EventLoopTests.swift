// The loop does what other threads leave for it in order, and nothing for what was closed.

import Glibc
import Synchronization
import Testing

import Threading
@testable import Transport

@Suite struct MailboxTests {
  @Test func keepsOrderOfEachThread() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let box = Messages()
    loop.context = box
    let threads = try (0..<4).map { thread in
      let mailbox = loop.mailbox
      return try #require(
        WorkerThread(name: "poster \(thread)") {
          for number in 0..<2_000 { mailbox.post { ($0.context as? Messages)?.received.append((thread, number)) } }
        })
    }
    play(loop, .when(box.received.count == 8_000))
    for thread in 0..<4 { #expect(box.received.filter { $0.0 == thread }.map(\.1) == Array(0..<2_000)) }
    for thread in threads { thread.join() }
  }

  @Test func doesWhatAMessageLeaves() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let box = Messages()
    loop.context = box
    loop.mailbox.post { loop in
      loop.mailbox.post { ($0.context as? Messages)?.received.append((0, 2)) }
      (loop.context as? Messages)?.received.append((0, 1))
    }
    play(loop, .when(box.received.count == 2))
    #expect(box.received.map(\.1) == [1, 2])
  }

  private final class Messages {
    var received: [(Int, Int)] = []
  }
}

@Suite struct ResumptionTests {
  @Test func bringsAValueFromAnotherThread() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    var received: [Int] = []
    let resume = loop.resumption { (value: Int) in received.append(value) }
    let thread = try #require(WorkerThread(name: "resumer") { resume(42) })
    play(loop, .when(!received.isEmpty))
    thread.join()
    #expect(received == [42])
  }

  @Test func goesOnOnlyOnce() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    var received: [Int] = []
    let resume = loop.resumption { (value: Int) in received.append(value) }
    let last = loop.resumption { (value: Int) in received.append(value) }
    resume(1)
    resume(2)
    last(3)
    play(loop, .when(received.contains(3)))
    #expect(received == [1, 3])
  }

  @Test func doesNotGoOnOnceCancelled() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    var received: [Int] = []
    let resume = loop.resumption { (value: Int) in received.append(value) }
    let last = loop.resumption { (value: Int) in received.append(value) }
    resume(1)
    resume.cancel(in: loop)
    last(2)
    play(loop, .when(!received.isEmpty))
    #expect(received == [2])
  }

  @Test func letsGoOfWhatItHeld() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    weak var held: Recorder?
    var isDone = false
    do {
      let recorder = Recorder()
      held = recorder
      let resume = loop.resumption { (_: Int) in recorder.opened += 1 }
      let cancelled = loop.resumption { (_: Int) in recorder.opened += 1 }
      cancelled.cancel(in: loop)
      resume(1)
    }
    let last = loop.resumption { (_: Int) in isDone = true }
    last(1)
    play(loop, .when(isDone))
    #expect(held == nil)
  }
}

@Suite struct ClosingTests {
  @Test func neverCallsAStreamThatWasClosedInTheSameBatch() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let first = try Plugged(loop)
    let second = try Plugged(loop)
    let marker = try Plugged(loop)
    first.recorder.onReadable = { stream in
      stream.close()
      second.recorder.stream?.close()
    }
    second.recorder.onReadable = { stream in
      stream.close()
      first.recorder.stream?.close()
    }
    first.send("x")
    second.send("x")
    play(
      loop, .when(first.recorder.readable + second.recorder.readable > 0) { marker.send("x") },
      .when(marker.recorder.readable > 0))
    #expect(first.recorder.readable + second.recorder.readable == 1)
    marker.recorder.stream?.close()
  }

  @Test func outlivesItsOwnerWithinABatch() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    var plugs: [Plugged] = try (0..<20).map { _ in try Plugged(loop) }
    let marker = try Plugged(loop)
    for plug in plugs {
      plug.send("x")
      plug.recorder.onReadable = { _ in
        for plug in plugs { plug.recorder.stream?.close() }
        plugs = []
      }
    }
    play(loop, .when(plugs.isEmpty) { marker.send("x") }, .when(marker.recorder.readable > 0))
    marker.recorder.stream?.close()
  }

  @Test(arguments: [false, true]) func letsGoOfClosedStreams(isTLS: Bool) throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: isTLS ? try Certificate.localhost : nil)
    weak var client: ByteStream?
    weak var server: ByteStream?
    play(
      loop,
      .when(pair.isOpen) {
        client = pair.client.stream
        server = pair.server.stream
        // A deadline must not keep it until it comes.
        client?.setDeadline(after: .milliseconds(60_000))
        server?.setDeadline(after: .milliseconds(1_000))
        pair.close()
        pair.client.stream = nil
        pair.server.stream = nil
      }, .when(client == nil && server == nil))
    #expect(client == nil && server == nil)
  }

  @Test func canBeClosedInEveryCall() throws {
    for closesWhenOpened in [true, false] {
      let loop = try EventLoop(scratchBytes: 4_096)
      let pair = try Connected(loop, tls: try Certificate.localhost)
      if closesWhenOpened {
        pair.server.onOpened = { $0.close() }
      } else {
        pair.server.onReadable = { $0.close() }
        pair.client.onOpened = { $0.write(pattern(200_000)) }
      }
      play(loop, .when(pair.server.stream?.isOpen == false && pair.client.stream?.isOpen == false))
      pair.close()
    }
  }

  @Test func reusesADescriptorsNumberSafely() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    for round in 0..<200 {
      let old = try Plugged(loop)
      old.send("old")
      old.recorder.stream?.close()
      let new = try Plugged(loop)
      new.recorder.stream?.write(Array("\(round)".utf8))
      #expect(new.take() == Array("\(round)".utf8))
      new.recorder.stream?.close()
    }
  }
}

@Suite struct ScratchTests {
  @Test func laysHeadAndEndAroundWhatWasRead() throws {
    let scratch = try EventLoop(scratchBytes: 1_024).scratch
    let room = scratch.room
    #expect(room.count == 1_024)
    room.copyBytes(from: Array("payload".utf8))
    let payload = UnsafeRawBufferPointer(rebasing: room[..<7])
    let whole = Array("head ".utf8).withUnsafeBytes { scratch.surround(payload, prefix: $0, suffix: " end") }
    #expect(whole.map { String(decoding: $0, as: UTF8.self) } == "head payload end")
  }

  @Test func refusesWhatDoesNotFit() throws {
    let loop = try EventLoop(scratchBytes: 1_024)
    let scratch = loop.scratch
    let payload = UnsafeRawBufferPointer(rebasing: scratch.room[..<7])
    let long = [UInt8](repeating: 1, count: Scratch.headroom + 1)
    #expect(long.withUnsafeBytes { scratch.surround(payload, prefix: $0) } == nil)
    #expect(long.dropLast().withUnsafeBytes { scratch.surround(payload, prefix: $0) } != nil)
    // Bytes that lie elsewhere have no room before them.
    #expect(Array("x".utf8).withUnsafeBytes { scratch.surround($0, prefix: $0) } == nil)
  }

  @Test func keepsHeadApartFromWhatWasRead() throws {
    let loop = try EventLoop(scratchBytes: 1_024)
    let scratch = loop.scratch
    scratch.room.copyBytes(from: [UInt8](repeating: 1, count: 1_024))
    scratch.head.copyBytes(from: [UInt8](repeating: 2, count: scratch.head.count))
    #expect(scratch.room.allSatisfy { $0 == 1 })
  }
}
