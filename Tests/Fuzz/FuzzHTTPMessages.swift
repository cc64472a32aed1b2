// Fuzzes what reads requests: heads, chunked bodies, and the values of query strings and forms.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let decoder = RequestHeadDecoder()
  bytes.withUnsafeBytes { head in
    guard (try? decoder.decode(head, limits: HeadLimits(bytes: 65_536, fields: 100))) != nil else { return }
    for field in decoder.fields { _ = (head[bytes: field.nameRange].count, head[bytes: field.valueRange].count) }
    _ = (head[bytes: decoder.path].count, decoder.query.map { head[bytes: $0].count })
  }
  if let values = try? FormValues(bytes) { _ = values["db"] }
  // The same chunks in two pieces come to the same body.
  let whole = body(&bytes, cutAt: bytes.count)
  var again = Array(UnsafeBufferPointer(start: start, count: count))
  guard body(&again, cutAt: count / 2) == whole else { fatalError("cut otherwise than whole") }
  return 0
}

/// The decoded body, nil where it is refused; what follows its end counts for nothing.
private func body(_ bytes: inout [UInt8], cutAt cut: Int) -> [UInt8]? {
  var decoder = ChunkedDecoder()
  var body: [UInt8] = []
  let pieces = [0..<cut, cut..<bytes.count]
  for piece in pieces where !piece.isEmpty && !decoder.isComplete {
    let isFine = bytes.withUnsafeMutableBytes { all -> Bool in
      let room = UnsafeMutableRawBufferPointer(rebasing: all[piece])
      guard let step = try? decoder.decode(room) else { return false }
      body += Array(room.prefix(step.produced))
      return true
    }
    if !isFine { return nil }
  }
  return body
}
