// Whether a browser sent a request on behalf of another site: it adds credentials that the site does not have.

import HTTP

extension RequestView {
  /// By what only browsers send: `Sec-Fetch-Site`, or an `Origin` or `Referer` of another host.
  var isCrossSite: Bool {
    if let site = value(.secFetchSite), site.equals("cross-site") || site.equals("same-site") { return true }
    for name in [FieldName.origin, .referer] {
      if let sender = value(name), !sender.isEmpty, !isOwnHost(sender) { return true }
    }
    return false
  }

  private func isOwnHost(_ url: UnsafeRawBufferPointer) -> Bool {
    guard let authority = head.authority.map({ bytes[bytes: $0] }) else { return false }
    let text = url.map { $0 | 0x20 }
    for scheme in ["https://", "http://"] where text.starts(with: scheme.utf8) {
      let host = text.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") }
      return host.elementsEqual(authority.map { $0 | 0x20 })
    }
    return false
  }
}
