// Understanding a write: `/write`, and `/api/v2/write` of v1 logins and gatehouse's tokens.

import Access
import Authorizations
import HTTP

extension Gatekeeper {
  /// `/write` reads its parameters from the URL alone; a body is line protocol whatever its type says.
  func understandWrite(
    _ view: RequestView, _ parameters: URLParameters, notes: inout DecisionNotes
  ) throws(Interruption) -> DataRequest {
    try requireMethod(view, [.post], allow: "OPTIONS, POST")
    let values = try parameters.values()
    guard let database = try text(values["db"], "db"), !database.isEmpty else {
      throw .refuse(.malformed(settings.dialect == .influxDB1 ? "database is required" : "missing db"))
    }
    notes.database = database
    let policy = try text(values["rp"], "rp").flatMap { $0.isEmpty ? nil : $0 }
    let precision = try precision(values["precision"], allowsMinutes: true)
    return write(database, policy, precision, consistency: try consistency(values["consistency"]))
  }

  /// In front of 1.x it becomes a `/write`; in front of 2.x it stays what it is, its bucket by name.
  func understandBucketWrite(
    _ view: RequestView, _ parameters: URLParameters, _ identity: Identity, notes: inout DecisionNotes
  ) throws(Interruption) -> DataRequest {
    try requireMethod(view, [.post], allow: "POST")
    let values = try parameters.values()
    guard let bucket = try text(values["bucket"], "bucket"), !bucket.isEmpty else {
      throw .refuse(.malformed("bucket is required"))
    }
    let precision = try precision(values["precision"], allowsMinutes: false)
    let (database, policy) = try databaseAndPolicy(ofBucket: bucket, identity)
    notes.database = database
    guard settings.dialect == .influxDB2 else { return write(database, policy, precision, consistency: nil) }
    return try bucketWrite(bucket, org: values["org"] ?? values["orgID"], precision, identity)
  }

  private func bucketWrite(
    _ bucket: String, org: [UInt8]?, _ precision: StaticString?, _ identity: Identity
  ) throws(Interruption) -> DataRequest {
    var parameters = CanonicalParameters()
    parameters.append("bucket", bucket)
    if let precision { parameters.append("precision", precision.description) }
    guard case .principal(let principal) = identity else {
      if let org { parameters.append("org", org) }
      let line = RequestLine(.post, "/api/v2/write", parameters: parameters)
      return DataRequest(
        requirements: [], say: { _ in Saying(line: line) }, maximumBody: settings.limits.writeBytes,
        bound: writeBound, refuse: { _, _ in .refuse(.notFound) })
    }
    parameters.append("org", principal.organizationID.description)
    let id = (try? Identifier(parsing: bucket)).flatMap { directory.bucket($0) }
    guard let found = id ?? directory.bucket(named: bucket, in: principal.organizationID) else {
      throw .refuse(Self.unknownBucket(bucket))
    }
    let line = RequestLine(.post, "/api/v2/write", parameters: parameters)
    return DataRequest(
      requirements: [Requirement(.write, .bucket(found.id))], say: { _ in Saying(line: line) },
      maximumBody: settings.limits.writeBytes, bound: writeBound,
      refuse: { _, _ in .refuse(.denied("insufficient permissions for write")) })
  }

  private func write(
    _ database: String, _ policy: String?, _ precision: StaticString?, consistency: String?
  ) -> DataRequest {
    let dialect = settings.dialect
    let authorizer = Authorizer(directory: directory)
    return DataRequest(
      requirements: [.write(database, retentionPolicy: policy)],
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
      maximumBody: settings.limits.writeBytes, bound: writeBound,
      refuse: { denial, principal in
        if dialect == .influxDB2, denial.reason == .notPermitted {
          // As recorded: a mapping that its caller may neither read nor write is none, so that names cannot be probed.
          let reading = Requirement(.read, .policy(database: database, retentionPolicy: policy))
          if (try? authorizer.permit([reading], for: principal)) == nil { return .refuse(Self.unknownMapping) }
        }
        return .refuse(Self.writeRefusal(denial, principal, database: database, policy: policy, dialect: dialect))
      })
  }

  /// What the lines of a write may come to.
  private var writeBound: BodyBound { BodyBound(limit: settings.limits.writeDecodedBytes) }

  /// As recorded: existence comes before permission on a write, so that a missing database can be told from a missing
  /// grant (Telegraf keeps its batch at the former).
  static func writeRefusal(
    _ denial: Denial, _ principal: Principal, database: String, policy: String?, dialect: UpstreamDialect
  ) -> Refusal {
    switch (denial.reason, dialect) {
    case (.notPermitted, .influxDB1), (.unconfirmed, .influxDB1):
      return .denied(
        "\"\(principal.name)\" user is not authorized to write to database \"\(database)\"")
    case (.notPermitted, .influxDB2), (.unconfirmed, .influxDB2): return .denied("insufficient permissions for write")
    case (.unknownRetentionPolicy, .influxDB1):
      return Refusal(status: 500, kind: .notFound, message: "retention policy not found: \(policy ?? "")")
    case (.unknownDatabase, .influxDB1), (.noDefaultPolicy, .influxDB1), (.unknownBucket, .influxDB1):
      return Refusal(status: 404, kind: .notFound, message: "database not found: \"\(database)\"")
    case (_, .influxDB2): return unknownMapping
    }
  }

  private static let unknownMapping = Refusal(status: 404, kind: .notFound, message: "no dbrp mapping found")

  /// The precision as the upstream spells it, nil for its default. What it would take for nanoseconds is refused.
  private func precision(_ value: [UInt8]?, allowsMinutes: Bool) throws(Interruption) -> StaticString? {
    guard let value, !value.isEmpty else { return nil }
    let dialect = settings.dialect
    let precision = TimePrecision(value)
    if allowsMinutes || precision != .minutes && precision != .hours,
      let spelling = precision?.writeSpelling(dialect)
    {
      return spelling
    }
    let shown = String(decoding: value.prefix(32), as: UTF8.self)
    // A path that knows no minutes is one of 2.x, whatever stands behind.
    let words = TimePrecision.writeWords(allowsMinutes ? dialect : .influxDB2)
    throw .refuse(.malformed("invalid precision \"\(shown)\" (use \(words))"))
  }

  /// 1.x knows four levels, in any case, and refuses others; 2.x does not know the parameter.
  private func consistency(_ value: [UInt8]?) throws(Interruption) -> String? {
    guard settings.dialect == .influxDB1, let value, !value.isEmpty else { return nil }
    for level in ["any", "one", "quorum", "all"]
    where level.utf8.elementsEqual(value.lazy.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }) { return level }
    throw .refuse(.malformed("invalid consistency level"))
  }
}
