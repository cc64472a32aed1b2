// OpenSSL's error queue as text.

import COpenSSL

enum TLSErrors {
  /// The latest error of this thread, without clearing more than the queue; never contains secrets.
  static func latest() -> String {
    let code = ERR_peek_last_error()
    ERR_clear_error()
    guard code != 0 else { return "connection closed" }
    guard let reason = ERR_reason_error_string(code) else { return "TLS error \(code)" }
    return String(cString: reason)
  }
}
