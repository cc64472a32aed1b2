// A request that was permitted, as it will be said to the upstream whatever connection it came on.

import Access
import HTTP

/// Made of what the authorizer permitted alone; everything but what the hop adds.
struct PermittedRequest {
  let permit: Permit
  let saying: Saying
  let carriage: Carriage

  init(_ permitted: Permitted<DataRequest>) {
    permit = permitted.permit
    saying = permitted.request.say(permitted.permit)
    carriage = permitted.request.carriage
  }

  /// Bytes that keeping it takes, roughly: it is bounded by this, not measured.
  var estimatedBytes: Int {
    let mappings = permit.grants.reduce(0) { $0 + $1.mappings.count }
    let texts = saying.line.bytes.count + (saying.body?.count ?? 0)
    return 1_024 + texts + permit.grants.count * 256 + mappings * 128
  }
}
