// One request while it is understood: what it says, who asks, and the state that it is judged under.

import Access
import Authorizations
import Formats
import HTTP

/// Who asks: someone known here, or someone only the upstream can judge.
enum Identity {
  case principal(Principal)
  case upstreamToken(UpstreamToken)
}

struct RequestContext {
  let view: RequestView
  /// Of the URL.
  let parameters: URLParameters
  let identity: Identity
  let pending: PendingDecision
  let state: DecisionState

  var dialect: Dialect { state.settings.dialect }
  var limits: GatewayLimits { state.settings.limits }

  /// A parameter as text; names that are no UTF-8 name nothing here.
  func text(_ values: FormValues, _ name: StaticString) throws(EarlyEnd) -> String? {
    do throws(Refusal) { return try QueryRequest.text(values[name], name) } catch { throw .refuse(error) }
  }

  /// The database of the parameters; what `missing` says where they name none.
  func database(_ values: FormValues, missing: String) throws(EarlyEnd) -> String {
    guard let database = try text(values, "db"), !database.isEmpty else { throw .refuse(.malformed(missing)) }
    return database
  }

  /// The retention policy of the parameters, nil for the default one.
  func policy(_ values: FormValues) throws(EarlyEnd) -> String? {
    try text(values, "rp").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What a bucket of the v2 API means to a 1.x server: `db/rp`, `db`, or the identifier that the directory gave one.
  func databaseAndPolicy(ofBucket bucket: String) throws(EarlyEnd) -> (database: String, policy: String?) {
    if case .principal(let principal) = identity, let id = try? Identifier(parsing: bucket),
      let found = state.directory.bucket(id), found.organizationID == principal.organizationID,
      let mapping = state.directory.mappings.first(where: { $0.bucketID == id })
    {
      return (mapping.database, mapping.retentionPolicy)
    }
    guard let (database, policy) = BucketName.parts(of: bucket) else {
      throw .refuse(.malformed("bucket name \"\(bucket)\" is missing a database"))
    }
    return (database, policy?.isEmpty ?? true ? nil : policy)
  }

  func refuseOtherSites() throws(EarlyEnd) {
    if view.isCrossSite { throw .refuse(.ofAnotherSite) }
  }
}

extension Refusal {
  /// A browser adds a remembered password to what another site makes it send.
  static let ofAnotherSite = Refusal.denied("a request of another site may not change anything")

  static func unknownBucket(_ name: String) -> Refusal {
    Refusal(status: 404, kind: .notFound, message: "bucket \"\(name)\" not found")
  }
}
