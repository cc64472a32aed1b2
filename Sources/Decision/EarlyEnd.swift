// What ends the phases of a decision before its last.

import Access

/// Leaves the phases early, with what is to be done instead.
enum EarlyEnd: Error {
  case refuse(Refusal)
  case needsBody(limit: Int)
  case verify(PendingVerification)
  case ask(DirectoryInquiry)
  case answer(LocalAnswer)
}

extension Verdict {
  init(_ end: EarlyEnd) {
    switch end {
    case .refuse(let refusal): self = .refuse(refusal)
    case .needsBody(let limit): self = .needsBody(limit: limit)
    case .verify(let verification): self = .verify(verification)
    case .ask(let inquiry): self = .ask(inquiry)
    case .answer(let answer): self = .answer(answer)
    }
  }
}
