// No part of the program but one names the kind of store that there is.

import Foundation
import Testing

@Suite struct StoreSeamTests {
  @Test func theConcreteStoreIsNamedInOnePlaceOutsideItsModule() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources")
    var places: [String] = []
    for case let file as URL in FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil) ?? .init()
    where file.pathExtension == "swift" && !file.path.contains("/Sources/Authorizations/") {
      let names = try String(contentsOf: file, encoding: .utf8).contains("SQLiteAuthorizationStore")
      if names { places.append(file.lastPathComponent) }
    }
    #expect(places == ["OpenStore.swift"])
  }
}
