// Whole responses out of a raw connection.

extension RawClient {
  /// Reads up to and including a blank line; nil if the connection ends before anything came.
  func readHead() throws -> HTTPAnswer? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let at = buffer.firstRange(of: end) {
        let head = String(decoding: take(at.upperBound).dropLast(4), as: UTF8.self)
        guard let answer = HTTPAnswer(head: head) else {
          throw HarnessFailure("not a response head: \(head.prefix(500))")
        }
        return answer
      }
      if try !fill() {
        if buffer.isEmpty { return nil }
        throw HarnessFailure(
          "the connection ended within a head: \(String(decoding: buffer.prefix(500), as: UTF8.self))")
      }
    }
  }

  /// Reads the next final response with its body. `method` HEAD means that none follows.
  func readAnswer(to method: String = "GET") throws -> HTTPAnswer {
    guard let answer = try readAnswerOrEnd(to: method) else {
      throw HarnessFailure("the connection ended without a response\(wasReset ? " (reset)" : "")")
    }
    return answer
  }

  /// The next final response, or nil where the connection ends instead.
  func readAnswerOrEnd(to method: String = "GET") throws -> HTTPAnswer? {
    var interim: [Int] = []
    guard var answer = try readHead() else { return nil }
    while (100..<200).contains(answer.status) && answer.status != 101 {
      interim.append(answer.status)
      guard let next = try readHead() else { throw HarnessFailure("the connection ended after \(interim)") }
      answer = next
    }
    answer.interim = interim
    if method == "HEAD" || answer.status == 204 || answer.status == 304 { return answer }
    if answer["Transfer-Encoding"]?.lowercased() == "chunked" {
      answer.body = try readChunks()
    } else if let length = answer["Content-Length"] {
      guard let count = Int(length), count >= 0 else { throw HarnessFailure("Content-Length: \(length)") }
      answer.body = try read(count)
    } else {
      answer.body = try readToEnd()
    }
    return answer
  }

  func read(_ count: Int) throws -> [UInt8] {
    while buffer.count < count {
      if try !fill() { throw HarnessFailure("the connection ended \(count - buffer.count) bytes short") }
    }
    return take(count)
  }

  func readLine() throws -> String {
    while true {
      if let at = buffer.firstRange(of: [13, 10]) {
        return String(decoding: take(at.upperBound).dropLast(2), as: UTF8.self)
      }
      if try !fill() { throw HarnessFailure("the connection ended within a line") }
    }
  }

  private func readChunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let line = try readLine()
      guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { throw HarnessFailure("chunk size \(line)") }
      if size == 0 { break }
      body += try read(size)
      guard try read(2) == [13, 10] else { throw HarnessFailure("no end of a chunk") }
    }
    while try !readLine().isEmpty {}
    return body
  }

  /// Sends a request and reads its answer.
  func exchange(_ request: String) throws -> HTTPAnswer {
    send(request)
    return try readAnswer(to: request.hasPrefix("HEAD ") ? "HEAD" : "GET")
  }
}
