// A password verification on its way from the event loop to the hash pool and back.

/// A password that has to be verified. Opaque: it goes from `authenticate` to `start` to `conclude`.
public struct PendingVerification: Sendable, CustomStringConvertible, CustomReflectable {
  /// As it was when the verification was asked for.
  let asked: PresentedLogin
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
