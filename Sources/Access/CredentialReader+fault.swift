// What is in the way where no credential could be read, in words for the log.

extension CredentialReader {
  /// Why `read` came to nothing, without a byte of what was sent. The parameters are those of `read`.
  public static func fault(u: [UInt8]?, p: [UInt8]?, authorization: [UInt8]?) -> String {
    guard let authorization, !authorization.isEmpty else {
      switch (u?.isEmpty ?? true, p?.isEmpty ?? true) {
      case (true, true): return "no credential"
      case (false, _): return "u without p"
      case (true, false): return "p without u"
      }
    }
    guard let field = AuthorizationField(authorization) else { return "Authorization holds one word" }
    let value = field.value
    let hasColon = value.contains(UInt8(ascii: ":"))
    switch String(decoding: field.scheme, as: UTF8.self) {
    case "Bearer": return value.isEmpty ? "Bearer without a token" : "Bearer with a name, or with blanks"
    case let scheme where scheme.lowercased() == "basic":
      guard let decoded = Base64.decode(value) else { return "Basic is not base64" }
      return decoded.contains(UInt8(ascii: ":")) ? "Basic without a name" : "Basic without a colon"
    case let scheme where ["token", "bearer"].contains(scheme.lowercased()):
      if value.contains(UInt8(ascii: " ")) { return "more than one blank in Authorization" }
      if value.isEmpty { return "Token without a value" }
      return hasColon && value.first != UInt8(ascii: ":") ? "a pair behind a scheme other than Token" : "no name"
    default: return "Authorization of another scheme than Basic, Token or Bearer"
    }
  }
}
