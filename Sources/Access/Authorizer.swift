// Decides whether a principal may do what a request needs, by its permissions and the DBRP mappings.

public import Authorizations
public import Formats

/// One decision over one state of the directory. Searches the principal's own organization only.
public struct Authorizer: Sendable {
  private let directory: Directory
  private let readings: PolicyReadings

  /// - Parameter readings: what is known of whole databases beyond the directory.
  public init(directory: Directory, readings: PolicyReadings = PolicyReadings()) {
    self.directory = directory
    self.readings = readings
  }

  /// `request` as one that may be done, or the first of its requirements that is not met.
  @inlinable public func permit<Request: NeedsPermission>(
    _ request: Request, for principal: Principal
  ) throws(Denial) -> Permitted<Request> {
    Permitted(request, try permit(meeting: request.requirements, for: principal))
  }

  @usableFromInline func permit(meeting requirements: Requirements, for principal: Principal) throws(Denial) -> Permit {
    Permit(principal, try grants(requirements, for: principal))
  }

  /// What would be granted, or the first requirement that is not met. Permits nothing.
  public func grants(_ requirements: Requirements, for principal: Principal) throws(Denial) -> [Permit.Grant] {
    var grants: [Permit.Grant] = []
    grants.reserveCapacity(requirements.all.count)
    for (index, requirement) in requirements.all.enumerated() {
      switch decide(requirement, for: principal) {
      case .granted(let mappings, let isMomentary):
        grants.append(Permit.Grant(requirement, mappings, isMomentary: isMomentary))
      case .denied(let reason, let wouldBePermitted):
        throw Denial(requirement: requirement, reason: reason, wouldBePermitted: wouldBePermitted, index: index)
      }
    }
    return grants
  }

  /// The databases whose policies must be read before `requirements` can be decided, each once.
  public func unconfirmed(_ requirements: Requirements, for principal: Principal) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    var names: [[UInt8]] = []
    for requirement in requirements.all {
      // Another requirement of the same database may have been met without.
      guard case .database(let database) = requirement.target, !seen.contains(Array(database.utf8)),
        case .denied(.unconfirmed, _) = decide(requirement, for: principal)
      else { continue }
      seen.insert(Array(database.utf8))
      names.append(Array(database.utf8))
    }
    return names
  }

  /// The databases of which `principal` may do any of `actions` on any retention policy, in the order of the directory:
  /// what `SHOW DATABASES` shows.
  public func databases(_ actions: [Action], for principal: Principal) -> [String] {
    var seen: Set<[UInt8]> = []
    var names: [String] = []
    for mapping in directory.mappings where mapping.organizationID == principal.organizationID {
      guard actions.contains(where: { permits($0, mapping, principal) }) else { continue }
      if seen.insert(Array(mapping.database.utf8)).inserted { names.append(mapping.database) }
    }
    return names
  }

  /// The mappings of `database` on which `principal` may do `action`, in the order of the directory.
  public func mappings(of database: String, _ action: Action, for principal: Principal) -> [Mapping] {
    directory.mappings(of: database, in: principal.organizationID).filter { permits(action, $0, principal) }
  }

  private enum Decision {
    case granted([Mapping], isMomentary: Bool = false)
    case denied(Denial.Reason, wouldBePermitted: Bool)
  }

  private func decide(_ requirement: Requirement, for principal: Principal) -> Decision {
    let action = requirement.action
    let organization = principal.organizationID
    switch requirement.target {
    case .policy(let database, let policy):
      return decide(action, database: database, policy: policy, for: principal)
    case .database(let database):
      let mappings = directory.mappings(of: database, in: organization)
      let coversAll = covers(action, database: database, policy: nil, for: principal)
      guard !mappings.isEmpty else { return .denied(.unknownDatabase, wouldBePermitted: coversAll) }
      if coversAll { return .granted(mappings) }
      return decide(action, every: mappings, of: database, for: principal)
    case .somePolicy(let database):
      let all = directory.mappings(of: database, in: organization)
      guard !all.isEmpty else {
        let coversAll = covers(action, database: database, policy: nil, for: principal)
        return .denied(.unknownDatabase, wouldBePermitted: coversAll)
      }
      let granted = all.filter { permits(action, $0, principal) }
      return granted.isEmpty ? .denied(.notPermitted, wouldBePermitted: false) : .granted(granted)
    case .bucket(let id):
      guard let bucket = directory.bucket(id), bucket.organizationID == organization else {
        let needed = PermissionMatch(action, bucketOf: organization, id: id)
        return .denied(.unknownBucket, wouldBePermitted: needed.isMet(by: principal.permissions))
      }
      return permits(action, bucket, principal) ? .granted([]) : .denied(.notPermitted, wouldBePermitted: false)
    case .organization:
      let needed = PermissionMatch(action, bucketOf: organization)
      return needed.isMet(by: principal.permissions)
        ? .granted([]) : .denied(.notPermitted, wouldBePermitted: false)
    case .identity: return .granted([])
    case .administration:
      return principal.permissions.areOperator ? .granted([]) : .denied(.notPermitted, wouldBePermitted: false)
    }
  }

  /// A whole database for one who may not do `action` on policies of whatever name.
  private func decide(
    _ action: Action, every mappings: [Mapping], of database: String, for principal: Principal
  ) -> Decision {
    guard mappings.allSatisfy({ permits(action, $0, principal) }) else {
      return .denied(.notPermitted, wouldBePermitted: false)
    }
    guard let policies = readings.policies(of: database) else {
      return .denied(.unconfirmed, wouldBePermitted: false)
    }
    let known = Set(mappings.map { Array($0.retentionPolicy.utf8) })
    let permitsOthers = policies.allSatisfy { policy in
      known.contains(Array(policy.utf8)) || covers(action, database: database, policy: policy, for: principal)
    }
    return permitsOthers
      ? .granted(mappings, isMomentary: true) : .denied(.notPermitted, wouldBePermitted: false)
  }

  private func decide(_ action: Action, database: String, policy: String?, for principal: Principal) -> Decision {
    let organization = principal.organizationID
    if let mapping = directory.mapping(database: database, retentionPolicy: policy, in: organization) {
      return permits(action, mapping, principal)
        ? .granted([mapping]) : .denied(.notPermitted, wouldBePermitted: false)
    }
    let named = policy.flatMap { $0.isEmpty ? nil : $0 }
    let reason: Denial.Reason =
      if directory.mappings(of: database, in: organization).isEmpty {
        .unknownDatabase
      } else {
        named == nil ? .noDefaultPolicy : .unknownRetentionPolicy
      }
    return .denied(
      reason, wouldBePermitted: covers(action, database: database, policy: named, for: principal))
  }

  /// Whether a policy that no mapping leads to is permitted by its names alone; with no policy, every one.
  private func covers(_ action: Action, database: String, policy: String?, for principal: Principal) -> Bool {
    PermissionMatch(action, bucketOf: principal.organizationID, database: database, retentionPolicy: policy)
      .isMet(by: principal.permissions)
  }

  private func permits(_ action: Action, _ mapping: Mapping, _ principal: Principal) -> Bool {
    PermissionMatch(
      action, bucketOf: mapping.organizationID, id: mapping.bucketID,
      bucketName: directory.bucket(mapping.bucketID)?.name, database: mapping.database,
      retentionPolicy: mapping.retentionPolicy
    ).isMet(by: principal.permissions)
  }

  private func permits(_ action: Action, _ bucket: Bucket, _ principal: Principal) -> Bool {
    let needed = PermissionMatch(
      action, bucketOf: bucket.organizationID, id: bucket.id, bucketName: bucket.name)
    if needed.isMet(by: principal.permissions) { return true }
    // `db/*` speaks of databases: a bucket is reached by it through any mapping that leads to it.
    return directory.mappings.contains {
      $0.bucketID == bucket.id && $0.organizationID == bucket.organizationID && permits(action, $0, principal)
    }
  }
}
