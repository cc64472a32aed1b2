// Where a password comes from: a prompt that shows nothing, or the first line of standard input.

import Configuration
import Glibc

enum PasswordInput {
  /// Longer lines are no password.
  private static let longestLine = 4096
  private static let tooLong = CommandFailure.failed("the password is longer than \(longestLine) bytes")

  /// Never from the argument list, which other users of the machine can read.
  static func read() throws(CommandFailure) -> [UInt8] {
    let password = isatty(STDIN_FILENO) == 1 ? try prompt() : try firstLine()
    guard !password.isEmpty else { throw .failed("no password given") }
    if SecretLine.endsWithBlank(password) {
      Terminal.standardError.line("gatehouse: warning: the password ends with a blank")
    }
    return password
  }

  private static func prompt() throws(CommandFailure) -> [UInt8] {
    let first = try ask("Password: ")
    guard try ask("Once more: ") == first else { throw .failed("the two differ") }
    return first
  }

  /// Byte by byte, so that what follows the line stays for who reads next.
  private static func firstLine() throws(CommandFailure) -> [UInt8] {
    var line: [UInt8] = []
    while line.last != UInt8(ascii: "\n"), let byte = nextByte() {
      // Its end may be of two bytes.
      guard line.count < longestLine + 2 else { throw tooLong }
      line.append(byte)
    }
    let password = SecretLine.first(of: line).line
    guard password.count <= longestLine else { throw tooLong }
    return Array(password)
  }

  /// Without echo and without signals, so that Ctrl-C cannot leave the terminal mute.
  private static func ask(_ question: String) throws(CommandFailure) -> [UInt8] {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw .failed("the terminal cannot be asked") }
    var quiet = before
    quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0 else { throw .failed("the terminal cannot be asked") }
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
      Terminal.standardError.line("")
    }
    let prompt = Array(question.utf8)
    _ = write(STDERR_FILENO, prompt, prompt.count)
    var line: [UInt8] = []
    while let byte = nextByte() {
      switch byte {
      case 0x03: throw .interrupted
      case 0x04, 0x0a, 0x0d: return line
      case 0x15: line.removeAll()
      case 0x08, 0x7f:
        // A whole character of UTF-8: its continuation bytes first.
        while let last = line.popLast(), last & 0xc0 == 0x80 {}
      default:
        guard line.count < longestLine else { throw tooLong }
        line.append(byte)
      }
    }
    return line
  }

  private static func nextByte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      return count == 1 ? byte : nil
    }
  }
}
