// What is wrong with the running server at the moment, as `/health` tells it.

import Synchronization

/// A state that lasts, until whoever found it finds that it is over.
public struct Condition: Sendable, Equatable {
  /// Which part of the server it is about, as the name of a check in `/health`.
  public enum Name: String, Sendable, CaseIterable {
    /// No member of the upstream answers.
    case upstream
    /// The upstream refuses a credential of the gateway's.
    case credential
    /// Whose data that credential reaches is not known.
    case organization
    /// What the upstream has is not known, or was found out too long ago.
    case directory
    /// Nothing can be changed.
    case store
    /// Fewer connections can be had than the configuration says.
    case descriptors
    /// The access log cannot be written.
    case accessLog = "access log"
  }

  public let name: Name
  /// For anyone who may ask for the health: short, without secrets and names.
  public let message: String
  /// Whether clients should go elsewhere: then `/health` is 503. Others are told as failed checks while data goes on.
  public let failsHealth: Bool

  public init(_ name: Name, _ message: String, failsHealth: Bool) {
    self.name = name
    self.message = message
    self.failsHealth = failsHealth
  }
}

/// All conditions that hold, one of a name at most. Usable from every thread; takes a lock, so it is for what changes
/// rarely and is asked for by few.
public final class Conditions: Sendable {
  private let held = Mutex<[Condition]>([])

  public init() {}

  /// Those that hold, in the order of `Condition.Name`.
  public var all: [Condition] {
    let held = held.withLock { $0 }
    return Condition.Name.allCases.compactMap { name in held.first { $0.name == name } }
  }

  /// Takes the place of what held under the same name.
  public func set(_ condition: Condition) {
    held.withLock {
      $0.removeAll { $0.name == condition.name }
      $0.append(condition)
    }
  }

  /// Whatever held under this name is over.
  public func clear(_ name: Condition.Name) {
    held.withLock { $0.removeAll { $0.name == name } }
  }
}
