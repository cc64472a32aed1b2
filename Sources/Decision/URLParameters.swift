// The parameters of a request's URL, read once for all who ask for them.

import HTTP

/// Read when the phases begin, for credential and query alike. What cannot be read is no obstacle to those that need none of
/// it, and a credential beside it counts: its bearer is told what is wrong.
struct URLParameters {
  /// The pairs that every server reads.
  let readable: FormValues
  /// The first thing that is at fault.
  let problem: FormValues.Problem?

  init(_ view: RequestView) {
    guard let query = view.head.query else {
      (readable, problem) = (FormValues(), nil)
      return
    }
    (readable, problem) = FormValues.reading(view.bytes[bytes: query])
  }

  func values() throws(EarlyEnd) -> FormValues {
    if let problem { throw .refuse(.malformed(problem.reason)) }
    return readable
  }
}
