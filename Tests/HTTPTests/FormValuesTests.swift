// Parameters of URLs and forms are read as the upstream's own library reads them, or refused (security B3, row 25).

import Formats
import TestSupport
import Foundation
import HTTP
import Testing

private func read(_ text: String) -> [String]? {
  (try? FormValues(Array(text.utf8)))?.pairs.map {
    String(decoding: $0.name, as: UTF8.self) + "=" + String(decoding: $0.value, as: UTF8.self)
  }
}

private func problem(_ text: String, maximumPairs: Int = 1_000) -> FormValues.Problem? {
  do throws(FormValues.Problem) {
    _ = try FormValues(Array(text.utf8), maximumPairs: maximumPairs)
    return nil
  } catch { return error }
}

@Suite struct FormValuesTests {
  @Test func readsPairsInTheirOrder() {
    #expect(read("db=a&q=b+c&db=d") == ["db=a", "q=b c", "db=d"])
    #expect(read("d%62=%61") == ["db=a"])
    #expect(read("a=b=c&=x&y&z=") == ["a=b=c", "=x", "y=", "z="])
    #expect(read("&&a&&") == ["a="])
    #expect(read("") == [])
  }

  @Test func takesTheFirstOfARepeatedName() throws {
    let values = try FormValues(Array("db=a&db=b&%64b=c".utf8))
    #expect(values["db"] == Array("a".utf8))
    #expect(values["d"] == nil)
    #expect(values["DB"] == nil)
  }

  @Test(arguments: ["db=a;db=b", ";", "a;b", "a=b&c=;"])
  func refusesRawSemicolon(text: String) { #expect(problem(text) == .semicolon) }

  @Test(arguments: ["db=%zz", "%=a", "db=%", "db=%4", "a=b&%u0041=c"])
  func refusesBrokenPercentEncoding(text: String) { #expect(problem(text) == .percentEncoding) }

  @Test(arguments: ["db=a%00b", "%00=a", "a=\u{00}"])
  func refusesNUL(text: String) { #expect(problem(text) == .nul) }

  @Test func takesEncodedSemicolon() { #expect(read("q=a%3Bb") == ["q=a;b"]) }

  @Test func limitsNumberOfPairs() {
    #expect(problem("a&a&a", maximumPairs: 3) == nil)
    #expect(problem("a&a&a&a", maximumPairs: 3) == .tooManyPairs)
    #expect(problem("&&&&&&a", maximumPairs: 3) == nil)
    #expect(problem(String(repeating: "a=b&", count: 1_001)) == .tooManyPairs)
  }

  @Test func prefersFormOverURLEvenWithEmptyValue() throws {
    let form = try FormValues(Array("db=&q=form".utf8))
    let url = try FormValues(Array("db=url&rp=url&q=url&rp=second".utf8))
    let merged = form.preferred(over: url)
    #expect(merged["db"] == [])
    #expect(merged["q"] == Array("form".utf8))
    #expect(merged["rp"] == Array("url".utf8))
  }

  @Test func readsBackWhatPercentCodingWrites() throws {
    var generator = SeededGenerator(seed: 11)
    let alphabet = Array(1...255) as [UInt8]
    for _ in 0..<500 {
      let pairs = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        (name: [0x6e] + generator.bytes(upTo: 8, from: alphabet), value: generator.bytes(upTo: 12, from: alphabet))
      }
      var text: [UInt8] = []
      for pair in pairs {
        if !text.isEmpty { text.append(0x26) }
        PercentCoding.append(pair.name, to: &text)
        text.append(0x3d)
        PercentCoding.append(pair.value, to: &text)
      }
      let values = try FormValues(text)
      #expect(values.pairs.map(\.name) == pairs.map(\.name))
      #expect(values.pairs.map(\.value) == pairs.map(\.value))
    }
  }
}

/// One recorded request: what was sent, and what a Go server made of it.
private struct RecordedRequest: Decodable {
  struct Read: Decodable {
    let form: [String: String]
    let url: [String: String]
  }

  let method: String
  let target: String
  let content_type: String?
  let body: String
  let read: Read?

  static func all() throws -> [RecordedRequest] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/http/go-form-values.jsonl")
    return try Data(contentsOf: file).split(separator: 0x0a).map {
      try JSONDecoder().decode(RecordedRequest.self, from: Data($0))
    }
  }

  var query: [UInt8] { Array(target.utf8.drop { $0 != 0x3f }.dropFirst()) }
  var bodyBytes: [UInt8] { Array(Data(base64Encoded: body) ?? Data()) }

  /// Whether the server reads the body as a form, and no other part of the gateway refuses it before.
  var hasForm: Bool {
    ["POST", "PUT", "PATCH"].contains(method) && content_type == "application/x-www-form-urlencoded"
  }

  /// What must not be refused.
  var isWellFormed: Bool {
    let texts = [query] + (hasForm ? [bodyBytes] : [])
    return texts.allSatisfy { text in
      !text.contains(0x3b) && !text.contains(0)
        && text.split(separator: 0x25, omittingEmptySubsequences: false).dropFirst().allSatisfy {
          let digits = $0.prefix(2)
          return digits.count == 2 && digits.allSatisfy { Hexadecimal.value(of: $0) != nil }
            && !digits.elementsEqual("00".utf8)
        }
    }
  }

  /// The names that the recording server asked its URL and its form for.
  static let urlNames: Set = ["q", "db", "rp", "u", "p"]
  static let formNames: Set = ["q", "db", "rp", "params", "epoch", "chunked"]

  /// The first value of each of `names`.
  static func firsts(_ values: FormValues, of names: Set<String>) -> [String: String] {
    var result: [String: String] = [:]
    for pair in values.pairs {
      let name = String(decoding: pair.name, as: UTF8.self)
      if names.contains(name), result[name] == nil {
        result[name] = String(decoding: pair.value, as: UTF8.self)
      }
    }
    return result
  }
}

@Suite struct RecordedFormValuesTests {
  /// Also of those that are refused: a credential beside what is at fault is the one that Go reads.
  @Test func leavesOutThePairsThatWereDropped() throws {
    var refused = 0
    for request in try RecordedRequest.all() {
      guard let read = request.read else { continue }
      let (values, problem) = request.query.withUnsafeBytes { FormValues.reading($0) }
      if problem != nil { refused += 1 }
      #expect(RecordedRequest.firsts(values, of: RecordedRequest.urlNames) == read.url, "\(request.target)")
    }
    #expect(refused > 20)
  }

  @Test func readsURLsAsRecordedOrRefusesThem() throws {
    for request in try RecordedRequest.all() {
      guard let read = request.read, let values = try? FormValues(request.query) else { continue }
      #expect(RecordedRequest.firsts(values, of: RecordedRequest.urlNames) == read.url, "\(request.target)")
    }
  }

  @Test func readsFormsAsRecordedOrRefusesThem() throws {
    for request in try RecordedRequest.all() where request.hasForm {
      guard let read = request.read, let url = try? FormValues(request.query),
        let form = try? FormValues(request.bodyBytes)
      else { continue }
      #expect(
        RecordedRequest.firsts(form.preferred(over: url), of: RecordedRequest.formNames) == read.form,
        "\(request.target) \(request.body)")
    }
  }

  @Test func refusesNoWellFormedRequest() throws {
    let wellFormed = try RecordedRequest.all().filter(\.isWellFormed)
    #expect(wellFormed.count > 100)
    for request in wellFormed {
      #expect((try? FormValues(request.query)) != nil, "\(request.target)")
      if request.hasForm { #expect((try? FormValues(request.bodyBytes)) != nil, "\(request.body)") }
    }
  }
}
