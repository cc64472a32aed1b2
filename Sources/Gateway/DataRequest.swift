// What a v1 data request was understood to be: what it touches, and how it will be said to the upstream.

import Access
import HTTP

/// Understood, but not yet permitted.
struct DataRequest {
  /// What must be permitted, in the order that a refusal should name it.
  var requirements: [Requirement]
  var line: RequestLine
  /// A form that replaces the client's body.
  var body: [UInt8]?
  var maximumBody = 0
  var isRepeatable = false
  /// What the client is told if a requirement is not met.
  var refusal: (Denial, Principal) -> Refusal
}

/// What understanding comes to.
enum Understanding {
  /// Answered here, for this principal.
  case local(LocalAnswer)
  case data(DataRequest)
}
