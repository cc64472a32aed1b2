// How a call of the management API is answered: at once, after a hash, or in pieces.

import Access
import Authorizations
import Decision
import Gateway
import Management
import Transport

/// A call that waits for the hash of a new password. Its body is short: the gateway takes no other for such a call.
struct WaitingForHash {
  let request: ManagementRequest
  let done: @Sendable (ManagementAnswer) -> Void
  /// nil while it is being made.
  var made: NewPassword?
  let number: UInt64
}

extension ManagementWorker {
  /// - Parameters:
  ///   - mailbox: of this worker's loop, where hashes arrive and the pieces of a long answer are made: between them
  ///     others have their turn.
  ///   - done: called exactly once, unless the loop ends before.
  func answer(_ call: ManagementCall, on mailbox: Mailbox, done: @escaping @Sendable (ManagementAnswer) -> Void) {
    let request = ManagementRequest(
      method: call.method, path: call.path, query: call.query, authorization: call.authorization, body: call.body,
      source: call.source, traceSpan: call.traceSpan, contentEncoding: call.contentEncoding, origin: call.origin,
      host: call.host)
    if let login = call.login {
      return done(ManagementAnswer(service.buckets(request, within: login.permissions), on: mailbox))
    }
    switch service.answer(request) {
    case .response(let response): done(ManagementAnswer(response, on: mailbox))
    case .needsHash(let password, let id):
      hashesAsked += 1
      let number = hashesAsked
      hashing[id, default: []].append(WaitingForHash(request: request, done: done, number: number))
      let isTaken = passwords.submit(password, from: SourceAddress(call.source)) { outcome in
        mailbox.post { loop in
          (loop.context as? ManagementWorker)?.hashed(id, number, NewPassword(outcome), on: mailbox)
        }
      }
      if !isTaken { hashed(id, number, .refused, on: mailbox) }
    }
  }

  /// Goes on with what no longer waits, of one login in the order of arrival: what was sent last stands in the end,
  /// whichever hash was made first.
  private func hashed(_ id: Identifier, _ number: UInt64, _ made: NewPassword, on mailbox: Mailbox) {
    guard var waiting = hashing[id], let place = waiting.firstIndex(where: { $0.number == number }) else { return }
    if case .hashed = made {
      waiting[place].made = made
    } else {
      // Changes nothing, so it need not wait for its turn: a flood must not be held in memory behind slow hashes.
      finish(waiting.remove(at: place), made, on: mailbox)
    }
    while let first = waiting.first, let made = first.made {
      waiting.removeFirst()
      finish(first, made, on: mailbox)
    }
    hashing[id] = waiting.isEmpty ? nil : waiting
  }

  /// Looks at the call anew from the beginning: the login or the caller's permission may be gone by now.
  private func finish(_ call: WaitingForHash, _ made: NewPassword, on mailbox: Mailbox) {
    guard case .response(let response) = service.answer(call.request, newPassword: made) else { return }
    call.done(ManagementAnswer(response, on: mailbox))
  }
}

extension NewPassword {
  fileprivate init(_ outcome: PasswordMaker.Outcome) {
    self =
      switch outcome {
      case .made(let hash): .hashed(hash)
      case .failed: .failed
      case .gaveWay: .refused
      }
  }
}

extension ManagementAnswer {
  fileprivate init(_ response: ManagementResponse, on mailbox: Mailbox) {
    self.init(
      status: response.status, fields: response.fields, body: response.body,
      rest: response.rest.map { AnswerRest($0, on: mailbox) }, refusal: response.refusal)
  }
}

extension AnswerRest {
  fileprivate init(_ listed: ListedBody, on mailbox: Mailbox) {
    self.init { done in
      mailbox.post { _ in
        var rest = listed
        let piece = rest.next()
        done(Piece(bytes: piece, rest: rest.isComplete ? nil : AnswerRest(rest, on: mailbox)))
      }
    }
  }
}
