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
      try store.keep(try directory(), of: "influxdb-1")
    }
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"), migrates: false)
    let kept = try #require(try store.keptDirectory(of: "influxdb-1"))
    #expect(kept.hasSameContents(as: try directory()))
    #expect(kept.organizations.last?.name.utf8.elementsEqual("e\u{301} first".utf8) == true)
    #expect(try store.keptDirectory(of: "influxdb-2") == nil)
  }

  @Test func replacesWhatWasKept() throws {
    let folder = try ScratchFolder()
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    try store.keep(try directory(), of: "influxdb-1")
    try store.keep(try directory(isDefault: false), of: "influxdb-1")
    #expect(try store.keptDirectory(of: "influxdb-1")?.mappings.contains(where: \.isDefault) == false)
    try store.keep(.empty, of: "influxdb-2")
    #expect(try store.keptDirectory(of: "influxdb-1") == nil)
    #expect(try store.keptDirectory(of: "influxdb-2")?.hasSameContents(as: .empty) == true)
  }

  @Test func writesNothingWhereNothingChanged() throws {
    let folder = try ScratchFolder()
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    let observer = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    try store.keep(try directory(), of: "influxdb-1")
    _ = try observer.load()
    #expect(try !observer.changedElsewhere())
    try store.keep(try directory(), of: "influxdb-1")
    #expect(try !observer.changedElsewhere())
    try store.keep(try directory(isDefault: false), of: "influxdb-1")
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
      try store.keep(try directory(), of: "influxdb-1")
    }
    do { _ = try SQLiteAuthorizationStore(path: path, schema: .current, version: 4) }
    #expect(try SQLiteAuthorizationStore(path: path).keptDirectory(of: "influxdb-1") == nil)
  }
}
