// `gatehouse token hash`: a new API token for the configuration file.

import Access
import Authorizations
import Formats

enum TokenHash: Subcommand {
  static let name = "token hash"
  static let summary = "make an API token and the hash of it, for [[token]] in the configuration file"
  static let options: [Option] = [NewFile.option("the token")]
  static let details = """
    Two lines on standard output: the token, which is shown this once and kept nowhere, and its hash. With --out FILE the
    token stands in that file, and only the hash is printed. The server knows the token once the hash stands in a [[token]] of its file and the file was read again (SIGHUP).
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    // The highest bit is set, which identifiers of stored tokens reach in 2086 at the earliest.
    guard let id = Identifier(.random(in: 1 << 63 ... .max)), let secret = TokenSecret.generate(id: id) else {
      throw .failed("the system gives no randomness")
    }
    let hash = TokenSecret.declaration(of: secret, id: id)
    let isWritten: Bool
    if let path = try arguments.nonempty("--out") {
      isWritten = try NewFile(path).write(line: secret.text) && Terminal.standardOutput.line(hash)
    } else {
      isWritten = Terminal.standardOutput.line("\(secret.text)\n\(hash)")
    }
    guard isWritten else { throw .failed("the token could not be written") }
  }
}
