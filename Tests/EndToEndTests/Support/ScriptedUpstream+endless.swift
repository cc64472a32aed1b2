// An upstream whose answers to some queries have no end.

extension ScriptedUpstream {
  /// Answers queries of `big` without end, all else at once.
  static let endless: Script = { connection in
    let head = try connection.peekHead()
    guard head?.path == "/query", head?.target.contains("big") ?? false else { return try connection.obey() }
    _ = try connection.readRequest()
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    let chunk = "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"
    while connection.send(chunk) {}
    connection.close()
  }
}
