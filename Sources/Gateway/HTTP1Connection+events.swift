// What is to be done when the socket, the clock or the server's end says something to a connection.

import HTTP

extension HTTP1Connection {
  // MARK: The socket

  enum Reading: Equatable {
    case head, body
    /// What the client sends ahead of its turn.
    case ahead
    /// To throw it away.
    case off
    /// What is held comes first; then there may be more to read.
    case later
    /// Nothing is to be read for now.
    case stop
    case nothing
  }

  /// There may be something to read.
  var reading: Reading {
    switch state {
    case .idle where isYielding: .later
    case .idle, .readingHead: .head
    case .inExchange(.body), .draining: .body
    case .inExchange(.ahead): .ahead
    case .inExchange(.nothing): .stop
    case .lingering: .off
    case .opening, .closed: .nothing
    }
  }

  enum Taken: Equatable {
    /// The exchange has more to say.
    case exchange
    /// The answer has left, and the connection ends.
    case lingering
    case nextRequest, restOfHead
    case nothing
  }

  /// Everything that was written has left, after it had piled up.
  var taken: Taken {
    switch state {
    case .inExchange: .exchange
    case .lingering: .lingering
    case .idle: .nextRequest
    case .readingHead: .restOfHead
    case .opening, .draining, .closed: .nothing
    }
  }

  // MARK: The clock

  enum Expiry: Equatable {
    /// The client is slow rather than gone.
    case awaitTaking
    case close, closeInOrder
    case handshakeTooSlow, headTooSlow
    /// The deadline is the exchange's.
    case exchange
  }

  /// Its deadline has passed.
  ///
  /// - Parameter backlog: of what was written, bytes that have not left.
  mutating func expire(backlog: Int) -> Expiry {
    switch state {
    case .idle, .readingHead:
      if takesOn(backlog: backlog) { return .awaitTaking }
      if backlog > 0 { return .close }
      return state == .idle ? .closeInOrder : .headTooSlow
    case .lingering: return takesOn(backlog: backlog) ? .awaitTaking : .close
    case .opening: return .handshakeTooSlow
    case .inExchange: return .exchange
    case .draining, .closed: return .close
    }
  }

  // MARK: The end

  /// Answered, and closes in the way that lets the client read the answer: a close with unread input would reset it away
  /// (RFC 9112 §9.6).
  mutating func linger() {
    let hasRead: Bool
    switch state {
    case .inExchange, .draining: hasRead = body.isComplete && heldCount == 0
    default: hasRead = false
    }
    state = .lingering(awaitsInput: !hasRead)
    forget()
  }

  enum Draining: Equatable {
    case stay, close
    /// Nobody has begun anything there where nothing was heard: a probe, or a browser that connects in advance.
    case closeUnheard
    /// A request that lies in the socket already is answered: a close would reset it away.
    case closeQuiet
  }

  /// The server ends.
  var draining: Draining {
    switch state {
    case .opening: .closeUnheard
    case .lingering(awaitsInput: false): .close
    case .idle where heldCount == 0: .closeQuiet
    default: .stay
    }
  }

  /// Whether nobody waits for an answer on it.
  var isBetweenAnswers: Bool {
    switch state {
    case .opening, .idle, .readingHead, .lingering, .draining: true
    case .inExchange, .closed: false
    }
  }
}
