// Whose data the gateway's own credential reaches, and which organization a request names.

import Threading
import Access
import Authorizations
import Formats
import Testing

@testable import Decision

@Suite struct OrganizationTests {
  private static let lab = Identifier(nonzero: 0x0c)

  /// The directory of the world, and a second organization with buckets of its own, one of an equal name.
  private static func gate() throws -> Gate {
    let world = World.directory()
    let buckets = [
      Bucket(id: Identifier(nonzero: 0x200), name: "metrics/autogen", organizationID: lab),
      Bucket(id: Identifier(nonzero: 0x201), name: "onlylab", organizationID: lab),
    ]
    return try Gate(
      .influxDB2,
      directory: Directory(
        organizations: world.organizations + [Organization(id: lab, name: "lab")], users: world.users,
        buckets: world.buckets + buckets, mappings: world.mappings))
  }

  private static func serve(_ organization: Identifier?, _ gate: Gate, credential: Int? = nil) {
    var status = gate.shared.status.value
    status.organization =
      organization.map {
        .one($0, credential: credential ?? gate.shared.settings.value.authorizations.identity)
      } ?? .unknown
    gate.shared.status.publish(status)
  }

  /// 2.9.1 looks names up in the organization of the token that it is shown: a login of another would reach its data.
  @Test(arguments: [
    "/write?db=metrics", "/write?db=metrics&org=default", "/api/v2/write?bucket=metrics/autogen&org=default",
    "/api/v2/delete?bucket=metrics/autogen&org=default", "/query?db=metrics&q=SHOW+MEASUREMENTS",
    "/query?q=SHOW+DATABASES", "/api/v2/query",
  ])
  func servesTheOrganizationOfItsCredentialAlone(target: String) throws {
    let gate = try Self.gate()
    #expect(gate.write(target, login: "every").status != 503)
    Self.serve(Self.lab, gate)
    let refused = gate.write(target, login: "every")
    #expect(refused.status == 503 && refused.refusal?.retryAfter ?? 0 > 0)
    #expect(refused.refusal?.detail?.contains("the login's organization is default") == true)
    #expect(refused.refusal?.message.contains("default") == false)
  }

  @Test func refusesEveryoneWhereItsOrganizationIsNotKnown() throws {
    let gate = try Self.gate()
    Self.serve(nil, gate)
    #expect(gate.write("/write?db=metrics").status == 503)
    // What was found out for another credential says nothing of this one.
    Self.serve(World.organization, gate, credential: 1)
    #expect(gate.write("/write?db=metrics").status == 503)
    Self.serve(World.organization, gate)
    #expect(gate.write("/write?db=metrics").isPermitted)
  }

  /// On one connection: the memo of the request before must not outlive what it was decided by.
  @Test func forgetsWhatWasDecidedForAnotherCredential() throws {
    let gate = try Self.gate()
    #expect(gate.write("/write?db=metrics").isPermitted)
    Self.serve(Self.lab, gate)
    #expect(gate.write("/write?db=metrics").status == 503)
  }

  @Test func asksNobodyForAnOrganizationBefore1x() throws {
    let gate = try Gate()
    Self.serve(nil, gate)
    #expect(gate.write("/write?db=metrics&org=nope").isPermitted)
    #expect(gate.write("/api/v2/write?bucket=metrics/autogen&org=nope").isPermitted)
    #expect(gate.write("/api/v2/write?bucket=metrics/autogen").isPermitted)
  }

  // MARK: org and orgID, as 2.9.1 answers a token of the login's organization

  @Test(arguments: [
    ("bucket=metrics/autogen&org=default", 204, ""), ("bucket=metrics/autogen&org=000000000000000a", 204, ""),
    ("bucket=metrics/autogen&orgID=000000000000000a&org=lab", 204, ""),
    ("bucket=0000000000000100&org=default", 204, ""),
    ("bucket=metrics/autogen", 400, "Please provide either orgID or org"),
    ("bucket=metrics/autogen&org=&orgID=", 400, "Please provide either orgID or org"),
    ("bucket=metrics/autogen&org=nope", 404, "organization name \"nope\" not found"),
    ("bucket=metrics/autogen&orgID=00000000000000ff", 404, "organization not found"),
    ("bucket=metrics/autogen&orgID=lab", 400, "id must have a length of 16 bytes"),
    ("bucket=metrics/autogen&org=lab", 403, "insufficient permissions for write"),
    ("bucket=onlylab&org=lab", 403, "insufficient permissions for write"),
    ("bucket=nope&org=lab", 404, "bucket \"nope\" not found"),
    // 2.9.1 takes the bucket that the identifier means, whatever is named beside it.
    ("bucket=0000000000000100&org=lab", 403, "insufficient permissions for write"),
    ("bucket=0000000000000200&org=default", 403, "insufficient permissions for write"),
  ])
  func answersTheOrganizationThatAWriteNames(query: String, status: Int, message: String) throws {
    let decision = try Self.gate().write("/api/v2/write?\(query)", login: "every")
    if status == 204 {
      #expect(decision.isPermitted)
      #expect(decision.line.contains("org=000000000000000a"))
    } else {
      #expect(decision.status == status && decision.refusal?.message == message)
    }
  }

  @Test func deletesInTheLoginsOrganizationAlone() throws {
    let gate = try Self.gate()
    #expect(gate.write("/api/v2/delete?bucket=metrics/autogen&org=default", login: "every").isPermitted)
    #expect(gate.write("/api/v2/delete?bucket=metrics/autogen", login: "every").status == 400)
    #expect(gate.write("/api/v2/delete?bucket=metrics/autogen&org=lab", login: "every").status == 403)
    #expect(gate.write("/api/v2/delete?bucketID=0000000000000200&org=default", login: "every").status == 403)
  }
}
