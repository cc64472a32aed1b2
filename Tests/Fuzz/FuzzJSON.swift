// Fuzzes the reader of JSON: what it reads, it must read again out of what is written of it.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = Array(UnsafeBufferPointer(start: start, count: count))
  guard let value = try? JSONReader.value(in: text) else { return 0 }
  guard depth(of: value) <= JSONReader.maximumDepth else { fatalError("deeper than it may be") }
  var written: [UInt8] = []
  value.append(to: &written)
  guard let again = try? JSONReader.value(in: written), isSame(value, again) else {
    fatalError("written otherwise than read: \(String(decoding: written, as: UTF8.self))")
  }
  // Whatever stands behind a value is not looked at.
  if case .number = value { return 0 }
  guard let cut = try? JSONReader.value(in: written + [0x5d]), isSame(value, cut) else { fatalError("read too far") }
  return 0
}

private func depth(of value: JSONValue) -> Int {
  switch value {
  case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
  case .object(let members): 1 + (members.map { depth(of: $0.value) }.max() ?? 0)
  case .null, .bool, .number, .string: 0
  }
}

private func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
  switch (one, other) {
  case (.null, .null): true
  case (.bool(let one), .bool(let other)): one == other
  case (.number(let one), .number(let other)), (.string(let one), .string(let other)):
    one.utf8.elementsEqual(other.utf8)
  case (.array(let one), .array(let other)): one.count == other.count && zip(one, other).allSatisfy(isSame)
  case (.object(let one), .object(let other)):
    one.count == other.count
      && zip(one, other).allSatisfy { $0.name.utf8.elementsEqual($1.name.utf8) && isSame($0.value, $1.value) }
  default: false
  }
}
