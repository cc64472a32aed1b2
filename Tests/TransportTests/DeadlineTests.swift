// Deadlines come when they are due, once, and only where they still stand.

import Testing
import TestSupport

import Threading
@testable import Transport

@Suite struct DeadlineTests {
  @Test func expiresOnce() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let early = try Plugged(loop)
    let late = try Plugged(loop)
    early.recorder.stream?.setDeadline(after: .milliseconds(1))
    late.recorder.stream?.setDeadline(after: .milliseconds(300))
    play(loop, .when(late.recorder.expired == 1))
    #expect(early.recorder.expired == 1)
    early.recorder.stream?.close()
    late.recorder.stream?.close()
  }

  @Test func obeysTheLatestDeadlineAlone() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let cleared = try Plugged(loop)
    let moved = try Plugged(loop)
    let advanced = try Plugged(loop)
    let closed = try Plugged(loop)
    let marker = try Plugged(loop)
    cleared.recorder.stream?.setDeadline(after: .milliseconds(1))
    cleared.recorder.stream?.clearDeadline()
    moved.recorder.stream?.setDeadline(after: .milliseconds(1))
    moved.recorder.stream?.setDeadline(after: .milliseconds(60_000))
    advanced.recorder.stream?.setDeadline(after: .milliseconds(60_000))
    advanced.recorder.stream?.setDeadline(after: .milliseconds(1))
    closed.recorder.stream?.setDeadline(after: .milliseconds(1))
    closed.recorder.stream?.close()
    marker.recorder.stream?.setDeadline(after: .milliseconds(200))
    play(loop, .when(marker.recorder.expired == 1))
    #expect(cleared.recorder.expired == 0)
    #expect(moved.recorder.expired == 0)
    #expect(advanced.recorder.expired == 1)
    #expect(closed.recorder.expired == 0)
    for plug in [cleared, moved, advanced, marker] { plug.recorder.stream?.close() }
  }
}

/// Milliseconds after the beginning.
private func at(_ milliseconds: Int) -> Instant { .start + .milliseconds(milliseconds) }

/// The wheel alone, under a clock that the test moves.
@Suite struct DeadlineWheelTests {
  private let loop: EventLoop

  init() throws { loop = try EventLoop(scratchBytes: 4_096) }

  /// Open by its number, though no such descriptor exists: the wheel never touches it.
  private func channel(deadline: Instant) -> Channel {
    let channel = Channel(loop: loop, descriptor: 1_000_000)
    channel.deadline = deadline
    return channel
  }

  @Test func expiresNothingEarlyAndNothingLate() {
    var wheel = DeadlineWheel(now: at(0))
    let channel = channel(deadline: at(1_000))
    wheel.schedule(channel)
    #expect(wheel.advance(to: at(999)).isEmpty)
    #expect(wheel.advance(to: at(1_000) + DeadlineWheel.tick).contains { $0 === channel })
    #expect(wheel.advance(to: at(100_000)).isEmpty)
  }

  @Test func expiresWhatIsAlreadyDueAtTheNextTick() {
    var wheel = DeadlineWheel(now: at(10_000))
    let channel = channel(deadline: at(5))
    wheel.schedule(channel)
    #expect(wheel.advance(to: at(10_000) + DeadlineWheel.tick).count == 1)
  }

  @Test func keepsDeadlinesBeyondOneTurn() {
    var wheel = DeadlineWheel(now: at(0))
    let channel = channel(deadline: at(300_000))
    wheel.schedule(channel)
    for now in stride(from: 0, to: 300_000, by: 500) { #expect(wheel.advance(to: at(now)).isEmpty) }
    #expect(wheel.advance(to: at(300_000) + DeadlineWheel.tick).count == 1)
  }

  @Test func expiresAllAfterALongStandstill() {
    var wheel = DeadlineWheel(now: at(0))
    let channels = (1...500).map { channel(deadline: at($0 * 137)) }
    for channel in channels { wheel.schedule(channel) }
    #expect(wheel.advance(to: at(10_000_000)).count == 500)
  }

  @Test func letsGoOfWhatWasRemoved() {
    var wheel = DeadlineWheel(now: at(0))
    weak var gone: Channel?
    do {
      let channel = channel(deadline: at(1_000))
      gone = channel
      wheel.schedule(channel)
      wheel.remove(channel)
      wheel.remove(channel)
    }
    #expect(gone == nil)
    #expect(wheel.advance(to: at(5_000)).isEmpty)
  }

  @Test func agreesWithAPlainListOfDeadlines() {
    var generator = SeededGenerator(seed: 1)
    var wheel = DeadlineWheel(now: at(0))
    let channels = (0..<60).map { _ in channel(deadline: .never) }
    var now = Instant.start
    for _ in 0..<4_000 {
      let channel = channels[Int.random(in: 0..<channels.count, using: &generator)]
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<5:
        channel.deadline = now + .milliseconds(Int.random(in: 0...100_000, using: &generator))
        wheel.schedule(channel)
      case 5: channel.deadline = .never
      case 6:
        channel.deadline = .never
        wheel.remove(channel)
      default:
        now = now + .milliseconds(Int.random(in: 0...700, using: &generator))
        let expired = Set(wheel.advance(to: now).map(ObjectIdentifier.init))
        for channel in channels {
          let isExpired = expired.contains(ObjectIdentifier(channel))
          if isExpired { #expect(channel.deadline <= now) }
          if channel.deadline != .never, channel.deadline + DeadlineWheel.tick <= now { #expect(isExpired) }
          if isExpired { channel.deadline = .never }
        }
      }
    }
  }
}
