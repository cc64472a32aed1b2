// When an answer agrees with a recorded one: the rules of the player that recorded them.

import Foundation

struct Comparison {
  /// Compare only these JSON members, at every depth; nil for all.
  var members: Set<String>?

  /// What differs, or nil.
  func difference(_ got: Answer, _ want: Answer) -> String? {
    if got.status != want.status { return "status \(got.status), recorded \(want.status)" }
    if !bodiesAgree(got.body, want.body) {
      return "body \(canonical(got.body).prefix(900)), recorded \(canonical(want.body).prefix(900))"
    }
    for name in ["content-type", "x-platform-error-code", "x-influxdb-build"] {
      guard want.status != 204, let recorded = want.headers[name] else { continue }
      if got.headers[name]?.lowercased() != recorded.lowercased() { return "field \(name)" }
    }
    return nil
  }

  /// Of an error that quotes the real server's JSON decoder only the code is compared.
  private func bodiesAgree(_ got: Any?, _ want: Any?) -> Bool {
    if let want = want as? [String: Any], let message = want["message"] as? String, quotesDecoder(message) {
      return (got as? [String: Any])?["code"] as? String == want["code"] as? String
    }
    return canonical(only(got)) == canonical(only(want))
  }

  private func quotesDecoder(_ message: String) -> Bool {
    ["EOF", "cannot unmarshal", "invalid character", "json structure"].contains { message.contains($0) }
  }

  private func only(_ value: Any?) -> Any? {
    guard let members else { return value }
    if let object = value as? [String: Any] {
      return object.filter { members.contains($0.key) }.compactMapValues { only($0) }
    }
    if let array = value as? [Any] { return array.compactMap { only($0) } }
    return value
  }
}
