// Why a text could not be read, in the words of the server's own parser.

/// A text that is not InfluxQL, or that this parser will not read.
///
/// `description` is what a 1.x server puts behind `error parsing query: `. It quotes the text, so it may hold anything
/// that a client sent, line breaks included; but nothing of a statement that holds a password or a destination.
public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
  enum Reason: Hashable, Sendable {
    /// `found …, expected …`
    case unexpected(found: String, expected: [String])
    /// A message that the server follows with the position.
    case positioned(String)
    /// A message that the server leaves without one.
    case plain(String)
  }

  let reason: Reason
  /// Where reading stopped making sense.
  public let position: Position

  public var description: String {
    let place = "at line \(position.line), char \(position.character)"
    return switch reason {
    case .unexpected(let found, let expected): "found \(found), expected \(expected.joined(separator: ", ")) \(place)"
    case .positioned(let message): "\(message) \(place)"
    case .plain(let message): message
    }
  }
}
