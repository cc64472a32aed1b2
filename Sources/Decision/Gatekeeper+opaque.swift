// Requests whose bodies are carried without being understood: Prometheus' remote write and read, Flux and deletions of
// the v2 API. What they may touch is bounded by their parameters, or by the whole organization.

import Access
import Authorizations
import HTTP

extension Gatekeeper {
  /// `/api/v1/prom/write` and `/api/v1/prom/read`, which 1.x alone has: as a write and a read of `db` and `rp`.
  func understandPrometheus(
    _ action: Action, _ view: RequestView, _ url: URLParameters, notes: inout DecisionNotes
  ) throws(Interruption) -> DataRequest {
    guard settings.dialect == .influxDB1 else { throw .refuse(.notFound) }
    try requireMethod(view, [.post], allow: "POST")
    try refuseFormBody(view)
    try refuseCrossSite(view)
    let values = try url.values()
    guard let database = try text(values["db"], "db"), !database.isEmpty else {
      throw .refuse(.malformed("database is required"))
    }
    notes.database = database
    let policy = try text(values["rp"], "rp").flatMap { $0.isEmpty ? nil : $0 }
    let isRead = action == .read
    return DataRequest(
      requirements: [Requirement(action, .policy(database: database, retentionPolicy: policy))],
      say: { permit in
        var parameters = CanonicalParameters()
        parameters.append("db", database)
        let decided = permit?.grants.first?.mappings.first?.retentionPolicy
        if let policy = policy ?? decided { parameters.append("rp", policy) }
        return Saying(
          line: RequestLine(
            .post, isRead ? "/api/v1/prom/read" : "/api/v1/prom/write", parameters: parameters))
      },
      maximumBody: isRead ? settings.limits.queryBytes : settings.limits.writeBytes,
      bound: BodyBound(packing: .snappy, limit: settings.limits.writeDecodedBytes), dependsOnFields: true,
      refuse: { denial, principal in
        if isRead {
          return .refuse(
            .denied("\"\(principal.name)\" user is not authorized to read from database \"\(database)\""))
        }
        return .refuse(
          Self.writeRefusal(denial, principal, database: database, policy: policy, dialect: .influxDB1))
      })
  }

  /// `/api/v2/query`. A Flux text may name any bucket, so only who may read them all is let through.
  ///
  /// In front of 2.x a text may also write, by `to()`, with the gateway's credential: there it takes both.
  func understandFlux(_ view: RequestView, _ identity: Identity) throws(Interruption) -> DataRequest {
    guard case .principal(let principal) = identity else { throw refuseForeign(identity, view) }
    try requireMethod(view, [.post], allow: "POST")
    try refuseCrossSite(view)
    let isNewer = settings.dialect == .influxDB2
    var parameters = CanonicalParameters()
    if isNewer { parameters.append("orgID", principal.organizationID.description) }
    let line = RequestLine(.post, "/api/v2/query", parameters: parameters)
    let reading = Requirement(.read, .organization)
    return DataRequest(
      requirements: isNewer ? [reading, Requirement(.write, .organization)] : [reading],
      say: { _ in Saying(line: line) }, maximumBody: settings.limits.queryBytes, dependsOnFields: true,
      mayFindFluxOff: !isNewer,
      refuse: { denial, _ in
        .refuse(
          .denied(
            denial.requirement.action == .read
              ? "Flux needs permission to read every bucket of the organization"
              : "Flux can write, and needs permission to write every bucket of the organization"))
      })
  }

  /// `/api/v2/delete`, as a write on its bucket. In front of 1.x that is `db/rp` or `db`, and what it deletes is not
  /// bound to one policy: it takes all of the database.
  func understandDeletion(
    _ view: RequestView, _ url: URLParameters, _ identity: Identity, notes: inout DecisionNotes
  ) throws(Interruption) -> DataRequest {
    guard case .principal(let principal) = identity else { throw refuseForeign(identity, view) }
    try requireMethod(view, [.post], allow: "POST")
    try refuseCrossSite(view)
    let values = try url.values()
    let name = try text(values["bucket"], "bucket") ?? ""
    let id = try text(values["bucketID"], "bucketID") ?? ""
    guard name.isEmpty != id.isEmpty else { throw .refuse(.malformed("one of bucket and bucketID is required")) }
    let wanted = name.isEmpty ? id : name
    var parameters = CanonicalParameters()
    let target: Requirement.Target
    if settings.dialect == .influxDB1 {
      let (database, policy) = try databaseAndPolicy(ofBucket: wanted, identity)
      notes.database = database
      parameters.append("bucket", (policy.map { "\(database)/\($0)" } ?? database))
      target = .database(database)
    } else {
      let found =
        (try? Identifier(parsing: wanted)).flatMap { directory.bucket($0) }
        ?? (id.isEmpty ? directory.bucket(named: wanted, in: principal.organizationID) : nil)
      guard let found else { throw .refuse(Self.unknownBucket(wanted)) }
      parameters.append("orgID", principal.organizationID.description)
      parameters.append("bucketID", found.id.description)
      target = .bucket(found.id)
    }
    let line = RequestLine(.post, "/api/v2/delete", parameters: parameters)
    return DataRequest(
      requirements: [Requirement(.write, target)], say: { _ in Saying(line: line) },
      maximumBody: settings.limits.queryBytes, dependsOnFields: true,
      refuse: { _, _ in .refuse(.denied("insufficient permissions to delete")) })
  }

  static func unknownBucket(_ name: String) -> Refusal {
    Refusal(status: 404, kind: .notFound, message: "bucket \"\(name)\" not found")
  }

  /// What a bucket of the v2 API means to a 1.x server: `db/rp`, `db`, or the identifier that the directory gave one.
  func databaseAndPolicy(
    ofBucket bucket: String, _ identity: Identity
  ) throws(Interruption) -> (database: String, policy: String?) {
    if case .principal(let principal) = identity, let id = try? Identifier(parsing: bucket),
      let found = directory.bucket(id), found.organizationID == principal.organizationID,
      let mapping = directory.mappings.first(where: { $0.bucketID == id })
    {
      return (mapping.database, mapping.retentionPolicy)
    }
    let parts = bucket.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let database = parts.first.map(String.init), !database.isEmpty else {
      throw .refuse(.malformed("bucket name \"\(bucket)\" is missing a database"))
    }
    return (database, parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil)
  }

  /// A token that may be the upstream's own has no business at a path that is not passed through. As a password it came
  /// with a name, and is refused as any wrong one.
  private func refuseForeign(_ identity: Identity, _ view: RequestView) -> Interruption {
    if case .upstreamToken(let token) = identity, token.isPassword { return refuse(token.refusal, .unknownToken, view) }
    return .refuse(.notFound)
  }

  private func refuseCrossSite(_ view: RequestView) throws(Interruption) {
    if view.isCrossSite { throw .refuse(.denied("a request of another site may not change anything")) }
  }

  /// 1.x reads `db` out of the body as well where that is a form.
  private func refuseFormBody(_ view: RequestView) throws(Interruption) {
    guard let type = view.value(.contentType) else { return }
    let media = type.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }.map { $0 | 0x20 }
    guard media.isEmpty || media.elementsEqual("application/x-protobuf".utf8) else {
      throw .refuse(.unsupported("the body must be application/x-protobuf"))
    }
  }
}
