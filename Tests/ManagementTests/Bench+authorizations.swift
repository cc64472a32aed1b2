// Authorizations as tests make them.

import Authorizations
import Formats
import ManagementAPI

@testable import Management

let authorizationsPath = "/legacy/authorizations"

extension Bench {
  /// A body that asks for one permission on buckets.
  func body(_ token: String, _ resource: String, organization: Identifier? = nil) -> String {
    """
    {"token":"\(token)","orgID":"\(organization ?? self.organization.id)","permissions":[{"action":"read",
     "resource":{"type":"buckets",\(resource)}}]}
    """
  }

  func create(_ token: String) throws -> String {
    let made = send("POST", authorizationsPath, body(token, "\"orgID\":\"\(organization.id)\""))
    guard made.status == 201, let id = made.member("id") else { throw StoreError.notFound }
    return id
  }
}
