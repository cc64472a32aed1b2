// A password verification on its way from the event loop to the hash pool and back.

import Authorizations

/// A password that has to be verified. Opaque: it goes from `authenticate` to `start` to `conclude`.
public struct PendingVerification: Sendable, CustomStringConvertible, CustomReflectable {
  let name: [UInt8]
  let source: SourceAddress
  /// The login that had the name when the verification was asked for.
  let login: Authorization?
  /// The login's previous password where it counted then.
  let previous: PreviousPassword?
  let job: HashJob
  let applicant: HashApplicant

  public var description: String { "pending verification" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The result of a verification; only the hash pool makes one.
public struct VerificationResult: Sendable {
  let digest: Digest
  let verdict: PasswordVerdict
}
