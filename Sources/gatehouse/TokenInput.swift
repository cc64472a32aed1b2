// The API token that `gatehouse auth` shows to the server.

import Configuration

enum TokenInput {
  static let options: [Option] = [
    .value("--token", "TOKEN", "the API token; others on this machine can read it while the command runs"),
    .value("--token-file", "FILE", "a file whose first line is the API token; without both: GATEHOUSE_TOKEN"),
  ]

  static func read(_ arguments: Arguments) throws(CommandFailure) -> String {
    let found: String
    if let token = arguments.value("--token") {
      guard !arguments.has("--token-file") else { throw .usage("--token and --token-file exclude each other") }
      found = token
    } else if let path = arguments.value("--token-file") {
      found = try firstLine(of: path)
    } else if let token = Configuration.processVariable("GATEHOUSE_TOKEN") {
      found = text(SecretLine.first(of: Array(token.utf8)).line)
    } else {
      throw .usage("no API token: --token-file FILE or the variable GATEHOUSE_TOKEN")
    }
    // What goes into a header field must not end it.
    guard !found.isEmpty, found.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw .failed("that is no API token: it holds blanks or other characters that no token has")
    }
    return found
  }

  private static func firstLine(of path: String) throws(CommandFailure) -> String {
    let files = SystemFiles()
    // Not refused: a shell's `>` makes such files, and whoever may read it has read it.
    if files.isOpenToAll(path) {
      Terminal.standardError.line("gatehouse: warning: \(path) is open to every user of this machine; chmod 600 it")
    }
    do throws(FileFailure) {
      let bytes = try files.contents(of: path, limit: 65_536, isSecret: false)
      return text(SecretLine.first(of: bytes).line)
    } catch {
      throw .failed("\(path): \(error.message)")
    }
  }

  private static func text(_ line: ArraySlice<UInt8>) -> String { String(decoding: line, as: UTF8.self) }
}
