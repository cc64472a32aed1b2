// Why something of the transport could not be made.

import Glibc

public enum TransportFailure: Error, Sendable, CustomStringConvertible {
  /// A system call and its errno.
  case system(String, Int32)
  /// A TLS object that OpenSSL refuses; the text names the file or setting.
  case tls(String)

  /// Whether it may be had later: descriptors or memory are short at the moment.
  public var isShortage: Bool {
    if case .system(_, let code) = self { return [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(code) }
    return false
  }

  public var description: String {
    switch self {
    case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
    case .tls(let text): text
    }
  }
}
