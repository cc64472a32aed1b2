// Fuzzes the parser of InfluxQL: what it reads, it must read again out of what it says of it.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = Array(UnsafeBufferPointer(start: start, count: count))
  _ = Query.redactingPasswords(in: text)
  guard let query = try? Query(parsing: text) else { return 0 }
  for statement in query.statements { _ = (statement.requirements, statement.isChanging, statement.description) }
  guard let said = query.forwardingText else { return 0 }
  guard let again = try? Query(parsing: said), again.forwardingText == said,
    again.statements.map(\.requirements) == query.statements.map(\.requirements)
  else { fatalError("said otherwise than read: \(said)") }
  return 0
}
