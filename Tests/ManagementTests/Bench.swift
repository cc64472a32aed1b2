// The management API in process, before the directory that the recorded server had, with its tokens.

import Foundation
import HTTP
import Synchronization
import ManagementAPI
import TestStore
import Threading

@testable import Authorizations
import Formats
@testable import Management

final class Bench {
  let registry: AuthorizationRegistry
  let directory: Publication<Directory>
  let service: ManagementService
  let organization: Organization
  let user: User
  let store: MemoryStore
  /// What the closures of the service share with this object.
  private final class Shared {
    var texts: [String: Identifier] = [:]
    var records: [AuditRecord] = []
    var changes: [ChangeError?] = []
  }
  private let shared = Shared()

  init(strongPasswords: Bool = false, otherOrganization: Bool = false, trail: AuditTrail? = nil) throws {
    store = MemoryStore(MemoryStore.Shelf(firstIdentifier: 0x00ab_cdef_0000_1000))
    registry = AuthorizationRegistry(
      store: store, publication: Publication(.empty), journal: trail, now: { 1_767_323_045_678_900_000 })
    try registry.load()
    let loaded = try Self.directory(store, otherOrganization)
    directory = Publication(loaded)
    guard let organization = loaded.organizations.first, let user = loaded.users.first else {
      throw StoreError.notFound
    }
    self.organization = organization
    self.user = user
    service = ManagementService(
      registry: registry, directory: directory,
      options: .init(version: "v2.9.1", strongPasswords: strongPasswords),
      verify: { [registry, shared] in shared.texts[$0].flatMap { registry.snapshot.tokens[$0] } },
      audit: { [shared] in
        shared.records.append($0)
        trail?.record($0)
      }, noteChange: { [shared] in shared.changes.append($0) })
  }

  private static let recordedBuckets = ["metrics/autogen", "secret/autogen", "_monitoring", "_tasks"]

  private static func directory(_ store: MemoryStore, _ otherOrganization: Bool) throws -> Directory {
    try Directory.declared(
      DirectoryDeclaration(
        organizations: otherOrganization ? ["plant", "other"] : ["plant"],
        users: [.init(name: "mio", organization: "plant"), .init(name: "ann", organization: "other")],
        buckets: recordedBuckets.map { .init(name: $0, organization: "plant") } + [
          .init(name: "b", organization: "other"), .init(name: "metrics/autogen", organization: "other"),
        ],
        mappings: ["metrics", "secret"].map {
          .init(
            organization: "plant", database: $0, retentionPolicy: "autogen", bucket: "\($0)/autogen", isDefault: true)
        }), of: .influxDB2
    ) { (names, kind) throws(StoreError) in try store.allot(names, kind: kind) }
  }

  var audited: [AuditRecord] { shared.records }
  /// How the attempts to change something ended.
  var changes: [ChangeError?] { shared.changes }

  func bucket(_ name: String) throws -> Identifier {
    guard let bucket = directory.value.bucket(named: name, in: organization.id) else { throw StoreError.notFound }
    return bucket.id
  }

  /// Makes a token whose text is `text`.
  @discardableResult
  func token(
    _ text: String, _ permissions: [Permission], status: Status = .active, expiresAt: Int64? = nil
  ) throws -> APIToken {
    let made = try registry.createToken(by: .test) { id, time in
      APIToken(
        id: id, salt: [], digest: [], status: status, organizationID: organization.id, userID: user.id,
        permissions: permissions, expiresAt: expiresAt, createdAt: time, updatedAt: time)
    }
    shared.texts[text] = made.id
    return made
  }

  func send(
    _ method: String, _ target: String, _ body: String = "", token: String? = "op", origin: String? = nil,
    encoding: String? = nil
  ) -> ManagementAnswer {
    send(
      method, target, Array(body.utf8), authorization: token.map { "Token \($0)" }, origin: origin,
      encoding: encoding)
  }

  func send(
    _ method: String, _ target: String, _ body: [UInt8], authorization: String?, origin: String? = nil,
    encoding: String? = nil
  ) -> ManagementAnswer {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query = parts.count > 1 ? parts[1].split(separator: "&").compactMap(Self.pair) : []
    return answer(
      ManagementCall(
        method: method, path: parts[0].removingPercentEncoding ?? String(parts[0]), query: query,
        authorization: authorization, body: body, source: "192.0.2.1", contentEncoding: encoding,
        isCrossSite: Self.isCrossSite(origin)))
  }

  /// - Parameter meanwhile: runs while a password is being hashed, as others are answered then.
  func answer(_ request: ManagementCall, meanwhile: () -> Void = {}) -> ManagementAnswer {
    var newPassword: NewPassword?
    while true {
      switch service.answer(request, newPassword: newPassword) {
      case .answer(let answer): return answer.whole
      case .needsHash(let password, _):
        meanwhile()
        newPassword = .hashed("$2b$04$" + String(password.count))
      }
    }
  }

  /// As the data plane reads it of a request to `gate.example`.
  private static func isCrossSite(_ origin: String?) -> Bool {
    let field = origin.map { "Origin: \($0)\r\n" } ?? ""
    let decoder = RequestHeadDecoder()
    return Array("GET / HTTP/1.1\r\nHost: gate.example\r\n\(field)\r\n".utf8).withUnsafeBytes { head in
      do throws(HeadProblem) { try decoder.decode(head, limits: HeadLimits(bytes: 4_096, fields: 10)) } catch {
        return true
      }
      return decoder.isCrossSite(head)
    }
  }

  /// As Go reads a query: a pair that cannot be decoded vanishes.
  private static func pair(_ text: Substring) -> (name: String, value: String)? {
    let parts = text.replacingOccurrences(of: "+", with: " ").split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts[0].removingPercentEncoding,
      let value = (parts.count > 1 ? parts[1] : "").removingPercentEncoding
    else { return nil }
    return (name, value)
  }
}

extension AnswerRest {
  /// The next piece: the bench has one thread, where it is made at once.
  func made() -> Piece {
    let box = Mutex(Piece(bytes: [], rest: nil))
    next { piece in box.withLock { $0 = piece } }
    return box.withLock { $0 }
  }
}

extension ManagementAnswer {
  /// With all its pieces.
  var whole: ManagementAnswer {
    var whole = self
    while let rest = whole.rest {
      let piece = rest.made()
      whole.body += piece.bytes
      whole.rest = piece.rest
    }
    return whole
  }

  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  var json: Any? { try? JSONSerialization.jsonObject(with: Data(body), options: [.fragmentsAllowed]) }

  func member(_ name: String) -> String? { (json as? [String: Any])?[name] as? String }

  /// The v1 user names of a list.
  var names: [String]? {
    ((json as? [String: Any])?["authorizations"] as? [[String: Any]])?.compactMap { $0["token"] as? String }
  }

  var answer: Answer {
    Answer(
      status: status,
      headers: Dictionary(fields.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
      body: body.isEmpty ? nil : json ?? String(decoding: body, as: UTF8.self))
  }
}

extension ChangeAuthor {
  static let test = ChangeAuthor(.process(user: 1), call: 1)
}
