// swift-tools-version: 6.0
// The modules of gatehouse and which way they may look: an arrow in `dependencies` is the only import allowed.

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "gatehouse",
  products: [.executable(name: "gatehouse", targets: ["gatehouse"])],
  targets: [
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
    .target(name: "CTOML", cxxSettings: [.define("TOML_EXCEPTIONS", to: "0")]),
    .target(name: "CSystem"),

    module("Formats"),
    module("HTTP", ["CZlib", "Formats"]),
    module("JSON", ["Formats"]),
    module("Threading", ["CSystem"]),
    module("InfluxQL"),
    module("Configuration", ["CTOML", "Formats"]),
    module("Observation", ["Formats", "Threading"]),
    module("Authorizations", ["CSQLite", "Formats", "Threading"]),
    module("Access", ["Authorizations", "Formats", "CCrypt", "COpenSSL", "Threading"]),
    module("Transport", ["COpenSSL", "CSystem", "Threading"]),
    module("ManagementAPI", ["Authorizations"]),
    module("Upstream", ["Transport", "HTTP", "CSystem", "Threading"]),
    module(
      "Management",
      [
        "Access", "Authorizations", "Formats", "JSON", "ManagementAPI", "Observation", "Threading",
      ]),
    module(
      "Decision", ["Access", "Authorizations", "Formats", "HTTP", "InfluxQL", "JSON", "ManagementAPI", "Threading"]),
    module(
      "Gateway",
      [
        "Access", "Authorizations", "Decision", "Formats", "HTTP", "JSON", "ManagementAPI", "Observation", "Threading",
        "Transport",
        "Upstream",
      ]),
    module(
      "GatehouseServer",
      [
        "Access", "Authorizations", "Configuration", "CSystem", "Decision", "Formats", "Gateway", "HTTP", "InfluxQL",
        "JSON", "Management", "ManagementAPI", "Observation", "Threading", "Transport", "Upstream",
      ]),
    .executableTarget(
      name: "gatehouse",
      dependencies: [
        "Access", "Authorizations", "Configuration", "Decision", "Formats", "GatehouseServer", "JSON", "Management",
        "Observation", "Threading", "Transport", "Upstream",
      ],
      swiftSettings: settings),

    // Not a part of the product. In a release build it takes `-enable-testing`: `make bench-decision`.
    .executableTarget(
      name: "decision-benchmark",
      dependencies: ["Access", "Authorizations", "Decision", "Formats", "HTTP", "InfluxQL", "Threading"],
      path: "Tests/Benchmarks", swiftSettings: settings),

    .target(name: "TestSupport", dependencies: ["Threading"], path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "TestStore", dependencies: ["Authorizations", "Formats", "Threading"], path: "Tests/TestStore",
      swiftSettings: settings),
    tests("FormatsTests", ["Formats"]),
    tests("HTTPTests", ["HTTP", "Formats", "TestSupport"]),
    tests("InfluxQLTests", ["InfluxQL"]),
    tests("ConfigurationTests", ["Configuration", "Formats", "TestSupport"]),
    tests("AuthorizationsTests", ["Authorizations", "Formats", "TestStore", "Threading"]),
    tests("AccessTests", ["Access", "Authorizations", "Formats", "TestSupport", "Threading"]),
    tests("TransportTests", ["Transport", "TestSupport", "Threading"]),
    tests("UpstreamTests", ["Upstream", "HTTP", "TestSupport", "Threading", "Transport"]),
    tests("ObservationTests", ["Observation", "Formats"]),
    tests("ThreadingTests", ["Threading", "TestSupport"]),
    .target(name: "WorkMeter", path: "Tests/WorkMeter"),
    tests(
      "DecisionTests",
      [
        "Decision", "Access", "Authorizations", "Formats", "HTTP", "InfluxQL", "ManagementAPI", "TestSupport",
        "Threading", "Upstream",
        "WorkMeter",
      ]),
    tests(
      "GatewayTests",
      [
        "Gateway", "Access", "Authorizations", "Formats", "Decision", "HTTP", "Observation", "TestSupport", "Threading",
        "Upstream", "ManagementAPI", "Transport",
      ]),
    tests(
      "GatehouseServerTests",
      [
        "GatehouseServer", "Authorizations", "Configuration", "Formats", "Decision", "Observation", "Threading",
        "Transport",
      ]),
    tests(
      "ManagementTests",
      [
        "Management", "Access", "Authorizations", "Formats", "HTTP", "JSON", "ManagementAPI", "Observation",
        "TestStore", "Threading",
      ]),
    tests(
      "CommandLineTests",
      ["gatehouse", "Access", "Authorizations", "Configuration", "Formats", "GatehouseServer", "JSON", "TestSupport"]),
    tests("StructureTests", []),
    tests("EndToEndTests", ["COpenSSL", "CSystem", "InfluxQL", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
