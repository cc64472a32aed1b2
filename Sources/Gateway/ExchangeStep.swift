// What an exchange has to do after an event that concerns the upstream.

import Decision

/// Large values are held indirectly: an event that asks for nothing, the usual one, costs a word.
enum ExchangeStep {
  /// Nothing: another event will come.
  case goesOn
  indirect case refuse(Refusal)
  indirect case respond(LocalAnswer)
  /// The upstream's response has been passed on.
  ///
  /// - Parameter isAnswered: whether the client has it whole.
  case end(isAnswered: Bool)
  /// The exchange ends without an answer.
  case abandon(because: EarlyReason)
  /// An answer of which the client has a part ends by a reset.
  case cut(because: EarlyReason)
  /// The body is counted on, after the others' events.
  case countOn
  /// This answer is read on another thread, for it would keep the loop too long.
  indirect case filter([UInt8], AnswerFilter)
  /// The end of the answer waits until the directory was asked for.
  indirect case ask(DirectoryInquiry)
}

/// Why an exchange ends without a whole answer, for the record.
enum EarlyReason: String {
  case clientLeft = "the client left"
  case shutDown = "shut down"
  /// A head that grew as it was written anew, or a chunk.
  case doesNotFit = "what is to be passed on does not fit the loop's memory"
  /// The record says so already.
  case noted = ""
}
