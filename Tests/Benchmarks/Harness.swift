// A gatekeeper without sockets, whose one login has been verified, and requests for it to judge.

import Authorizations
import Formats
import HTTP
import Synchronization
import Threading

@testable import Access
@testable import Decision

final class Harness {
  private let gatekeeper: Gatekeeper
  private let sources: DecisionSources
  private let client = Client(address: "10.0.0.1", isTLS: true, services: [.data])
  private let decoder = RequestHeadDecoder()
  private var memo = DecisionMemo()
  let principal: Principal

  struct Failure: Error {
    let reason: String
  }

  private static let hash = "$2b$04$" + String(repeating: ".", count: 53)

  init() throws {
    guard let organization = Identifier(10), let user = Identifier(11), let login = Identifier(12) else {
      throw Failure(reason: "no identifiers")
    }
    func resource(_ name: String) -> Resource {
      Resource(type: .buckets, organizationID: organization, name: name)
    }
    let reader = Authorization(
      id: login, token: "grafana", status: .active, organizationID: organization, userID: user,
      permissions: [Permission(.read, resource("metrics/*"))], passwordHash: Self.hash, revision: 1, createdAt: 0,
      updatedAt: 0)
    let mappings = ["metrics", "logs", "secret"].enumerated().flatMap { index, database in
      ["autogen", "weekly"].enumerated().compactMap { (place, policy) -> Mapping? in
        Identifier(UInt64(100 + index * 10 + place)).map {
          Mapping(
            id: $0, organizationID: organization, database: database, retentionPolicy: policy, bucketID: $0,
            isDefault: place == 0)
        }
      }
    }
    let directory = Directory(
      organizations: [Organization(id: organization, name: "default")],
      users: [User(id: user, name: "admin", organizationID: organization)],
      buckets: mappings.map {
        Bucket(id: $0.bucketID, name: "\($0.database)/\($0.retentionPolicy)", organizationID: organization)
      }, mappings: mappings)
    var settings = GatewaySettings()
    settings.authorizations.everyday = Array("Basic Z2F0ZWhvdXNlOnNlY3JldA==".utf8)
    var authentication = Authenticator.Settings()
    authentication.cost = 4
    authentication.workers = 0
    var status = UpstreamStatus()
    status.hasDirectory = true
    status.isReachable = true
    sources = DecisionSources(
      settings: Publication(settings),
      authenticator: try Authenticator(authentication, clock: { .start + .seconds(1) }),
      authorizations: Publication(AuthorizationSnapshot(revision: 1, authorizations: [reader], tokens: [])),
      directory: Publication(directory), status: Publication(status),
      health: { HealthReport() },
      clock: { .start + .seconds(1) })
    gatekeeper = Gatekeeper(sources)
    principal = Principal(reader)
    try verifyOnce()
  }

  static func get(_ target: String) -> [UInt8] {
    Array("GET \(target) HTTP/1.1\r\nHost: gate\r\nAuthorization: Basic Z3JhZmFuYTpwdw==\r\n\r\n".utf8)
  }

  static func post(_ form: String) -> [UInt8] {
    Array(
      ("POST /query?db=metrics&epoch=ms HTTP/1.1\r\nHost: gate\r\nAuthorization: Basic Z3JhZmFuYTpwdw==\r\n"
        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n").utf8)
  }

  private func verifyOnce() throws {
    let login = Credential.login(name: Array("grafana".utf8), password: Array("pw".utf8))
    let snapshot = sources.authorizations.value
    let found = sources.authenticator.authenticate(
      login, source: client.source, snapshot: snapshot, now: .start + .seconds(1))
    guard case .pending(let waiting) = found else { throw Failure(reason: "nothing to verify") }
    let box = Box()
    _ = sources.authenticator.start(waiting, snapshot: snapshot, now: .start + .seconds(1)) { result in
      box.result.withLock { $0 = result }
    }
    while sources.authenticator.runOneVerification({ _, _ in .matches }) {}
    guard let result = box.result.withLock({ $0 }) else { throw Failure(reason: "nothing was verified") }
    _ = sources.authenticator.conclude(waiting, result, snapshot: snapshot)
  }

  private final class Box: Sendable {
    let result = Mutex<VerificationResult?>(nil)
  }

  /// - Parameter remembers: whether it comes on the same connection as the request before.
  func forwards(_ head: [UInt8], body: [UInt8]? = nil, remembers: Bool = false) -> Bool {
    if !remembers { memo = DecisionMemo() }
    return head.withUnsafeBytes { bytes in
      guard (try? decoder.decode(bytes, limits: HeadLimits(bytes: 65_536, fields: 100))) != nil else { return false }
      var notes = DecisionNotes()
      var progress = PendingDecision()
      if let body { progress.note(body: body) }
      let view = RequestView(bytes: bytes, head: decoder, client: client)
      if case .forward = gatekeeper.judge(view, &progress, memo: &memo, notes: &notes) { return true }
      return false
    }
  }

  /// What is called understanding: from the URL's parameters to the request that will be said to the upstream, for one
  /// who was authenticated before. With the head's decoding, which is measured alone as well.
  func understands(_ head: [UInt8], as principal: Principal) -> Bool {
    head.withUnsafeBytes { bytes in
      guard (try? decoder.decode(bytes, limits: HeadLimits(bytes: 65_536, fields: 100))) != nil else { return false }
      let view = RequestView(bytes: bytes, head: decoder, client: client)
      var notes = DecisionNotes()
      guard case .endpoint(let endpoint) = Route(path: view.path) else { return false }
      let context = RequestContext(
        view: view, parameters: URLParameters(view), identity: .principal(principal), pending: PendingDecision(),
        state: gatekeeper.state)
      do throws(EarlyEnd) {
        switch try gatekeeper.understand(endpoint, context, notes: &notes) {
        case .data(let data):
          _ = try gatekeeper.rebuild(data, context)
          return true
        case .known(let permitted):
          _ = UpstreamRequest(permitted, hop: client.hop, settings: gatekeeper.state.settings)
          return true
        case .local, .foreign: return false
        }
      } catch { return false }
    }
  }

  /// The head alone: what everything else is added to.
  func decodes(_ head: [UInt8]) -> Bool {
    head.withUnsafeBytes { bytes in
      (try? decoder.decode(bytes, limits: HeadLimits(bytes: 65_536, fields: 100))) != nil
    }
  }
}
