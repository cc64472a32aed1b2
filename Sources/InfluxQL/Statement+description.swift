// Statements as text.

extension Statement: CustomStringConvertible {
  /// The statement as a 1.x server prints it, in the answer to one who may not run it. Passwords, and what may be
  /// secret in the destinations of a subscription, are `[REDACTED]`.
  ///
  /// This is for people: it may not read back as the same statement.
  public var description: String {
    var printer = Printer(.server)
    printer.write(self)
    return printer.text
  }

  /// Text that every server reads as this statement, with bound parameters put in; nil where there is none, because it
  /// would need the password, or a name holds a NUL or a carriage return.
  public var forwardingText: String? {
    if needsPassword { return nil }
    var printer = Printer(.faithful)
    printer.write(self)
    return printer.isFaithful ? printer.text : nil
  }

  /// Passwords are not kept, so what needs one cannot be said again.
  fileprivate var needsPassword: Bool { kind == .createUser || kind == .setPassword }
}

extension Query: CustomStringConvertible {
  /// The statements as a 1.x server prints them.
  public var description: String { statements.map(\.description).joined(separator: ";\n") }

  /// Text that every server reads as this query, or nil: see `Statement.forwardingText`.
  public var forwardingText: String? { forwardingBytes.map { String(decoding: $0, as: UTF8.self) } }

  /// The same in UTF-8.
  public var forwardingBytes: [UInt8]? {
    guard let text = faithfulText, !hasParameters || isRead(outOf: text) else { return nil }
    return text
  }

  /// What the printer holds to be that text.
  var faithfulText: [UInt8]? {
    var printer = Printer(.faithful)
    for (index, statement) in statements.enumerated() {
      if statement.needsPassword { return nil }
      if index > 0 { printer.write("; ") }
      printer.write(statement)
    }
    return printer.isFaithful ? printer.bytes : nil
  }

  /// Whether a server that is given this text comes to the same statements.
  func isRead(outOf text: [UInt8]) -> Bool {
    guard let again = try? Query(parsing: text) else { return false }
    return again.statements == statements
  }
}
