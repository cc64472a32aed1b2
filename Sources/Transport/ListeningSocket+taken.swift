// Whether somebody else listens already where this process is about to.

import CSystem
import Glibc

extension ListeningSocket {
  /// SO_REUSEPORT, which the loops of one process need, lets a second process take a share of the first one's connections
  /// without a word.
  public static func isTaken(address: String, port: UInt16) -> Bool {
    gh_is_free(address, port) != 0 && errno == EADDRINUSE
  }
}
