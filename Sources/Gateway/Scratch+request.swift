// A forwarded request in one piece, copied as seldom as can be.

import Decision
import HTTP
import Transport

extension Scratch {
  /// The head of a forwarded request, without its opening. Check that it has not overflowed.
  func head(of request: UpstreamRequest, _ view: RequestView, _ framing: BodyFraming) -> ByteWriter {
    var writer = ByteWriter(head)
    request.writeHead(to: &writer, view, framing: framing)
    return writer
  }

  /// Head, payload and suffix in one piece, in place where the payload lies in the room already; nil where they do not fit.
  func join(
    _ head: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, _ suffix: StaticString
  ) -> UnsafeRawBufferPointer? {
    if payload.count > 0, let whole = surround(payload, prefix: head, suffix: suffix) { return whole }
    guard payload.count <= room.count else { return nil }
    room.copyMemory(from: payload)
    return surround(UnsafeRawBufferPointer(rebasing: room[..<payload.count]), prefix: head, suffix: suffix)
  }

  /// Sends a request, or the beginning of one, with the head's opening before it.
  func send(_ rest: UnsafeRawBufferPointer, of request: UpstreamRequest, on lease: some ExchangeLease) {
    let opening = request.opening(host: lease.hostField)
    if let whole = extend(rest, by: opening.line, opening.host) { return lease.send(whole) }
    opening.followed(by: rest).withUnsafeBytes { lease.send($0) }
  }
}
