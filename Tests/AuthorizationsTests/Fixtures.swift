// What the tests of this module share: a scratch folder, identifiers and objects with everything set.

import Authorizations
import Formats
import Glibc

/// A folder of its own, removed with the object.
final class ScratchFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/gatehouse-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw StoreError.unavailable("no scratch folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var found: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { found.append(name) }
    }
    return found
  }

  deinit {
    for name in names { unlink(file(name)) }
    rmdir(path)
  }
}

func mode(_ path: String) -> mode_t? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
}

func copy(_ source: String, _ target: String) throws {
  let from = open(source, O_RDONLY)
  guard from >= 0 else { return }
  defer { close(from) }
  let to = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  defer { close(to) }
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(from, &buffer, buffer.count)
    guard count > 0 else { return }
    _ = write(to, buffer, count)
  }
}

extension Identifier {
  static func test(_ value: UInt64) throws -> Identifier {
    guard let id = Identifier(value) else { throw StoreError.notFound }
    return id
  }
}

func authorization(_ id: UInt64, _ name: String, origin: Origin = .stored) throws -> Authorization {
  Authorization(
    id: try .test(id), token: name, status: .inactive, description: "with \u{0} inside",
    organizationID: try .test(.max), userID: try .test(7),
    permissions: [
      Permission(.read, Resource(type: .buckets, id: try .test(8), organizationID: try .test(.max))),
      Permission(.write, Resource(type: .buckets, organizationID: try .test(.max), name: "db/*")),
      Permission(.write, Resource(type: .notificationRules)),
    ],
    passwordHash: "$2b$04$hash", createdAt: -1, updatedAt: .max, origin: origin)
}

func token(_ id: UInt64) throws -> APIToken {
  APIToken(
    id: try .test(id), salt: [0, 1, 255], digest: [9, 0, 9], description: "", organizationID: try .test(1),
    userID: try .test(2), permissions: .operatorPermissions, createdAt: 3, updatedAt: 4)
}

extension ChangeAuthor {
  static let test = ChangeAuthor(.process(user: 1), call: 1)
}

/// One login of each name, for a batch.
func batch(_ names: [String]) -> [(Identifier, Int64) -> Authorization] {
  names.map { name in
    { id, time in
      Authorization(
        id: id, token: name, organizationID: id, userID: id, permissions: [], createdAt: time, updatedAt: time)
    }
  }
}
