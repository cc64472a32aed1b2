import Configuration
import Foundation
import Testing

@testable import GatehouseServer

@Suite struct ReloadKeyTests {
  /// Every key of the reference, with its section; tables that may come more than once by their name alone.
  private static func referenceKeys() throws -> Set<String> {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "config/reference.toml")
    var keys: Set<String> = []
    var section = ""
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      if let match = line.firstMatch(of: #/^#? ?\[+([a-z._]+)\]+ *$/#) {
        section = String(match.1)
        if ["authorization", "token", "upstream.operator"].contains(section) { keys.insert(section) }
      } else if let match = line.firstMatch(of: #/^#? ?([a-z_]+) *= /#), !keys.contains(section) {
        keys.insert("\(section).\(match.1)")
      }
    }
    return keys
  }

  @Test func hasARowForEachKeyOfTheReferenceAndNoOther() throws {
    let names = ReloadKey.all.map(\.name)
    #expect(Set(names).count == names.count)
    // Whole tables, of which the reference tells in words.
    let tables: Set = ["listener", "organization", "user", "bucket", "mapping"]
    #expect(Set(names) == (try Self.referenceKeys()).union(tables))
  }

  @Test func namesWhatNeedsARestart() {
    var old = Configuration()
    old.listeners = [Configuration.Listener()]
    var new = old
    new.limits.writeBytes = 1
    new.timeouts.idle = 1
    new.policy.strictMethods.toggle()
    new.upstream.username = "other"
    #expect(ReloadKey.refused(old, new) == [])
    new.limits.headBytes = 2_048
    new.listeners[0].port = 1
    new.passwords.cost = 12
    #expect(ReloadKey.refused(old, new) == ["listener.address", "limits.head_bytes", "passwords.cost"])
  }
}
