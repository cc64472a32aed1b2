// The parameters of a query, out of its URL and its body, in gzip or plain.

import Formats
import HTTP

struct QueryForm {
  let view: RequestView
  /// Of the URL.
  let parameters: URLParameters
  /// The whole body, where it is there.
  let sent: [UInt8]?
  let settings: GatewaySettings

  /// What a body is to a server, by its type.
  private enum BodyKind {
    /// Of a POST the form comes first, even where its value is empty (as 1.x reads it).
    case form
    /// The URL comes first; a file named `q` is the query where there is none elsewhere.
    case multipart
    /// The text of the query, where there is none in the URL. 2.x alone reads it.
    case text
    /// Read off and dropped, as the servers do.
    case ignored
  }

  /// One reading of URL and body. What is forwarded is made from it anew, so that no server reads the body again.
  func values() throws(EarlyEnd) -> FormValues {
    let url = try parameters.values()
    guard view.hasBody else { return url }
    let type = view.value(.contentType) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    let media = MediaType(type)
    let kind = bodyKind(media)
    if case .ignored = kind {
      if sent == nil { throw .needsBody(limit: settings.limits.queryBytes) }
      return url
    }
    let isGzip = try requireReadable(media, kind)
    guard let sent else { throw .needsBody(limit: settings.limits.queryBytes) }
    let body = isGzip ? try inflated(sent) : sent
    switch kind {
    case .multipart: return try multipart(body, Array(type), url)
    case .text:
      guard !body.contains(0) else { throw .refuse(.malformed(FormValues.Problem.nul.reason)) }
      return url["q"]?.contains(where: { !Self.isBlank($0) }) ?? false ? url : url.replacing("q", body)
    case .form, .ignored:
      do throws(FormValues.Problem) { return try FormValues(body).preferred(over: url) } catch {
        throw .refuse(.malformed(error.reason))
      }
    }
  }

  private func bodyKind(_ media: MediaType) -> BodyKind {
    // Of this type the servers read the body whatever the method is.
    if media.names("multipart/form-data") { return .multipart }
    guard view.head.method == .post else { return .ignored }
    if media.names("application/x-www-form-urlencoded") { return .form }
    if settings.dialect.takesBareStatements, media.names("application/vnd.influxql") { return .text }
    return .ignored
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// A body that cannot be divided is none to the servers; one that breaks off in the middle is not guessed at.
  private func multipart(
    _ body: [UInt8], _ type: [UInt8], _ url: FormValues
  ) throws(EarlyEnd) -> FormValues {
    let form: MultipartForm
    do throws(MultipartForm.Problem) { form = try MultipartForm(body, type: type) } catch {
      switch error {
      case .noBoundary: return url
      case .malformed: throw .refuse(.malformed("malformed multipart body"))
      case .unsupported: throw .refuse(.unsupported("a part of the multipart body cannot be read"))
      case .tooManyParts: throw .refuse(.malformed("too many parts in the multipart body"))
      }
    }
    let values = url.preferred(over: form.fields)
    guard !(values["q"]?.contains { !Self.isBlank($0) } ?? false), let file = form.files["q"] else { return values }
    return values.replacing("q", file)
  }

  /// Bodies in an encoding that nobody inflates are not guessed at.
  ///
  /// - Returns: whether the body comes in gzip. No server inflates it: they see no parameter in such a body, or noise. What
  ///   its sender means is beyond doubt, and what is forwarded is the plain form.
  private func requireReadable(_ media: MediaType, _ kind: BodyKind) throws(EarlyEnd) -> Bool {
    let encoding = view.value(.contentEncoding).map { $0.map { $0 | 0x20 } } ?? []
    guard view.head.fields.filter({ $0.name == .contentEncoding }).count < 2 else {
      throw .refuse(.unsupported("a form in more than one encoding cannot be read"))
    }
    let isGzip = encoding.elementsEqual("gzip".utf8)
    guard encoding.isEmpty || isGzip || encoding.elementsEqual("identity".utf8) else {
      throw .refuse(.unsupported("a form in this encoding cannot be read"))
    }
    if case .multipart = kind { return isGzip }
    let known = ["", ";", ";charset=utf-8", ";charset=\"utf-8\"", ";charset=utf8"]
    guard known.contains(where: { media.parameters.elementsEqual($0.utf8) }) else {
      throw .refuse(.unsupported("a form must be UTF-8"))
    }
    return isGzip
  }

  /// Bytes that any body in gzip may come to.
  private static let shortForm = 65_536

  /// Held to the same limit as a form that comes plain, and to 32 times what was sent: text comes to a tenth of that, and
  /// whoever wants more read shall send more.
  private func inflated(_ body: [UInt8]) throws(EarlyEnd) -> [UInt8] {
    let limit = min(settings.limits.queryBytes, max(Self.shortForm, min(body.count, 1 << 30) * 32))
    do throws(Gzip.Problem) { return try Gzip.decode(body, limit: limit) } catch {
      switch error {
      case .tooLarge: throw .refuse(.tooLarge(limit, settings.limits))
      case .malformed: throw .refuse(.malformed("the form is not one whole member of gzip"))
      }
    }
  }
}
