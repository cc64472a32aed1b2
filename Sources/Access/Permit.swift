// The proof that a request may be done. Only the authorizer makes one, and nothing is forwarded without one.

public import Authorizations

/// Permission for one request, with what its names meant when it was decided, so that exactly that is forwarded.
public struct Permit: Sendable {
  /// One requirement and the mappings that it was granted on: one for a policy, all of a database's for a database,
  /// none where the requirement names no database.
  public struct Grant: Sendable {
    public let requirement: Requirement
    public let mappings: [Mapping]
    /// Whether it rests on a reading of the upstream that was made for this request: it stands for this one alone.
    public let isMomentary: Bool

    init(_ requirement: Requirement, _ mappings: [Mapping] = [], isMomentary: Bool = false) {
      self.requirement = requirement
      self.mappings = mappings
      self.isMomentary = isMomentary
    }
  }

  public let principal: Principal
  /// In the order of the requirements.
  public let grants: [Grant]

  /// Whether it must not be kept for a request that comes later.
  public let isMomentary: Bool

  init(_ principal: Principal, _ grants: [Grant]) {
    self.principal = principal
    self.grants = grants
    isMomentary = grants.contains(where: \.isMomentary)
  }
}
