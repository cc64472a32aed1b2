// Of which organization the upstream would do what it is asked.

import Access
import Authorizations
public import Formats

/// InfluxDB 2.x looks databases up in the organization of the token that it is shown, whatever `org` or `orgID` say
/// (2.9.1, recorded). So the gateway's own credential serves the logins of one organization, and for those of another it
/// would read and write what the decision never meant.
public enum ServedOrganization: Sendable, Equatable {
  case unknown
  /// - credential: the `identity` of the credentials for which it was found out. It says nothing of any others.
  case one(Identifier, credential: Int)
}

extension DecisionState {
  /// Refuses whom the gateway's credential does not serve. It may once the operator has put that right, so that a write is
  /// never lost by it: 503.
  func requireServed(_ principal: Principal) throws(EarlyEnd) {
    guard settings.dialect.hasOrganizations, servedOrganization != principal.organizationID else { return }
    var refusal = Refusal.unavailable("the gateway's upstream credential does not serve this organization")
    refusal.detail =
      servedOrganization == nil
      ? "the organization of the gateway's upstream token is not known: see [upstream] organization"
      : "the login's organization is \(name(of: principal)), and the gateway's upstream token is of another"
    throw .refuse(refusal)
  }

  private func name(of principal: Principal) -> String {
    directory.organization(principal.organizationID)?.name ?? principal.organizationID.description
  }
}
