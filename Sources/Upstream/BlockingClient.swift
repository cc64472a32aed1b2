// A small HTTP client that waits: for the directory's questions and the command line, never for an event loop.

import Glibc
import HTTP
public import Threading
public import Transport

/// One request, one connection, one answer of bounded size.
public struct BlockingClient {
  public struct Answer: Sendable {
    public let status: Int
    public let fields: [(name: String, value: String)]
    public let body: [UInt8]

    /// The first value of a field, its name compared without case.
    public func value(of name: String) -> String? {
      fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
  }

  private let member: UpstreamMember
  private let tls: ClientTLSContext?
  /// Bytes of body that are read at most.
  private let maximumBody: Int
  private let interruption: Interruption

  public init(host: String, port: UInt16, tls: ClientTLSContext?, maximumBody: Int = 256 << 20) {
    self.init(
      member: UpstreamMember(host: host, port: port, isTLS: tls != nil), tls: tls, maximumBody: maximumBody)
  }

  /// For a member whose addresses others use as well: what is found unreachable here is not tried there.
  public init(
    member: UpstreamMember, tls: ClientTLSContext?, maximumBody: Int = 256 << 20,
    interruption: Interruption = Interruption()
  ) {
    self.member = member
    self.interruption = interruption
    self.tls = member.isTLS ? tls : nil
    self.maximumBody = maximumBody
  }

  /// Sends one request and reads its whole answer.
  ///
  /// - Parameter fields: without `Host`, `Connection` and `Content-Length`, which are added.
  public func send(
    method: String, target: String, fields: [(String, String)], body: [UInt8], timeout: Interval
  ) throws(UpstreamFailure) -> Answer {
    guard member.resolve() else { throw UpstreamFailure(.unreachable("no such host: \(member.host)"), .connecting) }
    var request =
      "\(method) \(target) HTTP/1.1\r\n\(String(decoding: member.hostField, as: UTF8.self))Connection: close\r\n"
    for (name, value) in fields { request += "\(name): \(value)\r\n" }
    if !body.isEmpty || method == "POST" || method == "PATCH" { request += "Content-Length: \(body.count)\r\n" }
    let whole = Array((request + "\r\n").utf8) + body
    var latest = UpstreamFailure(.reset, .connecting)
    // Nothing was sent where no connection came about: the name's next address is tried.
    for _ in 0..<max(1, member.addressCount) {
      do throws(UpstreamFailure) {
        return try attempt(whole, isHead: method == "HEAD", timeout: timeout)
      } catch {
        latest = error
        guard error.phase == .connecting, error.kind != .timedOut else { break }
      }
    }
    throw latest
  }

  private func attempt(
    _ request: [UInt8], isHead: Bool, timeout: Interval
  ) throws(UpstreamFailure) -> Answer {
    do {
      let loop = try EventLoop(scratchBytes: 128 << 10)
      let pool = UpstreamPool(
        loop: loop, members: [member], tls: tls,
        limits: UpstreamLimits(connectTimeout: timeout, responseTimeout: timeout))
      defer { pool.close() }
      let exchange = BlockingExchange(
        loop: loop, request: request, isHead: isHead, maximumBody: maximumBody)
      if let connection = pool.lease(for: exchange, UpstreamClaim()) { exchange.upstreamLeased(connection) }
      // A total deadline: an answer that drips would move any other for ever.
      let deadline = loop.now + timeout
      loop.housekeeping = { [unowned loop] in
        if loop.now >= deadline { exchange.finish(.failure(UpstreamFailure(.timedOut, .awaiting))) }
      }
      if exchange.outcome == nil { interruption.run(loop) }
      loop.housekeeping = nil
      switch exchange.outcome {
      case .success(let answer): return answer
      case .failure(let failure): throw failure
      case nil: throw UpstreamFailure(.reset, .awaiting)
      }
    } catch let failure as UpstreamFailure {
      throw failure
    } catch {
      throw UpstreamFailure(.unreachable(String(describing: error)), .connecting)
    }
  }
}

private final class BlockingExchange: UpstreamExchangeHandler {
  private(set) var outcome: Result<BlockingClient.Answer, UpstreamFailure>?
  private let loop: EventLoop
  private let request: [UInt8]
  private let isHead: Bool
  private let maximumBody: Int
  private var status = 0
  private var fields: [(name: String, value: String)] = []
  private var body: [UInt8] = []

  init(loop: EventLoop, request: [UInt8], isHead: Bool, maximumBody: Int) {
    self.loop = loop
    self.request = request
    self.isHead = isHead
    self.maximumBody = maximumBody
  }

  func upstreamLeased(_ connection: UpstreamConnection) {
    request.withUnsafeBytes { connection.send($0) }
    connection.awaitResponse(answersHead: isHead)
  }

  func upstreamReceived(
    _ connection: UpstreamConnection, head: UpstreamResponseHead?, body piece: UnsafeRawBufferPointer, isComplete: Bool
  ) {
    if let head {
      status = head.decoder.status
      fields = head.decoder.fields.map {
        (
          String(decoding: head.bytes[bytes: $0.nameRange], as: UTF8.self),
          String(decoding: head.bytes[bytes: $0.valueRange], as: UTF8.self)
        )
      }
    }
    guard piece.count <= maximumBody - body.count else {
      connection.abandon()
      return finish(.failure(UpstreamFailure(.answerTooLarge, .receiving)))
    }
    body.append(contentsOf: piece)
    guard isComplete else { return }
    // An upstream that ignores `Connection: close` would leave a descriptor behind with every question.
    connection.abandon()
    finish(.success(.init(status: status, fields: fields, body: body)))
  }

  func upstreamDrained(_ connection: UpstreamConnection) {}

  var yieldsToOthers: Bool { false }

  /// Nobody else waits in a pool that is made for one question.
  func upstreamReclaimed(_ connection: UpstreamConnection) {
    connection.abandon()
    finish(.failure(UpstreamFailure(.exhausted, .awaiting)))
  }

  func upstreamFailed(_ failure: UpstreamFailure) { finish(.failure(failure)) }

  func finish(_ result: Result<BlockingClient.Answer, UpstreamFailure>) {
    guard outcome == nil else { return }
    outcome = result
    loop.stop()
  }
}
