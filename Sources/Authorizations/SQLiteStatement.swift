// A prepared statement of SQLite: values bound in, columns read out.

import Formats
import CSQLite

/// Columns and parameters are given by position, columns from 0, parameters in the order of `bind`.
final class SQLiteStatement {
  private let handle: OpaquePointer
  /// A statement must not outlive its connection.
  private let connection: SQLiteConnection

  init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  enum Value {
    case integer(Int64)
    case optionalInteger(Int64?)
    case identifier(Identifier?)
    case bytes([UInt8])
    /// Kept as a blob: compared byte by byte, given back exactly.
    case name(String?)
    case text(String?)
  }

  /// Whether there is a row.
  func step() throws(StoreError) -> Bool {
    let result = sqlite3_step(handle)
    switch result {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let failure = connection.failure(result)
      sqlite3_reset(handle)
      throw failure
    }
  }

  /// Runs it once with these values, to its end.
  func run(_ values: Value...) throws(StoreError) {
    try bind(values)
    while try step() {}
    sqlite3_reset(handle)
  }

  func bind(_ values: [Value]) throws(StoreError) {
    sqlite3_reset(handle)
    for (offset, value) in values.enumerated() {
      let position = Int32(offset) + 1
      let result =
        switch value {
        case .integer(let number), .optionalInteger(let number?): sqlite3_bind_int64(handle, position, number)
        case .identifier(let id?): sqlite3_bind_int64(handle, position, Int64(bitPattern: id.rawValue))
        case .bytes(let bytes): bindBlob(bytes, position)
        case .name(let name?): bindBlob(Array(name.utf8), position)
        case .text(let text?):
          sqlite3_bind_text(handle, position, text, Int32(clamping: text.utf8.count), gh_sqlite_transient())
        case .identifier(nil), .name(nil), .text(nil), .optionalInteger(nil): sqlite3_bind_null(handle, position)
        }
      guard result == SQLITE_OK else { throw connection.failure(result) }
    }
  }

  private func bindBlob(_ bytes: [UInt8], _ position: Int32) -> Int32 {
    // An empty array may have no address, and SQLite would bind NULL.
    guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, position, 0) }
    return bytes.withUnsafeBytes {
      sqlite3_bind_blob64(handle, position, $0.baseAddress, UInt64($0.count), gh_sqlite_transient())
    }
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  func identifier(_ column: Int32) throws(StoreError) -> Identifier {
    guard let id = Identifier(UInt64(bitPattern: integer(column))) else { throw connection.unavailable("damaged row") }
    return id
  }

  func optionalIdentifier(_ column: Int32) throws(StoreError) -> Identifier? {
    isNull(column) ? nil : try identifier(column)
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func name(_ column: Int32) throws(StoreError) -> String {
    guard let name = String(validating: bytes(column), as: UTF8.self) else {
      throw connection.unavailable("damaged row")
    }
    return name
  }

  func optionalName(_ column: Int32) throws(StoreError) -> String? { isNull(column) ? nil : try name(column) }

  func text(_ column: Int32) -> String {
    sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  /// A column that holds one of an enumeration's names.
  func value<Kind: RawRepresentable<String>>(_ column: Int32, as kind: Kind.Type) throws(StoreError) -> Kind {
    guard let value = Kind(rawValue: text(column)) else { throw connection.unavailable("damaged row") }
    return value
  }
}
