// What every store behind the seam does, whatever keeps it: run over each kind of store that there is.

import TestStore
import Formats
import Testing

@testable import Authorizations

/// A kind of store, of which several can be opened over the same contents.
enum StoreKind: CaseIterable {
  case sqlite, memory

  /// Two stores over one place, as two processes have.
  func withTwo(_ body: (any AuthorizationStore, any AuthorizationStore) throws -> Void) throws {
    switch self {
    case .sqlite:
      let folder = try ScratchFolder()
      let path = folder.file("s.db")
      try body(try SQLiteAuthorizationStore(path: path), try SQLiteAuthorizationStore(path: path))
    case .memory:
      let shelf = MemoryStore.Shelf()
      try body(MemoryStore(shelf), MemoryStore(shelf))
    }
  }
}

@Suite struct StoreContractTests {
  @Test(arguments: StoreKind.allCases)
  func whatOneAppliesTheOtherLoads(kind: StoreKind) throws {
    try kind.withTwo { mine, other in
      _ = try other.load()
      try mine.apply([
        .insertAuthorization(authorization(1, "a")), .insertAuthorization(authorization(2, "b")),
        .insertToken(token(3)),
        .deleteAuthorization(.test(2)),
      ])
      #expect(try other.changedElsewhere())
      let contents = try other.load()
      #expect(try contents.authorizations == [authorization(1, "a")] && contents.tokens == [token(3)])
      #expect(try !other.changedElsewhere())
    }
  }

  @Test(arguments: StoreKind.allCases)
  func ofABatchEitherAllOrNothingIsMade(kind: StoreKind) throws {
    try kind.withTwo { mine, other in
      try mine.apply(.insertAuthorization(authorization(1, "a")))
      for (failing, problem) in try [
        (StoreChange.insertAuthorization(authorization(9, "a")), StoreError.nameTaken),
        (.insertAuthorization(authorization(1, "z")), .identifierTaken), (.deleteToken(.test(9)), .notFound),
        (.updateAuthorization(authorization(1, "a")), .stale),
      ] {
        #expect(throws: problem) {
          try mine.apply([
            .insertAuthorization(authorization(5, "new")), .deleteAuthorization(.test(5)), .insertToken(token(7)),
            failing,
          ])
        }
        let contents = try other.load()
        #expect(contents.authorizations.map(\.token) == ["a"] && contents.tokens.isEmpty)
      }
      try mine.apply([])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func identifiersAreAllottedOnceAndForgottenAlone(kind: StoreKind) throws {
    try kind.withTwo { mine, other in
      let plant = try mine.allot(["plant/a", "plant/b"], kind: "bucket")
      let office = try other.allot(["office/a"], kind: "bucket")
      // Neither takes the other's away.
      #expect(try mine.allot(["plant/b", "plant/a"], kind: "bucket") == plant.reversed())
      #expect(try other.allot(["office/a"], kind: "bucket") == office)
      #expect(try mine.keptIdentifiers(ofKind: "bucket").count == 3)
      #expect(try mine.keptIdentifiers(ofKind: "user").isEmpty)
      try mine.forget([plant[0]])
      let again = try other.allot(["plant/a", "plant/b", "office/a"], kind: "bucket")
      #expect(again[0] != plant[0] && Array(again.dropFirst()) == [plant[1], office[0]])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func theDirectoryIsKeptWithItsSource(kind: StoreKind) throws {
    try kind.withTwo { mine, other in
      #expect(try mine.keptDirectory(of: "influxdb-1") == nil)
      let source = DirectorySource(dialect: "influxdb-1", upstream: "h:8086")
      let directory = Directory(
        organizations: [Organization(id: try .test(1), name: "o")], users: [], buckets: [], mappings: [])
      try mine.keep(directory, from: source)
      let kept = try #require(try other.keptDirectory(of: "influxdb-1"))
      #expect(kept.source == source && kept.directory.hasSameContents(as: directory))
      #expect(try other.keptDirectory(of: "influxdb-2") == nil)
    }
  }
}
