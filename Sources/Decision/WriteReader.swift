// Understanding a write: `/write`, and `/api/v2/write` of v1 logins and gatehouse's tokens.

import Access
import Authorizations
import Formats
import HTTP

enum WriteReader {
  /// `/write` reads its parameters from the URL alone; a body is line protocol whatever its type says.
  @Sendable static func write(
    _ request: RequestContext, _: inout DecisionCache, _ notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding {
    let values = try request.parameters.values()
    let database = try request.database(
      values, missing: request.dialect.errorShape == .message ? "database is required" : "missing db")
    notes.database = database
    let policy = try request.policy(values)
    let precision = try precision(values["precision"], allowsMinutes: true, request.dialect)
    let consistency = try consistency(values["consistency"], request.dialect)
    return .data(write(request, database, policy, precision, consistency: consistency))
  }

  /// In front of 1.x it becomes a `/write`; in front of 2.x it stays what it is, its bucket by name.
  @Sendable static func bucketWrite(
    _ request: RequestContext, _: inout DecisionCache, _ notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding {
    let values = try request.parameters.values()
    guard let bucket = try request.text(values, "bucket"), !bucket.isEmpty else {
      throw .refuse(.malformed("bucket is required"))
    }
    let precision = try precision(values["precision"], allowsMinutes: false, request.dialect)
    let (database, policy) = try request.databaseAndPolicy(ofBucket: bucket)
    notes.database = database
    guard !request.dialect.hasRetentionPolicies else {
      return .data(write(request, database, policy, precision, consistency: nil))
    }
    return try bucketWrite(request, bucket, values, precision)
  }

  private static func bucketWrite(
    _ request: RequestContext, _ bucket: String, _ values: FormValues, _ precision: StaticString?
  ) throws(EarlyEnd) -> Understanding {
    var parameters = CanonicalParameters()
    parameters.append("bucket", bucket)
    if let precision { parameters.append("precision", precision.description) }
    guard case .principal(let principal) = request.identity else {
      if let org = values["org"] ?? values["orgID"] { parameters.append("org", org) }
      let line = RequestLine(.post, "/api/v2/write", parameters: parameters)
      return .foreign(CarriedRequest(saying: Saying(line: line), carriage: carriage(request)))
    }
    let denied = "insufficient permissions for write"
    try NamedOrganization(values, of: principal, request, isRequired: true)
      .requireOwn(bucket: bucket, request.state.directory, denied: denied)
    parameters.append("org", principal.organizationID.description)
    let id = (try? Identifier(parsing: bucket)).flatMap { request.state.directory.bucket($0) }
    guard let found = id ?? request.state.directory.bucket(named: bucket, in: principal.organizationID) else {
      throw .refuse(.unknownBucket(bucket))
    }
    let line = RequestLine(.post, "/api/v2/write", parameters: parameters)
    return .data(
      DataRequest(
        requirements: Requirements(Requirement(.write, .bucket(found.id))), say: { _ in Saying(line: line) },
        carriage: carriage(request), refuse: { _, _ in .refuse(.denied(denied)) }))
  }

  private static func write(
    _ request: RequestContext, _ database: String, _ policy: String?, _ precision: StaticString?, consistency: String?
  ) -> DataRequest {
    let dialect = request.dialect
    let authorizer = Authorizer(directory: request.state.directory)
    return DataRequest(
      requirements: Requirements(.write(database, retentionPolicy: policy)),
      say: { permit in
        var parameters = CanonicalParameters()
        parameters.append("db", database)
        // The policy that the decision went by, so that a default that changes in between changes nothing.
        let decided = permit?.grants.first?.mappings.first?.retentionPolicy
        if let policy = policy ?? decided { parameters.append("rp", policy) }
        if let precision { parameters.append("precision", precision.description) }
        if let consistency { parameters.append("consistency", consistency) }
        return Saying(line: RequestLine(.post, "/write", parameters: parameters))
      },
      carriage: carriage(request),
      refuse: { denial, principal in
        if dialect.hasMappings, denial.reason == .notPermitted {
          // As recorded: a mapping that its caller may neither read nor write is none, so that names cannot be probed.
          let reading = Requirement(.read, .policy(database: database, retentionPolicy: policy))
          if (try? authorizer.grants(Requirements(reading), for: principal)) == nil { return .refuse(unknownMapping) }
        }
        return .refuse(refusal(denial, principal, database: database, policy: policy, shape: dialect.errorShape))
      })
  }

  /// Its body is carried unread, and bounded by what its lines may come to.
  private static func carriage(_ request: RequestContext) -> Carriage {
    Carriage(
      maximumBody: request.limits.writeBytes, bound: BodyBound(limit: request.limits.writeDecodedBytes))
  }

  /// As recorded: existence comes before permission on a write, so that a missing database can be told from a missing
  /// grant (Telegraf keeps its batch at the former).
  static func refusal(
    _ denial: Denial, _ principal: Principal, database: String, policy: String?, shape: Dialect.ErrorShape
  ) -> Refusal {
    switch (denial.reason, shape) {
    case (.notPermitted, .message), (.unconfirmed, .message):
      return .denied(
        "\"\(principal.name)\" user is not authorized to write to database \"\(database)\"")
    case (.notPermitted, .code), (.unconfirmed, .code): return .denied("insufficient permissions for write")
    case (.unknownRetentionPolicy, .message):
      return Refusal(status: 500, kind: .notFound, message: "retention policy not found: \(policy ?? "")")
    case (.unknownDatabase, .message), (.noDefaultPolicy, .message), (.unknownBucket, .message):
      return Refusal(status: 404, kind: .notFound, message: "database not found: \"\(database)\"")
    case (_, .code): return unknownMapping
    }
  }

  private static let unknownMapping = Refusal(status: 404, kind: .notFound, message: "no dbrp mapping found")

  /// The precision as the upstream spells it, nil for its default. What it would take for nanoseconds is refused.
  private static func precision(
    _ value: [UInt8]?, allowsMinutes: Bool, _ dialect: Dialect
  ) throws(EarlyEnd) -> StaticString? {
    guard let value, !value.isEmpty else { return nil }
    let precision = TimePrecision(value)
    if allowsMinutes || precision != .minutes && precision != .hours,
      let spelling = precision?.writeSpelling(dialect.precisionWords)
    {
      return spelling
    }
    let shown = String(decoding: value.prefix(32), as: UTF8.self)
    // A path that knows no minutes is one of 2.x, whatever stands behind.
    let words = TimePrecision.writeWords(allowsMinutes ? dialect.precisionWords : .abbreviations)
    throw .refuse(.malformed("invalid precision \"\(shown)\" (use \(words))"))
  }

  /// 1.x knows four levels, in any case, and refuses others; 2.x does not know the parameter.
  private static func consistency(
    _ value: [UInt8]?, _ dialect: Dialect
  ) throws(EarlyEnd) -> String? {
    guard dialect.takesConsistency, let value, !value.isEmpty else { return nil }
    for level in ["any", "one", "quorum", "all"]
    where level.utf8.elementsEqual(value.lazy.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }) { return level }
    throw .refuse(.malformed("invalid consistency level"))
  }
}
