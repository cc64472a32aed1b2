// 1,500 raw requests over the wire: each is refused, or decided and forwarded on exactly those values that the upstream's HTTP library reads (security rows 24 to 26).

import Foundation
import Testing

@Suite struct RecordedFormTests {
  private struct Recorded: Decodable {
    struct Read: Decodable {
      let form: [String: String]
      let url: [String: String]
    }

    let method: String
    var target: String
    let content_type: String?
    let body: String
    let read: Read?

    static func all() throws -> [Recorded] {
      let text = try Data(contentsOf: URL(filePath: Paths.fixture("http/go-form-values.jsonl")))
      return try text.split(separator: 0x0a).map { try JSONDecoder().decode(Recorded.self, from: Data($0)) }
    }

    var bodyBytes: [UInt8] { Array(Data(base64Encoded: body) ?? Data()) }

    private var hasForm: Bool { method == "POST" && content_type == "application/x-www-form-urlencoded" }

    /// GET or POST, content type absent or urlencoded, no raw `;`, `%` error or NUL: must not be refused for its form.
    var isWellFormed: Bool {
      guard method == "GET" || method == "POST", content_type == nil || hasForm || content_type?.isEmpty == true else {
        return false
      }
      let query = Array(target.utf8.drop { $0 != 0x3f }.dropFirst())
      return ([query] + (hasForm ? [bodyBytes] : [])).allSatisfy { text in
        !text.contains(0x3b) && !text.contains(0)
          && text.split(separator: 0x25, omittingEmptySubsequences: false).dropFirst().allSatisfy {
            UInt8(String(decoding: $0.prefix(2), as: UTF8.self), radix: 16).map { $0 > 0 } ?? false
              && $0.prefix(2).count == 2
          }
      }
    }

    /// As it was sent to the recording server, with our credential.
    var bytes: [UInt8] {
      var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)"
      if let content_type { head += "Content-Type: \(content_type)\r\n" }
      if method != "GET" || !bodyBytes.isEmpty { head += "Content-Length: \(bodyBytes.count)\r\n" }
      return Array((head + "\r\n").utf8) + bodyBytes
    }

    /// The same values in the one form that every reader understands.
    func plain(_ values: [String: String]) -> [UInt8] {
      var pairs = values.filter { $0.key != "u" && $0.key != "p" }
      for name in ["u", "p"] { pairs[name] = read?.url[name] }
      let query = pairs.map { "\($0.key)=\($0.value.percentEncoded)" }.sorted().joined(separator: "&")
      return Array(
        ("\(method) /query?\(query) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)"
          + (method == "POST" ? "Content-Length: 0\r\n\r\n" : "\r\n")).utf8)
    }
  }

  /// One client that connects anew where it must.
  private final class Client {
    private let gatehouse: GatehouseProcess
    private var connection: RawClient?

    init(_ gatehouse: GatehouseProcess) { self.gatehouse = gatehouse }

    func ask(_ bytes: [UInt8], method: String) throws -> HTTPAnswer {
      let client = try connection ?? RawClient(gatehouse, tls: false)
      connection = client
      client.send(bytes)
      let answer = try client.readAnswer(to: method)
      if answer["Connection"]?.lowercased() == "close" { connection = nil }
      return answer
    }
  }

  /// Of a declared directory an unknown name is refused at once; else the upstream is asked once more, which takes turns.
  private static func declareDirectory(_ settings: inout GatehouseSettings) {
    settings.tables["directory"] = ["source = \"declared\""]
    settings.sections = """
      [[organization]]
      name = "house"
      [[user]]
      name = "admin"
      [[bucket]]
      name = "metrics/autogen"

      """
  }

  /// With `completed`, names that a request lacks follow in its URL, so that it has something to say upstream.
  @Test(arguments: [false, true]) func decidesOnWhatTheUpstreamsLibraryReads(completed: Bool) throws {
    try Scene.play(settings: Self.declareDirectory) { scene in
      let client = Client(scene.gatehouse)
      var (carried, wellFormed) = (0, 0)
      for var request in try Recorded.all() {
        var values = request.read?.form ?? [:]
        if completed {
          request.target += (request.target.contains("?") ? "&" : "?") + "db=metrics&q=SELECT%20v%20FROM%20cpu"
          // Beside a multipart body the URL counts first.
          let isMultipart = request.content_type?.lowercased().hasPrefix("multipart/form-data") ?? false
          for (name, value) in ["db": "metrics", "q": "SELECT v FROM cpu"] {
            values[name] = (isMultipart ? request.read?.url[name] : values[name]) ?? value
          }
        }
        let before = scene.upstream.completed.count
        let answer = try client.ask(request.bytes, method: request.method)
        let seen = scene.upstream.completed.dropFirst(before)
        let what =
          "\(request.method) \(request.target) \(request.content_type ?? "-") \(request.body): \(answer.status) \(answer.text)"
        // A credential outranks the field, and is wrong; or something else is before anybody looks at it.
        if ["u", "p"].allSatisfy({ request.read?.url[$0]?.isEmpty == false }) {
          #expect([400, 401, 405, 503].contains(answer.status) && seen.isEmpty, "\(what)")
          continue
        }
        guard request.method == "GET" || request.method == "POST" else {
          #expect([401, 405, 503].contains(answer.status) && seen.isEmpty, "\(what)")
          continue
        }
        wellFormed += request.isWellFormed ? 1 : 0
        if seen.isEmpty, [400, 415].contains(answer.status), !request.isWellFormed { continue }
        let plain = try client.ask(request.plain(values), method: request.method)
        let wanted = scene.upstream.completed.dropFirst(before + seen.count)
        // Bytes that are no UTF-8 were lost in the recording.
        let isWhole = !values.values.contains { $0.contains("\u{fffd}") }
        #expect(!isWhole || (answer.status, answer.text) == (plain.status, plain.text), "\(what), not \(plain.text)")
        #expect(seen.count == wanted.count && seen.count < 2, "\(what)")
        if let one = seen.first, let other = wanted.first {
          let names = one.everyParameter.map(\.name)
          #expect(Set(names).count == names.count, "\(what)")
          #expect(one.parameter("db") == [values["db"]] && one.method == request.method, "\(what)")
          if isWhole { #expect("\(one.everyParameter)" == "\(other.everyParameter)", "\(what)") }
          carried += 1
        }
      }
      #expect(wellFormed > 300 && (carried > 200) == completed, "\(wellFormed) well-formed, \(carried) carried")
    }
  }
}
