// Requests whose bodies are carried without being understood: Prometheus' remote write and read, Flux and deletions of
// the v2 API. What they may touch is bounded by their parameters, or by the whole organization.

import Access
import Authorizations
import Formats
import HTTP

enum OpaqueReader {
  /// `/api/v1/prom/write` and `/api/v1/prom/read`, which 1.x alone has: as a write and a read of `db` and `rp`.
  @Sendable static func prometheusWrite(
    _ request: RequestContext, _: inout DecisionCache, _ notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding { .data(try prometheus(.write, request, notes: &notes)) }

  @Sendable static func prometheusRead(
    _ request: RequestContext, _: inout DecisionCache, _ notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding { .data(try prometheus(.read, request, notes: &notes)) }

  private static func prometheus(
    _ action: Action, _ request: RequestContext, notes: inout DecisionNotes
  ) throws(EarlyEnd) -> DataRequest {
    try refuseFormBody(request.view)
    try request.refuseOtherSites()
    let values = try request.parameters.values()
    let database = try request.database(values, missing: "database is required")
    notes.database = database
    let policy = try request.policy(values)
    let isRead = action == .read
    return DataRequest(
      requirements: Requirements(Requirement(action, .policy(database: database, retentionPolicy: policy))),
      say: { permit in
        var parameters = CanonicalParameters()
        parameters.append("db", database)
        let decided = permit?.grants.first?.mappings.first?.retentionPolicy
        if let policy = policy ?? decided { parameters.append("rp", policy) }
        return Saying(
          line: RequestLine(
            .post, isRead ? "/api/v1/prom/read" : "/api/v1/prom/write", parameters: parameters))
      },
      carriage: Carriage(
        maximumBody: isRead ? request.limits.queryBytes : request.limits.writeBytes,
        bound: BodyBound(packing: .snappy, limit: request.limits.writeDecodedBytes), dependsOnFields: true),
      refuse: { denial, principal in
        if isRead {
          return .refuse(
            .denied("\"\(principal.name)\" user is not authorized to read from database \"\(database)\""))
        }
        return .refuse(
          WriteReader.refusal(denial, principal, database: database, policy: policy, shape: .message))
      })
  }

  /// `/api/v2/query`. A Flux text may name any bucket, so in front of 1.x only who may read them all is let through.
  ///
  /// In front of 2.x a text may also write, read the organization's secrets and ask other servers, all by the gateway's
  /// credential: there it takes a token of gatehouse's that may do everything. 2.9.1 lets no v1 login run Flux either.
  @Sendable static func flux(
    _ request: RequestContext, _: inout DecisionCache, _: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding {
    let principal = try principal(request)
    try request.refuseOtherSites()
    let dialect = request.dialect
    var parameters = CanonicalParameters()
    if dialect.writesByFlux {
      guard principal.kind == .token else { throw .refuse(Self.noFluxForLogins) }
      let named = try NamedOrganization(try request.parameters.values(), of: principal, request, isRequired: false)
      if case .other = named { throw .refuse(.denied("Flux runs in the token's own organization")) }
      parameters.append("orgID", principal.organizationID.description)
    }
    let line = RequestLine(.post, "/api/v2/query", parameters: parameters)
    let data = DataRequest(
      requirements: Requirements(Requirement(.read, dialect.writesByFlux ? .administration : .organization)),
      say: { _ in Saying(line: line) },
      carriage: Carriage(
        maximumBody: request.limits.queryBytes, dependsOnFields: true, mayFindFluxOff: dialect.mayHaveFluxOff),
      refuse: { _, _ in
        .refuse(
          dialect.writesByFlux
            ? Self.noFluxForLogins : .denied("Flux needs permission to read every bucket of the organization"))
      })
    return .data(data)
  }

  private static let noFluxForLogins = Refusal.denied(
    "Flux is not for logins: it needs an operator's token, or one of InfluxDB's own")

  /// `/api/v2/delete`, as a write on its bucket. In front of 1.x that is `db/rp` or `db`, and what it deletes is not
  /// bound to one policy: it takes all of the database.
  @Sendable static func deletion(
    _ request: RequestContext, _: inout DecisionCache, _ notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding {
    let principal = try principal(request)
    try request.refuseOtherSites()
    let values = try request.parameters.values()
    let name = try request.text(values, "bucket") ?? ""
    let id = try request.text(values, "bucketID") ?? ""
    guard name.isEmpty != id.isEmpty else { throw .refuse(.malformed("one of bucket and bucketID is required")) }
    let wanted = name.isEmpty ? id : name
    var parameters = CanonicalParameters()
    let target: Requirement.Target
    if request.dialect.hasRetentionPolicies {
      let (database, policy) = try request.databaseAndPolicy(ofBucket: wanted)
      notes.database = database
      parameters.append("bucket", (policy.map { "\(database)/\($0)" } ?? database))
      target = .database(database)
    } else {
      try NamedOrganization(values, of: principal, request, isRequired: true)
        .requireOwn(bucket: wanted, request.state.directory, denied: "insufficient permissions to delete")
      let found =
        (try? Identifier(parsing: wanted)).flatMap { request.state.directory.bucket($0) }
        ?? (id.isEmpty ? request.state.directory.bucket(named: wanted, in: principal.organizationID) : nil)
      guard let found else { throw .refuse(.unknownBucket(wanted)) }
      parameters.append("orgID", principal.organizationID.description)
      parameters.append("bucketID", found.id.description)
      target = .bucket(found.id)
    }
    let line = RequestLine(.post, "/api/v2/delete", parameters: parameters)
    let data = DataRequest(
      requirements: Requirements(Requirement(.write, target)), say: { _ in Saying(line: line) },
      carriage: Carriage(maximumBody: request.limits.queryBytes, dependsOnFields: true),
      refuse: { _, _ in .refuse(.denied("insufficient permissions to delete")) })
    return .data(data)
  }

  /// Only who is known here; who is not was refused before.
  private static func principal(_ request: RequestContext) throws(EarlyEnd) -> Principal {
    guard case .principal(let principal) = request.identity else { throw .refuse(.notFound) }
    return principal
  }

  /// 1.x reads `db` out of the body as well where that is a form.
  private static func refuseFormBody(_ view: RequestView) throws(EarlyEnd) {
    guard let type = view.value(.contentType) else { return }
    let media = MediaType(type)
    guard media.isEmpty || media.names("application/x-protobuf") else {
      throw .refuse(.unsupported("the body must be application/x-protobuf"))
    }
  }
}
