// The `Authorization` field as every reader of credentials divides it.

/// A scheme, one blank, and all that follows it. What that means is the scheme's business.
public struct AuthorizationField {
  public let scheme: ArraySlice<UInt8>
  public let value: ArraySlice<UInt8>

  /// nil where there is no blank.
  ///
  /// - Parameter text: without surrounding blanks.
  public init?(_ text: [UInt8]) {
    guard let blank = text.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    scheme = text[..<blank]
    value = text[(blank + 1)...]
  }

  /// What is presented as an API token: all that follows `Token` or `Bearer`, in any case; nil for another scheme.
  public var token: ArraySlice<UInt8>? { isScheme("token") || isScheme("bearer") ? value : nil }

  /// - Parameter lowercase: ASCII letters in lower case; compared in any case (RFC 9110 §11.1).
  func isScheme(_ lowercase: StaticString) -> Bool {
    guard scheme.count == lowercase.utf8CodeUnitCount else { return false }
    return lowercase.withUTF8Buffer { expected in zip(scheme, expected).allSatisfy { $0 | 0x20 == $1 } }
  }
}
