// A name and a password from one source, beside the login that has the name: from reading to caching one value.

import Authorizations
import Formats

/// What the verification of a login depends on, at one moment.
struct PresentedLogin: Sendable {
  let name: [UInt8]
  let password: [UInt8]
  let source: SourceAddress
  /// The login that has the name.
  let login: Authorization?
  /// The login's previous password, while it counts.
  let previous: PreviousPassword?

  /// - Parameter time: nanoseconds since 1970.
  init(
    name: [UInt8], password: [UInt8], source: SourceAddress, in snapshot: AuthorizationSnapshot, at time: Int64
  ) {
    self.name = name
    self.password = password
    self.source = source
    login = snapshot.authorization(named: name)
    previous = login?.previousPassword(at: time)
  }

  /// The same at another moment.
  func again(in snapshot: AuthorizationSnapshot, at time: Int64) -> PresentedLogin {
    PresentedLogin(name: name, password: password, source: source, in: snapshot, at: time)
  }

  /// By what it is remembered: another for every password, state of the login, and (but for what was verified, whoever
  /// sent it) source.
  func digest(_ domain: AuthenticationKey.Domain, by key: AuthenticationKey) -> Digest {
    var mac = key.begin(domain)
    if domain != .verified { mac.append(source) }
    if let login {
      mac.append(1)
      mac.append(login.id.rawValue)
      mac.append(login.revision)
      // The hash itself as well: even where a revision came twice, as after a restored backup, an entry is good for
      // the hash alone that the password was verified against.
      mac.append(login.passwordHash == nil ? 0 : 1)
      mac.append(login.passwordHash ?? "")
      // What was verified while two passwords counted is worth nothing once one of them does not.
      mac.append(previous?.hash ?? "")
    } else {
      mac.append(0)
      mac.append(name)
    }
    mac.append(password)
    return mac.finish()
  }
}
