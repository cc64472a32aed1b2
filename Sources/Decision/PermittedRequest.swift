// A request that was permitted, as it will be said to the upstream whatever connection it came on.

import Access
import HTTP

/// Made of a permit alone; everything but what the hop adds.
struct PermittedRequest {
  let permit: Permit
  let saying: Saying
  let maximumBody: Int
  let bound: BodyBound?
  let isRepeatable: Bool
  let filter: AnswerFilter?
  let isUncacheable: Bool
  let dependsOnFields: Bool
  let changes: [DirectoryQuestion]
  let mayFindFluxOff: Bool

  init(_ permit: Permit, _ data: DataRequest) {
    self.permit = permit
    saying = data.say(permit)
    maximumBody = data.maximumBody
    bound = data.bound
    isRepeatable = data.isRepeatable
    filter = data.filter
    isUncacheable = data.isUncacheable
    dependsOnFields = data.dependsOnFields
    changes = data.changes
    mayFindFluxOff = data.mayFindFluxOff
  }

  /// Bytes that keeping it takes, roughly: it is bounded by this, not measured.
  var estimatedBytes: Int {
    let mappings = permit.grants.reduce(0) { $0 + $1.mappings.count }
    let texts = saying.line.bytes.count + (saying.body?.count ?? 0)
    return 1_024 + texts + permit.grants.count * 256 + mappings * 128
  }
}
