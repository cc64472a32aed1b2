// Reads a credential where InfluxDB 1.x looks for one, in its order, stopping at the first hit (recorded of 1.12.4).

/// Finds the credential of a request on the v1 paths. A pure function of the request's head.
///
/// 1. `u` and `p` of the URL, both present and not empty.
/// 2. `Authorization` with exactly one blank: `Bearer x`, `Token x`, `Token name:password`, case-sensitive.
/// 3. `Authorization: Basic`, the scheme in any case.
///
/// A pair in the field that is no UTF-8 is read as Latin-1.
///
/// API tokens are accepted wherever a login is, so `token x` and `bearer x` count in any case (RFC 9110 §11.1) while
/// they hold no `:`. A pair in lower case stays refused, as recorded.
public enum CredentialReader {
  /// - Parameters:
  ///   - u: first value of the query parameter `u`, names and value percent-decoded; nil where absent.
  ///   - p: first value of `p`, likewise.
  ///   - authorization: value of the one `Authorization` field without surrounding blanks; nil where absent.
  ///   - isRepeated: whether there was more than one such field.
  public static func read(
    u: [UInt8]?, p: [UInt8]?, authorization: [UInt8]?, isRepeated: Bool = false
  ) -> Credential {
    // Before anything else: which of two fields counts is what the parties on the way may disagree about.
    if isRepeated { return .refused(.ambiguous) }
    if let u, let p, !u.isEmpty, !p.isEmpty { return .login(name: u, password: p) }
    guard let authorization, !authorization.isEmpty else { return .none }
    guard let field = AuthorizationField(authorization) else { return .refused(.unparsable) }
    if !field.value.contains(UInt8(ascii: " ")), let credential = tokenOrBearer(field) { return credential }
    return field.isScheme("basic") ? basic(field.value) : .refused(.unparsable)
  }

  private static func tokenOrBearer(_ field: AuthorizationField) -> Credential? {
    guard let value = field.token else { return nil }
    let colon = value.firstIndex(of: UInt8(ascii: ":"))
    if field.scheme.elementsEqual("Bearer".utf8) {
      return colon != nil || value.isEmpty
        ? .refused(.bearerDisabled) : .token(Array(value), unknown: .bearerDisabled)
    }
    guard colon != nil else { return value.isEmpty ? nil : .token(Array(value), unknown: .unparsable) }
    guard field.scheme.elementsEqual("Token".utf8) else { return nil }
    return login(value)
  }

  private static func basic(_ value: ArraySlice<UInt8>) -> Credential {
    guard let decoded = Base64.decode(value) else { return .refused(.unparsable) }
    return login(decoded[...])
  }

  /// `name:password` of a field. It is UTF-8 (RFC 7617 §2.1), or else Latin-1, in which python-requests sends what is text
  /// to it: one reading of the whole pair, so that no second password is ever tried.
  private static func login(_ pair: ArraySlice<UInt8>) -> Credential {
    if pair.contains(where: { $0 >= 0x80 }), String(validating: pair, as: UTF8.self) == nil {
      return login(pair.flatMap { $0 < 0x80 ? [$0] : [0xc0 | $0 >> 6, 0x80 | $0 & 0x3f] }[...])
    }
    guard let colon = pair.firstIndex(of: UInt8(ascii: ":")) else { return .refused(.unparsable) }
    guard colon > pair.startIndex else { return .refused(.nameMissing) }
    return .login(name: Array(pair[..<colon]), password: Array(pair[(colon + 1)...]))
  }
}
