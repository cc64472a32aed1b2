// Every recorded management step over the wire: answered as InfluxDB 2.9.1 did, or for a reason that stands in an overrides file.

import Testing

@Suite struct ManagementReplayTests {
  /// The members that the recordings' description names.
  private static let members =
    "orgs,buckets,content,id,name,status,orgID,bucketID,type,database,retention_policy,default,virtual,code,message"

  @Test(arguments: ["/private/legacy", "/legacy"])
  func answersAsTheRecordedServerBeforeInfluxDB2(prefix: String) throws {
    try RecordedStage.playBeforeInfluxDB2 { stage in
      try stage.replay("legacy-api", prefix: prefix, overrides: ["legacy-api"])
      try stage.replay(
        "scoped-callers", prefix: prefix, overrides: ["scoped-callers", "scoped-callers.influxdb-2"])
    }
  }

  @Test(arguments: ["/private/legacy", "/legacy"])
  func answersAsTheRecordedServerBeforeInfluxDB1(prefix: String) throws {
    try RecordedStage.playBeforeInfluxDB1 { stage in
      try stage.replay("legacy-api", prefix: prefix, overrides: ["legacy-api"])
      try stage.replay(
        "scoped-callers", prefix: prefix, overrides: ["scoped-callers", "scoped-callers.influxdb-1"])
    }
  }

  @Test func showsTheDirectoryOfInfluxDB2AsTheRecordedServer() throws {
    try RecordedStage.playBeforeInfluxDB2 {
      try $0.replay("directory", overrides: ["directory"], members: Self.members)
    }
  }

  @Test func showsTheDirectoryOfInfluxDB1AsTheRecordedServer() throws {
    try RecordedStage.playBeforeInfluxDB1 {
      try $0.replay("directory", overrides: ["directory", "directory.influxdb-1"], members: Self.members)
    }
  }

  @Test func contentsInfluxDBsOwnCommandLineClient() throws {
    let recording = Paths.fixture("conformance/recorded/influx-cli-2.8.0-v1-auth.jsonl")
    try RecordedStage.playBeforeInfluxDB2 { try $0.run("influx_cli.py", [recording]) }
    try RecordedStage.playBeforeInfluxDB1 { try $0.run("influx_cli.py", [recording]) }
  }
}
