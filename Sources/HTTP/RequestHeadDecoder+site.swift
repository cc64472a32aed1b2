// Whether a browser sent a request on behalf of another site: it adds credentials that the site does not have.

extension RequestHeadDecoder {
  /// By what only browsers send: `Sec-Fetch-Site`, or an `Origin` or `Referer` of another host than the one that is asked
  /// (RFC 6454 §7; the port belongs to it). Costs nothing where there is none of them.
  ///
  /// - Parameter head: the bytes that were decoded.
  public func isCrossSite(_ head: UnsafeRawBufferPointer) -> Bool {
    guard namesSite else { return false }
    if let site = value(of: .secFetchSite).map({ head[bytes: $0] }),
      site.equals("cross-site") || site.equals("same-site")
    {
      return true
    }
    // An `Origin` is a scheme and a host and nothing else: no browser sends an empty one.
    if let origin = value(of: .origin).map({ head[bytes: $0] }), !isOwn(origin, head, mayHavePath: false) {
      return true
    }
    if let page = value(of: .referer).map({ head[bytes: $0] }), !page.isEmpty {
      return !isOwn(page, head, mayHavePath: true)
    }
    return false
  }

  private func isOwn(_ url: UnsafeRawBufferPointer, _ head: UnsafeRawBufferPointer, mayHavePath: Bool) -> Bool {
    guard let host = authority.map({ head[bytes: $0] }) else { return false }
    let text = url.map(\.lowercased)
    for scheme in ["https://", "http://"] where text.starts(with: scheme.utf8) {
      var site = text.dropFirst(scheme.utf8.count)
      if mayHavePath { site = site.prefix { $0 != UInt8(ascii: "/") } }
      return site.elementsEqual(host.map(\.lowercased))
    }
    return false
  }
}
