// [forward]: what becomes of requests that gatehouse neither understands nor serves.

import Formats

extension Configuration.Forward {
  /// Whatever is set, these never reach the upstream: they tell its secrets, or gatehouse serves them itself.
  private static let closed = [
    "/debug", "/metrics", "/api/v2/setup", "/legacy", "/private/legacy",
  ]

  init(_ table: inout TableReader, dialect: Dialect?) {
    // 1.x has no tokens of its own, so nothing but gatehouse could decide about such a request.
    other = dialect?.hasOwnTokens == true ? .passThrough : .deny
    guard let node = table.take("other") else { return }
    switch node.value {
    case .string("deny"): other = .deny
    case .string("pass-through"): other = .passThrough
    case .array(let elements):
      other = .paths(elements.compactMap { Self.path($0, table) })
    default:
      table.problem("other", "must be \"pass-through\", \"deny\" or an array of paths", at: node.position)
    }
  }

  private static func path(_ node: TOMLNode, _ table: TableReader) -> String? {
    guard case .string(let path) = node.value else {
      table.wrongType("other", node, expected: "a string in this array")
      return nil
    }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    let isNormal =
      path.hasPrefix("/")
      && path.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"%?#\\".utf8.contains($0) }
      && !segments.dropLast().contains("") && !segments.contains(".") && !segments.contains("..")
    guard isNormal else {
      table.problem("other", "must be a decoded path, as \"/api/v2/tasks\"", at: node.position)
      return nil
    }
    if let shut = closed.first(where: { path == $0 || path.hasPrefix("\($0)/") }) {
      table.problem("other", "\(shut) is never forwarded", at: node.position)
      return nil
    }
    return path
  }
}
