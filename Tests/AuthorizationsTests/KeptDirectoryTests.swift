// The directory last seen is kept whole, in its order, and only for the kind of upstream it was seen at.

import Testing

@testable import Authorizations
import Formats

private func directory(isDefault: Bool = true) throws -> Directory {
  let organization = try #require(Identifier(1))
  let other = try #require(Identifier(2))
  let buckets = try [5, 3, 4].map { number in
    Bucket(id: try #require(Identifier(number)), name: "b/\(number)\u{e9}", organizationID: organization)
  }
  return Directory(
    organizations: [
      Organization(id: other, name: "second"), Organization(id: organization, name: "e\u{301} first"),
    ],
    users: [
      User(id: try #require(Identifier(9)), name: "", organizationID: organization, status: .inactive),
      User(id: try #require(Identifier(8)), name: "ann", organizationID: other),
    ], buckets: buckets,
    mappings: buckets.map {
      Mapping(
        id: $0.id, organizationID: organization, database: "d", retentionPolicy: $0.name, bucketID: $0.id,
        isDefault: isDefault && $0.id.rawValue == 3, isVirtual: $0.id.rawValue == 4)
    })
}

@Suite struct KeptDirectoryTests {
  @Test func givesBackWhatWasKept() throws {
    let folder = try ScratchFolder()
    do {
      let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
      #expect(try store.keptDirectory(of: "influxdb-1") == nil)
      try store.keep(try directory(), from: DirectorySource(dialect: "influxdb-1", upstream: "h:8086"))
    }
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"), migrates: false)
    let kept = try #require(try store.keptDirectory(of: "influxdb-1")).directory
    #expect(kept.hasSameContents(as: try directory()))
    #expect(kept.organizations.last?.name.utf8.elementsEqual("e\u{301} first".utf8) == true)
    #expect(try store.keptDirectory(of: "influxdb-2") == nil)
  }

  @Test func replacesWhatWasKept() throws {
    let folder = try ScratchFolder()
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    try store.keep(try directory(), from: DirectorySource(dialect: "influxdb-1", upstream: "h:8086"))
    try store.keep(try directory(isDefault: false), from: DirectorySource(dialect: "influxdb-1", upstream: "h:8086"))
    #expect(try store.keptDirectory(of: "influxdb-1")?.directory.mappings.contains(where: \.isDefault) == false)
    try store.keep(.empty, from: DirectorySource(dialect: "influxdb-2", upstream: "h:8086"))
    #expect(try store.keptDirectory(of: "influxdb-1") == nil)
    #expect(try store.keptDirectory(of: "influxdb-2")?.directory.hasSameContents(as: .empty) == true)
  }

  @Test func writesNothingWhereNothingChanged() throws {
    let folder = try ScratchFolder()
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    let observer = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    try store.keep(try directory(), from: DirectorySource(dialect: "influxdb-1", upstream: "h:8086"))
    _ = try observer.load()
    #expect(try !observer.changedElsewhere())
    try store.keep(try directory(), from: DirectorySource(dialect: "influxdb-1", upstream: "h:8086"))
    #expect(try !observer.changedElsewhere())
    try store.keep(try directory(isDefault: false), from: DirectorySource(dialect: "influxdb-1", upstream: "h:8086"))
    #expect(try observer.changedElsewhere())
  }

  @Test func anEarlierStoreKeepsNoneAndLosesItWhenTakenBack() throws {
    let folder = try ScratchFolder()
    let path = folder.file("s.db")
    do { _ = try SQLiteAuthorizationStore(path: path, schema: .current, version: 4) }
    #expect(throws: StoreError.self) { try SQLiteAuthorizationStore(path: path, migrates: false) }
    do {
      let store = try SQLiteAuthorizationStore(path: path)
      #expect(try store.keptDirectory(of: "influxdb-1") == nil)
      try store.keep(try directory(), from: DirectorySource(dialect: "influxdb-1", upstream: "h:8086"))
    }
    do { _ = try SQLiteAuthorizationStore(path: path, schema: .current, version: 4) }
    #expect(try SQLiteAuthorizationStore(path: path).keptDirectory(of: "influxdb-1") == nil)
  }

  @Test func whoReadItIsKeptWithIt() throws {
    let folder = try ScratchFolder()
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    let mine = DirectorySource(dialect: "influxdb-1", upstream: "a:8086")
    let other = DirectorySource(dialect: "influxdb-1", upstream: "b:8086,c:8086")
    try store.keep(try directory(), from: other)
    let kept = try #require(try store.keptDirectory(of: "influxdb-1"))
    #expect(kept.source == other && other.continues(kept.source) && !mine.continues(kept.source))
    let grown = DirectorySource(dialect: "influxdb-1", upstream: "c:8086,d:8086")
    #expect(grown.continues(kept.source) && !grown.continues(mine))
    // The version before wrote the dialect alone, and there was one gatehouse.
    try store.keep(try directory(), from: DirectorySource(dialect: "influxdb-1", upstream: ""))
    let earlier = try #require(try store.keptDirectory(of: "influxdb-1")).source
    #expect(earlier.upstream.isEmpty && mine.continues(earlier))
    #expect(!DirectorySource(dialect: "influxdb-2", upstream: "a:8086").continues(earlier))
  }
}
