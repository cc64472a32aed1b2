// A server's life: serving, signals, drain and end.

import Access
import Authorizations
import CSystem
import Configuration
import Decision
import Formats
import Gateway
import HTTP
import Management
import ManagementAPI
import Observation
import Threading
import Transport
import Upstream

extension Server {
  /// For how long the announcement waits for the first directory.
  private static let announcementPatience = Interval.seconds(1)
  /// Between two looks whether everything has ended, while draining.
  private static let drainInterval = Interval.milliseconds(10)

  /// Serves until a signal ends it.
  public func run() {
    announceBy = loop.now + Self.announcementPatience
    let resume = loop.resumption { [unowned self] (_: Bool) in announce() }
    shared.services.ask(DirectoryInquiry([.everything], for: nil)) { _ in resume(true) }
    loop.housekeeping = { [unowned self] in
      if loop.now >= announceBy { announce() }
    }
    loop.run()
    for worker in workers { worker.stop() }
    offloaded.stop()
    interruption.interrupt()
    directory.stop()
    management.handle.tell { $0.uses.keepAll() }
    management.stop()
    shared.authenticator.stop()
    if let accessLog { closeAccessLog(accessLog) }
  }

  /// Says that clients are welcome: once the directory is there, or cannot be waited for any longer.
  private func announce() {
    for door in doors {
      events.log(
        .info, "listening", ["address": .text(door.address), "tls": .text(door.isTLS ? "on" : "none: plaintext")])
    }
    doors = []
  }

  func received(_ signal: SignalSource.Signal) {
    switch signal {
    case .stop:
      if drainDeadline == nil { drain() } else { finish() }
    case .reload: reload()
    case .reopenLogs:
      accessLog?.reopen()
      management.handle.tell { $0.reopenAuditLog() }
    }
  }

  /// Accepts nothing more, lets what is under way end, and stops when it has, or at the deadline.
  private func drain() {
    events.log(.info, "draining", ["connections": .number(shared.openConnections)])
    drainDeadline = loop.now + .milliseconds(configuration.timeouts.drain)
    shared.beginDraining()
    for worker in workers { worker.handle.tell { $0.drain() } }
    loop.housekeepingInterval = Self.drainInterval
    loop.housekeeping = { [unowned self] in
      guard shared.openConnections == 0 || loop.now >= (drainDeadline ?? .start) else { return }
      finish()
    }
  }

  /// Cuts off what is under way.
  private func finish() {
    for worker in workers { worker.handle.tell { $0.finish() } }
    loop.housekeeping = nil
    loop.stop()
  }
}
