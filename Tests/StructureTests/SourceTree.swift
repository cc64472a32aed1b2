// The sources as text, for tests that look at how the house is built.

import Foundation

/// One file below a folder.
struct SourceFile {
  /// From that folder on, as `HTTP/Method.swift`.
  let path: String
  let lines: [Substring]

  /// The folder that it lies in, which is its module.
  var module: Substring { path.prefix { $0 != "/" } }

  /// What it imports, by whatever access level.
  var imports: [Substring] {
    lines.compactMap { line in
      let words = line.split(separator: " ").drop { ["public", "internal", "private", "fileprivate"].contains($0) }
      return words.first == "import" ? words.dropFirst().first : nil
    }
  }
}

/// Everything below a folder, and the package's own description of it.
struct SourceTree {
  let files: [SourceFile]
  let package: String

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init(below folder: String = "Sources") throws {
    let sources = Self.root.appending(path: folder)
    let names = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
    files = try names.sorted().map { name in
      let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return SourceFile(path: name, lines: lines.last == "" ? lines.dropLast() : lines)
    }
    package = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
  }

  /// The folders that are modules written in Swift.
  var modules: Set<Substring> { Set(files.map(\.module)) }

  /// The modules that `Package.swift` lets a module import.
  func arrows(of module: Substring) -> Set<Substring> {
    let text = package.filter { !$0.isWhitespace }
    let beginnings = ["module(\"\(module)\",[", "name:\"\(module)\",dependencies:["]
    for beginning in beginnings {
      guard let start = text.firstRange(of: beginning) else { continue }
      let list = text[start.upperBound...].prefix { $0 != "]" }
      return Set(list.split(separator: ",").map { $0.dropFirst().dropLast() })
    }
    return []
  }

  /// Lines of each type of one module with all its extensions, by `MODULE.TYPE`.
  var sizesOfTypes: [String: Int] {
    var sizes: [String: Int] = [:]
    for file in files {
      var open: String?
      for line in file.lines {
        // What a file declares begins at the left edge, and so does the brace that ends it.
        if open == nil, let name = Self.declaredType(line) {
          open = "\(file.module).\(name)"
          if line.hasSuffix("}") {
            sizes["\(file.module).\(name)", default: 0] += 1
            open = nil
          }
        }
        if let open { sizes[open, default: 0] += 1 }
        if line == "}" { open = nil }
      }
    }
    return sizes
  }

  private static func declaredType(_ line: Substring) -> Substring? {
    let words = line.split { $0 == " " || $0 == ":" || $0 == "<" || $0 == "{" }
    let kinds: Set<Substring> = ["class", "struct", "enum", "actor", "protocol", "extension"]
    guard !line.hasPrefix(" "), !line.hasPrefix("/"), let kind = words.firstIndex(where: kinds.contains),
      kind + 1 < words.count
    else { return nil }
    return words[kind + 1]
  }
}
