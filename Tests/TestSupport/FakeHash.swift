// A hash that tests can make and verify without the work of a real one.

/// A hash of the right form that stands for one password of up to 26 bytes: a test's own verifier alone can tell which.
public func fakeHash(_ password: String) -> String {
  let salt = password.utf8.map { byte in
    let pair = String(byte, radix: 16)
    return pair.utf8.count == 1 ? "0" + pair : pair
  }.joined()
  return "$2b$04$" + (salt + String(repeating: ".", count: 52)).prefix(52) + "."
}
