// One epoll loop of one thread, with the scratch memory that its connections share.

import COpenSSL
import CSystem
import Glibc
public import Threading

/// Created inside its thread and used only there; other threads reach it through `mailbox`.
public final class EventLoop {
  public let mailbox: Mailbox
  /// Read once per batch of events.
  public private(set) var now: Instant
  /// For what is being read or written right now; never valid from one event to the next.
  public let scratch: Scratch
  /// Ciphertext of the write under way, so that one flush is one `send`.
  let staging: Staging
  var wheel: DeadlineWheel
  let streamMethod: StreamBIOMethod
  /// What the messages of this loop's owner work on, found again in the loop's thread.
  public var context: AnyObject?
  /// Called after each batch of events, and at least every `housekeepingInterval`.
  public var housekeeping: (() -> Void)?

  private let epoll: Int32
  private var isStopping = false
  private var batchClosed: [Channel] = []
  /// Channels with work left that no event will announce: each has one turn in every batch.
  private var revisits: [Channel] = []
  /// Channels whose deadline has passed and who have not been told yet.
  private var due: ArraySlice<Channel> = []
  /// Messages that were taken out of the mailbox and wait for their turn.
  private var messages: ArraySlice<Mailbox.Message> = []
  private var resumptions: [UInt64: (any Sendable) -> Void] = [:]
  private var nextTicket: UInt64 = 0

  /// Between two calls of `housekeeping` on an idle loop; whole milliseconds count.
  public var housekeepingInterval = Interval.milliseconds(250)
  private static let batchSize = 256
  /// Deadlines and messages that are seen to in one batch, so that thousands at once do not keep the sockets waiting.
  private static let turnsPerBatch = 128

  /// - Parameters:
  ///   - scratchBytes: that are read at once.
  ///   - longHeadBytes: of the longest head that is worked on in the scratch.
  public init(scratchBytes: Int, longHeadBytes: Int = 0) throws(TransportFailure) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw .system("epoll_create1", errno) }
    mailbox = try Mailbox()
    now = Instant.now
    scratch = Scratch(bytes: scratchBytes, longHead: longHeadBytes)
    staging = Staging()
    wheel = DeadlineWheel(now: now)
    streamMethod = try StreamBIOMethod()
    var event = epoll_event()
    event.events = EPOLLIN.rawValue
    event.data.u64 = 0
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, mailbox.wakeDescriptor, &event) == 0 else {
      throw .system("epoll_ctl", errno)
    }
  }

  deinit { close(epoll) }

  /// Runs until `stop`.
  public func run() {
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.batchSize)
    defer { events.deallocate() }
    while !isStopping {
      let hasWork = !revisits.isEmpty || !due.isEmpty || !messages.isEmpty
      let count = epoll_wait(
        epoll, events, Int32(Self.batchSize), hasWork ? 0 : Int32(clamping: housekeepingInterval.milliseconds))
      now = Instant.now
      if !messages.isEmpty { takeMessages() }
      for i in 0..<Int(max(0, count)) { dispatch(events[i]) }
      if !revisits.isEmpty { revisit() }
      expire()
      housekeeping?()
      releaseBatch()
    }
    releaseClosed()
  }

  /// Calls the channel once more in the next batch, after the events of the others.
  public func revisitLater(_ channel: Channel) {
    guard !channel.awaitsRevisit else { return }
    channel.awaitsRevisit = true
    revisits.append(channel)
  }

  private func revisit() {
    let channels = revisits
    revisits = []
    for channel in channels {
      channel.awaitsRevisit = false
      if channel.isOpen { channel.revisited() }
    }
  }

  private func expire() {
    let expired = wheel.advance(to: now)
    // Nearly every batch has none, and then nothing is to be paid for them.
    guard !expired.isEmpty || !due.isEmpty else { return }
    due += expired
    for channel in due.prefix(Self.turnsPerBatch) where channel.isOpen && channel.deadline <= now {
      channel.deadline = .never
      channel.deadlineExpired()
    }
    due = due.dropFirst(Self.turnsPerBatch)
    if due.isEmpty { due = [] }
  }

  private func takeMessages() {
    for message in messages.prefix(Self.turnsPerBatch) { message(self) }
    messages = messages.dropFirst(Self.turnsPerBatch)
    if messages.isEmpty { messages = [] }
  }

  /// Lets go of channels that were closed outside of `run`, which hold their loop as it holds them.
  public func releaseClosed() {
    revisits.removeAll { !$0.isOpen }
    due.removeAll { !$0.isOpen }
    releaseBatch()
  }

  private func releaseBatch() {
    guard !batchClosed.isEmpty else { return }
    for channel in batchClosed { Unmanaged.passUnretained(channel).release() }
    batchClosed.removeAll(keepingCapacity: true)
  }

  public func stop() { isStopping = true }

  private func dispatch(_ event: epoll_event) {
    guard let cookie = UnsafeRawPointer(bitPattern: UInt(event.data.u64)) else {
      let isIdle = messages.isEmpty
      messages += mailbox.takeAll()
      // Otherwise they had their turn in this batch.
      if isIdle { takeMessages() }
      return
    }
    let bits = event.events
    // A channel closed earlier in this batch is still alive, and knows that it is closed.
    Unmanaged<Channel>.fromOpaque(cookie)._withUnsafeGuaranteedRef { channel in
      if channel.isOpen { channel.ready(bits) }
    }
  }

  /// Watches a channel for `events`, and keeps it alive until `remove`.
  public func add(_ channel: Channel, events: UInt32) throws(TransportFailure) {
    var event = epoll_event()
    event.events = events
    let reference = Unmanaged.passRetained(channel)
    event.data.u64 = UInt64(UInt(bitPattern: reference.toOpaque()))
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, channel.descriptor, &event) == 0 else {
      let code = errno
      reference.release()
      throw .system("epoll_ctl", code)
    }
    channel.interest = events
  }

  public func setInterest(_ channel: Channel, events: UInt32) {
    guard channel.isOpen, channel.interest != events else { return }
    var event = epoll_event()
    event.events = events
    event.data.u64 = UInt64(UInt(bitPattern: Unmanaged.passUnretained(channel).toOpaque()))
    // Fails only for a descriptor that is not watched, whose owner has then failed already.
    if epoll_ctl(epoll, EPOLL_CTL_MOD, channel.descriptor, &event) == 0 { channel.interest = events }
  }

  func remove(_ channel: Channel) {
    var event = epoll_event()
    // What epoll alone referred to is released only after the batch: a later event of it may hold its address.
    if epoll_ctl(epoll, EPOLL_CTL_DEL, channel.descriptor, &event) == 0 { batchClosed.append(channel) }
  }

  /// A way for another thread to go on here with a value, once. Dropping it without a call leaks its closure until the
  /// loop ends, so everything that takes one must answer.
  public func resumption<Value: Sendable>(_ body: @escaping (Value) -> Void) -> Resumption<Value> {
    nextTicket += 1
    resumptions[nextTicket] = { value in
      if let value = value as? Value { body(value) }
    }
    return Resumption(mailbox: mailbox, ticket: nextTicket)
  }

  func forget(_ ticket: UInt64) { resumptions[ticket] = nil }

  func resume(_ ticket: UInt64, with value: any Sendable) { resumptions.removeValue(forKey: ticket)?(value) }
}

/// Continues something that waits in an event loop, from any thread.
public struct Resumption<Value: Sendable>: Sendable {
  let mailbox: Mailbox
  let ticket: UInt64

  /// Gives up, in the loop's own thread, where no one will answer.
  public func cancel(in loop: EventLoop) { loop.forget(ticket) }

  public func callAsFunction(_ value: Value) {
    let ticket = ticket
    mailbox.post { loop in loop.resume(ticket, with: value) }
  }
}
