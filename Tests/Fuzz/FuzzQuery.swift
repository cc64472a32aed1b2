// Fuzzes the parser of InfluxQL: what it reads, it must read again out of what it says of it. Behind a NUL stand values to
// bind, one behind the other.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let parts = input.split(separator: 0, omittingEmptySubsequences: false)
  let text = Array(parts[0])
  _ = Query.redactingSecrets(in: text)
  guard let query = try? Query(parsing: text, parameters: bound(parts.dropFirst())) else { return 0 }
  for statement in query.statements { _ = (statement.requirements, statement.isChanging, statement.description) }
  guard let said = query.faithfulText else { return 0 }
  guard query.isRead(outOf: said), (try? Query(parsing: said))?.forwardingBytes == said else {
    fatalError("said otherwise than read: \(String(decoding: said, as: UTF8.self))")
  }
  return 0
}

/// `$i`, `$s`, `$r`, `$d` and `$n`, as far as there are values.
private func bound(_ values: some Collection<ArraySlice<UInt8>>) -> [Name: BoundParameter] {
  var parameters: [Name: BoundParameter] = [:]
  for (name, value) in zip(["i", "s", "r", "d", "n"], values) {
    let content = Name(String(decoding: value, as: UTF8.self))
    parameters[Name(name)] =
      switch name {
      case "i": .identifier(content)
      case "s": .string(content)
      case "r": .regex(content)
      case "d": .duration(content)
      default: .jsonNumber(content.text)
      }
  }
  return parameters
}
