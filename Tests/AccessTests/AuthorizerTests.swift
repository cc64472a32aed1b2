// Who may do what, through permissions, names and mappings.

import Authorizations
import Formats
import Testing

@testable import Access

private let other = identifier(0x0c)

/// metrics/autogen (default), metrics/weekly, secret/autogen, alias/rp1 → bucket `aliased`, foo (no default),
/// and metrics/autogen of another organization.
private let directory = Directory(
  organizations: [Organization(id: organization, name: "default"), Organization(id: other, name: "other")],
  users: [],
  buckets: [
    Bucket(id: identifier(1), name: "metrics/autogen", organizationID: organization),
    Bucket(id: identifier(2), name: "metrics/weekly", organizationID: organization),
    Bucket(id: identifier(3), name: "secret/autogen", organizationID: organization),
    Bucket(id: identifier(4), name: "aliased", organizationID: organization),
    Bucket(id: identifier(5), name: "foo/a", organizationID: organization),
    Bucket(id: identifier(6), name: "metrics/autogen", organizationID: other),
    Bucket(id: identifier(7), name: "unmapped", organizationID: organization),
  ],
  mappings: [
    mapping(1, "metrics", "autogen", isDefault: true), mapping(2, "metrics", "weekly"),
    mapping(3, "secret", "autogen", isDefault: true), mapping(4, "alias", "rp1", isDefault: true),
    mapping(5, "foo", "a"), mapping(6, "metrics", "autogen", isDefault: true, in: other),
    mapping(1, "shadow", "rp", isDefault: true),
  ])

private func mapping(
  _ bucket: UInt64, _ database: String, _ policy: String, isDefault: Bool = false,
  in organization: Identifier = organization
) -> Mapping {
  Mapping(
    id: identifier(0x100 + bucket), organizationID: organization, database: database, retentionPolicy: policy,
    bucketID: identifier(bucket), isDefault: isDefault)
}

private func named(_ action: Action, _ name: String, in organization: Identifier? = organization) -> Permission {
  Permission(action, Resource(type: .buckets, organizationID: organization, name: name))
}

private func bucket(_ action: Action, _ id: UInt64, in organization: Identifier? = organization) -> Permission {
  Permission(action, Resource(type: .buckets, id: identifier(id), organizationID: organization))
}

/// A request of which only the needs matter.
private struct Asked: NeedsPermission {
  let requirements: Requirements
}

private func decide(_ requirements: [Requirement], _ permissions: [Permission]) -> String {
  let principal = Principal(authorization(1, "reader", password: nil, permissions: permissions))
  do {
    guard let needed = Requirements(requirements) else { return "nothing is needed" }
    let permitted = try Authorizer(directory: directory).permit(Asked(requirements: needed), for: principal)
    return "granted "
      + permitted.permit.grants.map { $0.mappings.map(\.bucketID.rawValue.description).joined(separator: "+") }
      .joined(separator: ",")
  } catch {
    return "denied \(error.index) \(error.reason)" + (error.wouldBePermitted ? " wouldBePermitted" : "")
  }
}

@Suite struct AuthorizerTests {
  @Test func grantsADatabaseByItsName() {
    let permissions = [named(.read, "metrics/*")]
    #expect(decide([.read("metrics")], permissions) == "granted 1")
    #expect(decide([.read("metrics", retentionPolicy: "")], permissions) == "granted 1")
    #expect(decide([.read("metrics", retentionPolicy: "weekly")], permissions) == "granted 2")
    #expect(decide([.read("secret")], permissions) == "denied 0 notPermitted")
    #expect(decide([.read("Metrics")], permissions) == "denied 0 unknownDatabase")
    #expect(decide([.write("metrics")], permissions) == "denied 0 notPermitted")
    #expect(decide([.init(.read, .database("metrics"))], permissions) == "granted 1+2")
  }

  @Test func grantsOnePolicyByItsName() {
    let permissions = [named(.read, "metrics/weekly")]
    #expect(decide([.read("metrics", retentionPolicy: "weekly")], permissions) == "granted 2")
    #expect(decide([.read("metrics")], permissions) == "denied 0 notPermitted")
    #expect(decide([.init(.read, .database("metrics"))], permissions) == "denied 0 notPermitted")
  }

  @Test func deniesByTheFirstRequirementThatIsNotMet() {
    let permissions = [named(.read, "metrics/*"), named(.write, "secret/*")]
    #expect(decide([.read("metrics"), .write("secret")], permissions) == "granted 1,3")
    #expect(decide([.read("metrics"), .read("secret"), .read("nope")], permissions) == "denied 1 notPermitted")
  }

  @Test func neverTakesWriteForRead() {
    let permissions = [named(.write, "metrics/*")]
    #expect(decide([.write("metrics")], permissions) == "granted 1")
    #expect(decide([.read("metrics")], permissions) == "denied 0 notPermitted")
  }

  @Test func grantsABucketByItsIdentifierThroughEveryMapping() {
    let permissions = [bucket(.read, 1)]
    #expect(decide([.read("metrics")], permissions) == "granted 1")
    #expect(decide([.read("shadow")], permissions) == "granted 1")
    #expect(decide([.read("metrics", retentionPolicy: "weekly")], permissions) == "denied 0 notPermitted")
  }

  /// `metrics/*` speaks of the database `metrics`: the alias that leads to one of its buckets is another database.
  @Test func grantsByADatabasesNameNoAliasOfItsBuckets() {
    #expect(decide([.read("shadow")], [named(.read, "metrics/*")]) == "denied 0 notPermitted")
    #expect(decide([.read("metrics")], [named(.read, "shadow/*")]) == "denied 0 notPermitted")
    #expect(decide([.read("shadow")], [named(.read, "shadow/*")]) == "granted 1")
    #expect(decide([.read("alias")], [named(.read, "alias/*")]) == "granted 4")
    #expect(decide([.read("alias")], [named(.read, "aliased/*")]) == "denied 0 notPermitted")
  }

  @Test func grantsABucketByItsOwnNameOrItsMappings() {
    #expect(decide([.read("alias")], [named(.read, "aliased")]) == "granted 4")
    #expect(decide([.read("alias", retentionPolicy: "rp1")], [named(.read, "alias/rp1")]) == "granted 4")
    #expect(decide([.read("alias")], [named(.read, "alias")]) == "denied 0 notPermitted")
  }

  @Test(arguments: [
    "", "*", "/*", "*/*", "metrics", "metrics*", "metrics/", "metrics/**", "metrics/*/", "metric/*", "metricss/*",
  ])
  func readsNothingElseAsAPattern(name: String) {
    #expect(decide([.read("metrics")], [named(.read, name)]) == "denied 0 notPermitted")
  }

  /// Swift's `==` takes both spellings for the same text.
  @Test func comparesNamesByteByByte() {
    let directory = Directory(
      organizations: [], users: [], buckets: [],
      mappings: [mapping(1, "caf\u{e9}", "autogen", isDefault: true)])
    for (name, isGranted) in [("caf\u{e9}/*", true), ("cafe\u{301}/*", false), ("cafe\u{301}/autogen", false)] {
      let principal = Principal(authorization(1, "reader", password: nil, permissions: [named(.read, name)]))
      let grants = try? Authorizer(directory: directory).grants(Requirements(.read("caf\u{e9}")), for: principal)
      #expect((grants != nil) == isGranted)
      #expect((try? Authorizer(directory: directory).grants(Requirements(.read("cafe\u{301}")), for: principal)) == nil)
    }
  }

  @Test func staysWithinTheOrganization() {
    #expect(decide([.read("metrics")], [named(.read, "metrics/*", in: other)]) == "denied 0 notPermitted")
    #expect(decide([.read("metrics")], [bucket(.read, 1, in: other)]) == "denied 0 notPermitted")
    #expect(decide([.read("metrics")], [bucket(.read, 6, in: other)]) == "denied 0 notPermitted")
    let everything = Permission(.read, Resource(type: .buckets, organizationID: other))
    #expect(decide([.read("metrics")], [everything]) == "denied 0 notPermitted")
    #expect(decide([.init(.read, .bucket(identifier(6)))], [everything]) == "denied 0 unknownBucket")
  }

  @Test func grantsByWiderPermissions() {
    let requirements: [Requirement] = [.read("metrics"), .read("secret"), .read("alias")]
    let organizationWide = Permission(.read, Resource(type: .buckets, organizationID: organization))
    let unscoped = Permission(.read, Resource(type: .buckets))
    let instance = Permission(.read, Resource(type: .instance))
    for permission in [organizationWide, unscoped, instance] {
      #expect(decide(requirements, [permission]) == "granted 1,3,4")
      #expect(decide([.init(.read, .organization)], [permission]) == "granted ")
      #expect(decide([.write("metrics")], [permission]) == "denied 0 notPermitted")
    }
    #expect(decide([.read("metrics")], [Permission(.read, Resource(type: .tasks))]) == "denied 0 notPermitted")
    #expect(
      decide([.init(.read, .organization)], [named(.read, "metrics/*"), bucket(.read, 1)]) == "denied 0 notPermitted")
  }

  @Test func saysWhatIsUnknownAndWhetherItWouldBePermitted() {
    let some = [named(.read, "metrics/*"), named(.read, "nope/*")]
    #expect(decide([.read("nope")], some) == "denied 0 unknownDatabase wouldBePermitted")
    #expect(decide([.read("nope2")], some) == "denied 0 unknownDatabase")
    #expect(decide([.read("")], some) == "denied 0 unknownDatabase")
    #expect(decide([.init(.read, .database("nope"))], some) == "denied 0 unknownDatabase wouldBePermitted")
    #expect(
      decide([.read("metrics", retentionPolicy: "x")], some) == "denied 0 unknownRetentionPolicy wouldBePermitted")
    #expect(decide([.read("secret", retentionPolicy: "x")], some) == "denied 0 unknownRetentionPolicy")
    #expect(decide([.read("foo")], [named(.read, "foo/*")]) == "denied 0 noDefaultPolicy wouldBePermitted")
    #expect(decide([.read("foo")], []) == "denied 0 noDefaultPolicy")
    #expect(decide([.read("foo", retentionPolicy: "a")], [named(.read, "foo/*")]) == "granted 5")
    #expect(
      decide([.init(.read, .bucket(identifier(99)))], [bucket(.read, 99)]) == "denied 0 unknownBucket wouldBePermitted")
  }

  @Test func grantsABucketByItsIdentifierWhetherMappedOrNot() {
    #expect(decide([.init(.write, .bucket(identifier(7)))], [bucket(.write, 7)]) == "granted ")
    #expect(decide([.init(.write, .bucket(identifier(7)))], [named(.write, "unmapped")]) == "granted ")
    #expect(decide([.init(.write, .bucket(identifier(2)))], [named(.write, "metrics/*")]) == "granted ")
    #expect(decide([.init(.write, .bucket(identifier(3)))], [named(.write, "metrics/*")]) == "denied 0 notPermitted")
  }

  @Test func asksForEverythingWhereAdministrationIsNeeded() {
    #expect(decide([.init(.read, .administration)], .operatorPermissions) == "granted ")
    let allButOne = [Permission](([Permission].operatorPermissions).dropLast())
    #expect(decide([.init(.read, .administration)], allButOne) == "denied 0 notPermitted")
    #expect(decide([.init(.read, .administration)], [named(.read, "metrics/*")]) == "denied 0 notPermitted")
  }

  /// There is no permit for a request of which nobody knows what it needs: an empty list is no list of requirements.
  @Test func permitsNothingThatNeedsNothing() {
    #expect(Requirements([]) == nil)
    #expect(decide([], [Permission(.read, Resource(type: .buckets))]) == "nothing is needed")
  }

  /// The permit is bound to the request that was decided: both come out of one call.
  @Test func bindsThePermitToTheRequest() throws {
    let principal = Principal(authorization(1, "reader", password: nil, permissions: [named(.read, "metrics/*")]))
    let asked = Asked(requirements: Requirements(.read("metrics")))
    let permitted = try Authorizer(directory: directory).permit(asked, for: principal)
    #expect(permitted.permit.principal == principal)
    #expect(permitted.permit.grants.count == permitted.request.requirements.all.count)
  }

  @Test func permitsNothingWithoutPermissions() {
    for target: Requirement.Target in [
      .policy(database: "metrics", retentionPolicy: nil), .database("metrics"), .bucket(identifier(1)), .organization,
      .administration,
    ] {
      for action in Action.allCases { #expect(decide([.init(action, target)], []) == "denied 0 notPermitted") }
    }
    #expect(decide([Requirement(.read, .identity)], []) == "granted ")
  }

  @Test func showsTheDatabasesOfWhichSomethingIsPermitted() {
    func shown(_ permissions: [Permission]) -> [String] {
      let principal = Principal(authorization(1, "reader", password: nil, permissions: permissions))
      return Authorizer(directory: directory).databases([.read, .write], for: principal)
    }
    #expect(shown([]) == [])
    #expect(shown([named(.write, "secret/*"), named(.read, "metrics/weekly")]) == ["metrics", "secret"])
    #expect(shown(.operatorPermissions) == ["metrics", "secret", "alias", "foo", "shadow"])
    #expect(shown([named(.read, "metrics/*", in: other)]) == [])
  }

  @Test func listsThePoliciesThatArePermitted() {
    let principal = Principal(
      authorization(1, "reader", password: nil, permissions: [named(.read, "metrics/weekly")]))
    let mappings = Authorizer(directory: directory).mappings(of: "metrics", .read, for: principal)
    #expect(mappings.map(\.retentionPolicy) == ["weekly"])
  }
}
