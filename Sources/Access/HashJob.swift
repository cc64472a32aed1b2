// One password verification to be made, with all that decides about its turn and its consequences.

import Formats

struct HashJob: Sendable, CustomReflectable {
  /// Identifies the verification: the same login, state of it and password have the same digest, whoever asks.
  let digest: Digest
  let password: [UInt8]
  /// The login's hash, or the dummy.
  let hash: PasswordHash
  /// Tried where `hash` does not match: the password before, during a rotation. A wrong password of such a login takes
  /// twice as long, which tells that it is being rotated.
  let alternative: PasswordHash?
  /// Where `hash` is the dummy, nothing can match.
  let mayMatch: Bool
  /// Whether a match is remembered: not of an inactive login, each of whose attempts costs what the first did.
  let isRemembered: Bool

  /// The password is a secret.
  var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Who asks for a verification: what counts for the gate and the turn.
struct HashApplicant: Sendable {
  let source: SourceAddress
  /// Stands for the pair of source and name.
  let attempt: Digest
  /// Whether a match is a success for the gate; a match of an inactive login is a failure like any other.
  let matchSucceeds: Bool
  /// Whether a mismatch is a failure for the gate; it is none where the password is a token of ours.
  let mismatchFails: Bool
  /// Whether nothing has failed on the connection that asks.
  var isFresh = true
}
