// What a data request was understood to be: what it touches, and how it will be said to the upstream.

import Access
import HTTP

/// How a request is said to the upstream.
struct Saying {
  var line: RequestLine
  /// A form that replaces the client's body; nil where the client's is carried, if any.
  var body: [UInt8]?
}

/// How a request and its answer are carried, whoever decided on it.
struct Carriage {
  /// Largest client's body that is carried, bytes.
  var maximumBody = 0
  /// What that body may come to; nil where the upstream unpacks none.
  var bound: BodyBound?
  /// Whether it changes nothing, so that it may be sent a second time after a broken connection.
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
}

/// Understood, but not yet permitted.
struct DataRequest: NeedsPermission {
  let requirements: Requirements
  /// Made when it is permitted, from what the names meant then; without a permit where the upstream decides.
  let say: (Permit?) -> Saying
  var carriage = Carriage()
  /// Under which the decision may be remembered; nil where it may not.
  var key: DecisionKey?
  /// What happens if a requirement is not met.
  let refuse: (Denial, Principal) -> EarlyEnd

  /// As the upstream is asked it with a credential that the upstream judges. What would have to be taken out of an answer
  /// is not known then, and need not be: it is told what it may know itself.
  var forUpstreamToken: CarriedRequest {
    var carriage = carriage
    carriage.filter = nil
    carriage.mayFindFluxOff = false
    return CarriedRequest(saying: say(nil), carriage: carriage)
  }
}

/// A request that nobody here decides on: it goes on with a credential that only the upstream can judge.
struct CarriedRequest {
  let saying: Saying
  let carriage: Carriage
}

/// What understanding comes to.
enum Understanding {
  /// Answered here, for this principal.
  case local(LocalAnswer)
  case data(DataRequest)
  /// Said for a token of the upstream's: what it touches is not known here.
  case foreign(CarriedRequest)
  /// Decided before, under the same state.
  case known(PermittedRequest)
}
