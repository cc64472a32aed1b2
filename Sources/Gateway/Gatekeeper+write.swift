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
    return write(database, policy, precision, consistency: values["consistency"])
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
    if let precision {
      let name: StaticString = precision.description == "n" ? "ns" : precision.description == "u" ? "us" : precision
      parameters.append("precision", name.description)
    }
    guard case .principal(let principal) = identity else {
      if let org { parameters.append("org", org) }
      let line = RequestLine(.post, "/api/v2/write", parameters: parameters)
      return DataRequest(
        requirements: [], say: { _ in Saying(line: line) }, maximumBody: settings.limits.writeBytes,
        refuse: { _, _ in .refuse(.notFound) })
    }
    parameters.append("org", principal.organizationID.description)
    let id = (try? Identifier(parsing: bucket)).flatMap { directory.bucket($0) }
    guard let found = id ?? directory.bucket(named: bucket, in: principal.organizationID) else {
      throw .refuse(Self.unknownBucket(bucket))
    }
    let line = RequestLine(.post, "/api/v2/write", parameters: parameters)
    return DataRequest(
      requirements: [Requirement(.write, .bucket(found.id))], say: { _ in Saying(line: line) },
      maximumBody: settings.limits.writeBytes,
      refuse: { _, _ in .refuse(.denied("insufficient permissions for write")) })
  }

  private func write(
    _ database: String, _ policy: String?, _ precision: StaticString?, consistency: [UInt8]?
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
        if let consistency, !consistency.isEmpty { parameters.append("consistency", consistency) }
        return Saying(line: RequestLine(.post, "/write", parameters: parameters))
      },
      maximumBody: settings.limits.writeBytes,
      refuse: { denial, principal in
        if dialect == .influxDB2, denial.reason == .notPermitted {
          // As recorded: a mapping that its caller may neither read nor write is none, so that names cannot be probed.
          let reading = Requirement(.read, .policy(database: database, retentionPolicy: policy))
          if (try? authorizer.permit([reading], for: principal)) == nil { return .refuse(Self.unknownMapping) }
        }
        return .refuse(Self.writeRefusal(denial, principal, database: database, policy: policy, dialect: dialect))
      })
  }

  /// As recorded: existence comes before permission on a write, so that a missing database can be told from a missing
  /// grant (Telegraf keeps its batch at the former).
  static func writeRefusal(
    _ denial: Denial, _ principal: Principal, database: String, policy: String?, dialect: UpstreamDialect
  ) -> Refusal {
    switch (denial.reason, dialect) {
    case (.notPermitted, .influxDB1):
      return .denied(
        "\"\(principal.name)\" user is not authorized to write to database \"\(database)\"")
    case (.notPermitted, .influxDB2): return .denied("insufficient permissions for write")
    case (.unknownRetentionPolicy, .influxDB1):
      return Refusal(status: 500, kind: .notFound, message: "retention policy not found: \(policy ?? "")")
    case (.unknownDatabase, .influxDB1), (.noDefaultPolicy, .influxDB1), (.unknownBucket, .influxDB1):
      return Refusal(status: 404, kind: .notFound, message: "database not found: \"\(database)\"")
    case (_, .influxDB2): return unknownMapping
    }
  }

  private static let unknownMapping = Refusal(status: 404, kind: .notFound, message: "no dbrp mapping found")

  /// The precision as 1.x spells it, nil for its default; 1.12.4 refuses what it does not know, and so does gatehouse.
  private func precision(_ value: [UInt8]?, allowsMinutes: Bool) throws(Interruption) -> StaticString? {
    let text = String(decoding: value ?? [], as: UTF8.self)
    switch text {
    case "", "n", "ns": return text.isEmpty ? nil : "n"
    case "u", "us", "µ": return "u"
    case "ms": return "ms"
    case "s": return "s"
    case "m" where allowsMinutes: return "m"
    case "h" where allowsMinutes: return "h"
    default: throw .refuse(.malformed("invalid precision \"\(text.prefix(32))\" (use n, u, ms, s, m or h)"))
    }
  }
}
