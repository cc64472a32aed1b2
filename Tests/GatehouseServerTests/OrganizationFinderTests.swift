// Which organization the gateway's credentials are of, as far as the databases that they see tell.

import Authorizations
import Formats
import Testing

@testable import GatehouseServer

@Suite struct OrganizationFinderTests {
  private static let plant = Identifier(nonzero: 1)
  private static let lab = Identifier(nonzero: 2)

  private static func directory(_ plantHas: [String], _ labHas: [String]?) -> Directory {
    let owned = plantHas.map { (plant, $0) } + (labHas ?? []).map { (lab, $0) }
    let mappings = owned.enumerated().map { place, one in
      let id = Identifier(nonzero: 100 + UInt64(place))
      return Mapping(
        id: id, organizationID: one.0, database: one.1, retentionPolicy: "autogen", bucketID: id, isDefault: true)
    }
    return Directory(
      organizations: [Organization(id: plant, name: "plant")]
        + (labHas == nil ? [] : [Organization(id: lab, name: "lab")]),
      users: [], buckets: [], mappings: mappings)
  }

  private static func shown(_ names: String...) -> Set<[UInt8]> { Set(names.map { Array($0.utf8) }) }

  private static func isUnknown(_ finding: OrganizationFinder.Finding) -> Bool {
    if case .unknown = finding { true } else { false }
  }

  @Test func asksNothingWhereThereIsOneOrganization() {
    var finder = OrganizationFinder(named: nil)
    let directory = Self.directory(["metrics"], nil)
    #expect(!finder.mustAsk(directory, credentials: 1))
    #expect(finder.find(in: directory, shown: nil, credentials: 1) == .organization(Self.plant))
  }

  @Test func findsTheOneThatHasWhatTheCredentialSees() {
    let directory = Self.directory(["metrics", "secret"], ["metrics", "onlylab"])
    for (databases, expected) in [
      (Self.shown("metrics", "secret", "_monitoring"), Self.plant), (Self.shown("onlylab"), Self.lab),
    ] {
      var finder = OrganizationFinder(named: nil)
      #expect(finder.mustAsk(directory, credentials: 1))
      #expect(finder.find(in: directory, shown: [databases], credentials: 1) == .organization(expected))
    }
  }

  @Test func takesNothingForGrantedWhereSeveralWouldDo() {
    let directory = Self.directory(["metrics", "secret"], ["metrics"])
    for shown in [
      [Self.shown("metrics")], [Self.shown()], [Self.shown("gone")], nil,
      // One that sees nothing is not proven by another, nor by one that sees what the directory does not hold.
      [Self.shown("secret"), Self.shown("_tasks")], [Self.shown("secret", "elsewhere")],
      // Credentials of two organizations.
      [Self.shown("secret"), Self.shown("onlylab")],
    ] {
      var finder = OrganizationFinder(named: nil)
      let directory = shown?.last == Self.shown("onlylab") ? Self.directory(["secret"], ["onlylab"]) : directory
      #expect(Self.isUnknown(finder.find(in: directory, shown: shown, credentials: 1)), "\(shown as Any)")
    }
  }

  /// An operator's token may see one organization, and the everyday one be of another.
  @Test func provesEveryCredentialWhereOneReadsTheDirectoryAndAnotherTheData() {
    let directory = Self.directory(["metrics"], nil)
    for (everyday, isProven) in [
      (Self.shown("metrics"), true), (Self.shown("metrics", "theirs"), false), (Self.shown("theirs"), false),
      (Self.shown(), false),
    ] {
      var finder = OrganizationFinder(named: nil)
      #expect(finder.mustAsk(directory, credentials: 1, .readWithAnother))
      let finding = finder.find(
        in: directory, shown: [everyday, Self.shown("metrics", "_tasks")], credentials: 1, .readWithAnother)
      #expect(finding == .organization(Self.plant) || !isProven, "\(everyday)")
      #expect(Self.isUnknown(finding) || isProven, "\(everyday)")
    }
  }

  @Test func lookIntoAFileThatDoesNotNameAllThereIs() {
    let declared = Self.directory(["metrics", "secret"], ["onlylab"])
    var finder = OrganizationFinder(named: nil)
    let shown = Self.shown("metrics", "undeclared")
    #expect(finder.find(in: declared, shown: [shown], credentials: 1, .declared) == .organization(Self.plant))
    let one = Self.directory(["metrics"], nil)
    #expect(!finder.mustAsk(one, credentials: 2, .declared))
    #expect(finder.find(in: one, shown: nil, credentials: 2, .declared) == .organization(Self.plant))
  }

  @Test func remembersWhatItFoundForTheseCredentialsAlone() {
    var finder = OrganizationFinder(named: nil)
    let told = Self.directory(["metrics", "secret"], ["metrics"])
    #expect(
      finder.find(in: told, shown: [Self.shown("metrics", "secret")], credentials: 1) == .organization(Self.plant))
    // The other one has made a database of the same name since.
    let equal = Self.directory(["metrics", "secret"], ["metrics", "secret"])
    #expect(!finder.mustAsk(equal, credentials: 1))
    #expect(finder.find(in: equal, shown: nil, credentials: 1) == .organization(Self.plant))
    #expect(finder.mustAsk(equal, credentials: 2))
    #expect(Self.isUnknown(finder.find(in: equal, shown: [Self.shown("metrics")], credentials: 2)))
  }

  @Test func believesTheNameThatIsConfiguredUnlessTheUpstreamSaysOtherwise() {
    let equal = Self.directory(["metrics"], ["metrics"])
    var finder = OrganizationFinder(named: "lab")
    #expect(finder.find(in: equal, shown: [Self.shown("metrics")], credentials: 1) == .organization(Self.lab))
    let told = Self.directory(["metrics", "secret"], ["metrics"])
    var contradicted = OrganizationFinder(named: "lab")
    #expect(Self.isUnknown(contradicted.find(in: told, shown: [Self.shown("secret")], credentials: 1)))
    var unknown = OrganizationFinder(named: "nope")
    #expect(Self.isUnknown(unknown.find(in: Self.directory(["metrics"], nil), shown: nil, credentials: 1)))
  }
}
