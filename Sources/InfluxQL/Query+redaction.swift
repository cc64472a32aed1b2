// Query texts for logs.

extension Query {
  /// The text without the secrets in it, each as `[REDACTED]`: passwords, and destinations of subscriptions that may hold
  /// one.
  ///
  /// A text that cannot be read is cut off behind the first word `password` or `destinations`: nobody knows how a server of another
  /// version would read on.
  public static func redactingSecrets(in text: [UInt8], parameters: [Name: BoundParameter] = [:]) -> [UInt8] {
    guard let word = firstSecretWord(in: text) else { return text }
    guard var tokens = try? TokenReader(text, parameters: parameters),
      (try? StatementParser.parseStatements(&tokens)) != nil
    else {
      return text[..<word.upperBound] + Array(" [REDACTED]".utf8)
    }
    var redacted: [UInt8] = []
    var end = 0
    for range in tokens.secrets {
      redacted += text[end..<range.lowerBound]
      redacted += "[REDACTED]".utf8
      end = range.upperBound
    }
    return redacted + text[end...]
  }

  /// Where `password` or `destinations` stands first, in any case, inside another word or not.
  private static func firstSecretWord(in text: [UInt8]) -> Range<Int>? {
    let words = [Array("password".utf8), Array("destinations".utf8)]
    for start in text.indices {
      for word in words where text[start] | 0x20 == word[0] && text.count - start >= word.count {
        let end = start + word.count
        if text[start..<end].elementsEqual(word, by: { $0 | 0x20 == $1 }) { return start..<end }
      }
    }
    return nil
  }
}
