// What a v1 data request was understood to be: what it touches, and how it will be said to the upstream.

import Access
import HTTP

/// How a request is said to the upstream.
struct Saying {
  var line: RequestLine
  /// A form that replaces the client's body; nil where the client's is carried, if any.
  var body: [UInt8]?
}

/// Understood, but not yet permitted.
struct DataRequest {
  /// What must be permitted, in the order that a refusal should name it.
  var requirements: [Requirement]
  /// Made when it is permitted, from what the names meant then; without a permit where the upstream decides.
  var say: (Permit?) -> Saying
  /// Largest client's body that is carried, bytes.
  var maximumBody = 0
  /// What that body may come to; nil where the upstream unpacks none.
  var bound: BodyBound?
  var isRepeatable = false
  /// Reads the answer before the client does.
  var filter: AnswerFilter?
  /// Whether no cache may keep the answer: a GET that changed something.
  var isUncacheable = false
  /// Whether fields beside the credential had a part in the decision: who sent it from where, or what the body is said
  /// to be. Then the same target again is not the same request.
  var dependsOnFields = false
  /// What to ask the upstream anew before the answer ends, because the request changes it.
  var changes: [DirectoryQuestion] = []
  /// Whether the upstream's 403 may mean that it serves no Flux.
  var mayFindFluxOff = false
  /// Under which the decision may be remembered; nil where it may not.
  var key: DecisionKey?
  /// What happens if a requirement is not met.
  var refuse: (Denial, Principal) -> Interruption
}

/// What understanding comes to.
enum Understanding {
  /// Answered here, for this principal.
  case local(LocalAnswer)
  case data(DataRequest)
  /// Decided before, under the same state.
  case known(PermittedRequest)
}
