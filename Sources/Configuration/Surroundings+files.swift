// Values that a key names rather than says: files, and secrets from a file, the environment or the text itself.

extension Surroundings {
  /// A path, made relative to the configuration file; the file itself is not looked at.
  func path(_ key: String, of table: inout TableReader) -> Located<String>? {
    guard let text = table.name(key) else { return nil }
    return Located(value: resolved(text.value), position: text.position)
  }

  /// A PEM file that must exist and hold a block of the given label.
  func pemFile(
    _ key: String, label: String, isSecret: Bool = false, of table: inout TableReader
  ) -> Located<String>? {
    guard let file = path(key, of: &table) else { return nil }
    guard readsSecrets else { return file }
    do throws(FileFailure) {
      let bytes = try files.contents(of: file.value, limit: 4 << 20, isSecret: isSecret)
      if !String(decoding: bytes, as: UTF8.self).contains("\(label)-----") {
        table.problem(key, "\(printable(file.value)) has no PEM block `\(label)`", at: file.position)
      }
    } catch {
      table.problem(key, "\(printable(file.value)) \(error.message)", at: file.position)
    }
    return file
  }

  /// A secret: a string, or the first line of `{ file = "…" }`, or the variable of `{ env = "…" }`, each as `SecretLine`
  /// ends it.
  func secret(_ key: String, of table: inout TableReader) -> Located<String>? {
    guard let node = table.take(key) else { return nil }
    switch node.value {
    case .string(let text):
      guard isUsable(text, of: key, in: table, source: "it", at: node.position) else { return nil }
      if isFileOpenToAll {
        table.warning(key, "a secret stands in a file that every user of this machine may read", at: node.position)
      }
      return Located(value: text, position: node.position)
    case .table(let members):
      var source = TableReader(members, tableName: table.path(key), position: node.position, report: table.report)
      defer { source.finish() }
      let file = path("file", of: &source)
      let variable = source.name("env")
      switch (file, variable) {
      case (.some(let place), nil) where !readsSecrets,
        (nil, .some(let place)) where !readsSecrets:
        return Located(value: "", position: place.position)
      case (let file?, nil): return secret(key, of: table, inFile: file)
      case (nil, let variable?): return secret(key, of: table, inVariable: variable)
      case (.some, .some): table.problem(key, "must have either `file` or `env`, not both", at: node.position)
      case (nil, nil):
        // A member of the wrong type or name has been reported already.
        if members.isEmpty { table.problem(key, "must have `file` or `env`", at: node.position) }
      }
      return nil
    default:
      table.wrongType(key, node, expected: "a string, { file = \"…\" } or { env = \"…\" }")
      return nil
    }
  }

  private func secret(
    _ key: String, of table: TableReader, inFile file: Located<String>
  ) -> Located<String>? {
    do throws(FileFailure) {
      let bytes = try files.contents(of: file.value, limit: 65_536, isSecret: true)
      guard let text = String(validating: SecretLine.first(of: bytes).line, as: UTF8.self) else {
        table.problem(key, "\(printable(file.value)) is not UTF-8", at: file.position)
        return nil
      }
      let source = "the first line of \(printable(file.value))"
      return isUsable(text, of: key, in: table, source: source, at: file.position)
        ? Located(value: text, position: file.position) : nil
    } catch {
      table.problem(key, "\(printable(file.value)) \(error.message)", at: file.position)
      return nil
    }
  }

  private func secret(
    _ key: String, of table: TableReader, inVariable name: Located<String>
  ) -> Located<String>? {
    let source = "the environment variable \(printable(name.value))"
    guard let value = environment(name.value) else {
      table.problem(key, "\(source) is not set", at: name.position)
      return nil
    }
    let (line, isAll) = SecretLine.first(of: value.bytes)
    // A variable has no further lines that could be meant for somebody else.
    let text = isAll ? String(decoding: line, as: UTF8.self) : value
    return isUsable(text, of: key, in: table, source: source, at: name.position)
      ? Located(value: text, position: name.position) : nil
  }

  /// The value itself must never stand in the message.
  private func isUsable(
    _ text: String, of key: String, in table: TableReader, source: String, at place: Position
  ) -> Bool {
    if text.isEmpty { table.problem(key, source == "it" ? "must not be empty" : "\(source) is empty", at: place) }
    if text.hasControlCharacters {
      table.problem(key, source == "it" ? "has a control character" : "\(source) has a control character", at: place)
    }
    if SecretLine.endsWithBlank(text.bytes) {
      table.warning(key, source == "it" ? "ends with a blank" : "\(source) ends with a blank", at: place)
    }
    return !text.isEmpty && !text.hasControlCharacters
  }
}
