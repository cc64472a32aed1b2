// What the service reads in a call beside its path and its body.

import Formats
import ManagementAPI

extension ManagementCall {
  /// The first value of a parameter; an empty one counts as absent, as on the real server.
  func parameter(_ name: String) -> String? {
    let first = query.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    return first.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether the caller asks for what gatehouse has beyond the published API: `?extensions=true`.
  var wantsExtensions: Bool { parameter("extensions")?.utf8.elementsEqual("true".utf8) ?? false }

  /// Whether permissions may name databases and buckets that are not there: `?allowMissing=true`, an extension.
  var allowsMissing: Bool { parameter("allowMissing")?.utf8.elementsEqual("true".utf8) ?? false }

  /// The trace span where it is fit to be logged and passed on: up to 1,024 visible ASCII bytes.
  var usableTraceSpan: String? {
    guard let traceSpan, !traceSpan.isEmpty, traceSpan.utf8.count <= 1024,
      traceSpan.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    return traceSpan
  }

  /// A parameter that is an identifier; nil where it is absent.
  func identifier(_ name: String) throws(ManagementError) -> Identifier? {
    guard let text = parameter(name) else { return nil }
    return try Identifier(managed: text)
  }
}

extension Identifier {
  /// Reads an identifier of a path or parameter.
  init(managed text: String) throws(ManagementError) {
    do throws(Problem) { try self.init(parsing: text) } catch { throw ManagementError(.invalid, error.description) }
  }
}
