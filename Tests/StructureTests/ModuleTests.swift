// The graph of modules is the one that the package draws, and each module says what it is for.

import Foundation
import Testing

@Suite struct ModuleTests {
  private let tree: SourceTree

  init() throws { tree = try SourceTree() }

  /// A compiler that finds another module's files beside the own lets an import through that the package does not have.
  @Test func noFileImportsWhatThePackageDoesNotLetItsModuleImport() {
    let folders =
      (try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root.appending(path: "Sources").path)) ?? []
    #expect(folders.count > 15)
    var forbidden: [String] = []
    for file in tree.files {
      let arrows = tree.arrows(of: file.module)
      for name in file.imports where folders.contains(String(name)) && !arrows.contains(name) {
        forbidden.append("\(file.path) imports \(name)")
      }
    }
    #expect(forbidden == [])
  }

  @Test func everyArrowOfThePackageIsUsed() {
    var unused: [String] = []
    for module in tree.modules.sorted() {
      let used = Set(tree.files.filter { $0.module == module }.flatMap(\.imports))
      for arrow in tree.arrows(of: module).sorted() where !used.contains(arrow) {
        unused.append("\(module) → \(arrow)")
      }
    }
    #expect(unused == [])
  }

  @Test func everyModuleOpensWithAPageOfItsOwn() {
    let missing = tree.modules.sorted().filter { module in
      let page = SourceTree.root.appending(path: "Sources/\(module)/\(module).docc/\(module).md")
      return !FileManager.default.fileExists(atPath: page.path)
    }
    #expect(missing == [])
  }

  /// What decides about requests must not be able to reach a socket.
  @Test func decidingReachesNoSocket() {
    var reached: Set<Substring> = []
    var next: [Substring] = ["Decision"]
    while let module = next.popLast() {
      for arrow in tree.arrows(of: module) where reached.insert(arrow).inserted { next.append(arrow) }
    }
    #expect(reached.contains("Access"))
    #expect(reached.isDisjoint(with: ["Transport", "Upstream", "Gateway", "Management", "GatehouseServer"]))
  }
}
