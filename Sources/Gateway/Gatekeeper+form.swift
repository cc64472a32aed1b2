// The parameters of a query, out of its URL and its form, in gzip or plain.

import HTTP

extension Gatekeeper {
  /// One reading of URL and body: of a POST the form comes first, even where its value is empty (`v1-auth.md` §4).
  func queryValues(
    _ view: RequestView, _ parameters: URLParameters, _ progress: Progress
  ) throws(Interruption) -> FormValues {
    let url = try parameters.values()
    guard view.hasBody else { return url }
    let type = view.value(.contentType) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    guard view.head.method == .post, !type.isEmpty else {
      // Of this type the servers read the body whatever the method is.
      if type.prefix(Self.multipart.utf8.count).map({ $0 | 0x20 }).elementsEqual(Self.multipart.utf8) {
        throw .refuse(.unsupported("a query's body must be application/x-www-form-urlencoded"))
      }
      // Any other body of GET, or one of no type, is read off and ignored, as they do.
      if progress.body == nil { throw .needsBody(limit: settings.limits.collectBytes) }
      return url
    }
    let isGzip = try requireForm(view, type)
    guard let body = progress.body else { throw .needsBody(limit: settings.limits.queryBytes) }
    let form = isGzip ? try inflated(body) : body
    do throws(FormValues.Problem) { return try FormValues(form).preferred(over: url) } catch {
      throw .refuse(.malformed(error.reason))
    }
  }

  /// Any other body the servers ignore, read differently, or open a file for: none of them is guessed at.
  ///
  /// - Returns: whether the form comes in gzip. No server inflates it: they see no parameter in such a body, or noise. What
  ///   its sender means is beyond doubt, and what is forwarded is the plain form.
  private func requireForm(_ view: RequestView, _ type: UnsafeRawBufferPointer) throws(Interruption) -> Bool {
    let encoding = view.value(.contentEncoding).map { $0.map { $0 | 0x20 } } ?? []
    guard view.head.fields.filter({ $0.name == .contentEncoding }).count < 2 else {
      throw .refuse(.unsupported("a form in more than one encoding cannot be read"))
    }
    let isGzip = encoding.elementsEqual("gzip".utf8)
    guard encoding.isEmpty || isGzip || encoding.elementsEqual("identity".utf8) else {
      throw .refuse(.unsupported("a form in this encoding cannot be read"))
    }
    let media = type.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
    let parameters = type.dropFirst(media.count).map { $0 | 0x20 }.filter { $0 != UInt8(ascii: " ") }
    guard media.map({ $0 | 0x20 }).elementsEqual("application/x-www-form-urlencoded".utf8) else {
      throw .refuse(.unsupported("a query's body must be application/x-www-form-urlencoded"))
    }
    let known = ["", ";", ";charset=utf-8", ";charset=\"utf-8\"", ";charset=utf8"]
    guard known.contains(where: { parameters.elementsEqual($0.utf8.map { $0 | 0x20 }) }) else {
      throw .refuse(.unsupported("a form must be UTF-8"))
    }
    return isGzip
  }

  private static let multipart = "multipart/"
  /// Bytes that any body in gzip may come to.
  private static let shortForm = 65_536

  /// Held to the same limit as a form that comes plain, and to 32 times what was sent: text comes to a tenth of that, and
  /// whoever wants more read shall send more.
  private func inflated(_ body: [UInt8]) throws(Interruption) -> [UInt8] {
    let limit = min(settings.limits.queryBytes, max(Self.shortForm, min(body.count, 1 << 30) * 32))
    do throws(Gzip.Problem) { return try Gzip.decode(body, limit: limit) } catch {
      switch error {
      case .tooLarge: throw .refuse(.tooLarge)
      case .malformed: throw .refuse(.malformed("the form is not one whole member of gzip"))
      }
    }
  }
}
