// Query texts for logs.

extension Query {
  /// The text without the passwords in it, each as `[REDACTED]`.
  ///
  /// A text that cannot be read is cut off behind the first word `password`: nobody knows how a server of another
  /// version would read on.
  public static func redactingPasswords(in text: [UInt8], parameters: [Name: BoundParameter] = [:]) -> [UInt8] {
    guard let word = firstPasswordWord(in: text) else { return text }
    guard var parser = try? Parser(text, parameters: parameters), (try? parser.parseStatements()) != nil else {
      return text[..<word.upperBound] + Array(" [REDACTED]".utf8)
    }
    var redacted: [UInt8] = []
    var end = 0
    for range in parser.passwords {
      redacted += text[end..<range.lowerBound]
      redacted += "[REDACTED]".utf8
      end = range.upperBound
    }
    return redacted + text[end...]
  }

  /// Where `password` stands first, in any case, inside another word or not.
  private static func firstPasswordWord(in text: [UInt8]) -> Range<Int>? {
    let word = Array("password".utf8)
    guard text.count >= word.count else { return nil }
    for start in 0...text.count - word.count
    where text[start] | 0x20 == word[0] && text[start..<start + word.count].elementsEqual(word, by: { $0 | 0x20 == $1 })
    {
      return start..<start + word.count
    }
    return nil
  }
}
