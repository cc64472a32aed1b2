// The parameters of a request's URL, read once for all who ask for them.

import HTTP

/// Read when the phases begin. What cannot be read is no obstacle to those that need none of it.
struct URLParameters {
  private let result: Result<FormValues, FormValues.Problem>

  init(_ view: RequestView) {
    guard let query = view.head.query else {
      result = .success(FormValues())
      return
    }
    do throws(FormValues.Problem) { result = .success(try FormValues(view.bytes[bytes: query])) } catch {
      result = .failure(error)
    }
  }

  /// nil where they cannot be read.
  var readable: FormValues? { try? result.get() }

  func values() throws(Gatekeeper.Interruption) -> FormValues {
    switch result {
    case .success(let values): return values
    case .failure(let problem): throw .refuse(.malformed(problem.reason))
    }
  }
}
