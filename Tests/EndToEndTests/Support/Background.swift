// Threads of the harness: each runs one closure and can be joined.

import Foundation

final class Background: Sendable {
  private let isDone = Awaited(false)

  @discardableResult
  static func start(_ body: @escaping @Sendable () -> Void) -> Background {
    let background = Background()
    let thread = Thread {
      body()
      background.isDone.change { $0 = true }
    }
    thread.stackSize = 1 << 20
    thread.start()
    return background
  }

  /// Waits for the end of the closure; false if it does not come in time.
  @discardableResult
  func join(seconds: Double = 60) -> Bool { isDone.wait(seconds: seconds) { $0 } != nil }
}
