// Names of buckets, as databases and policies.

import Formats
import Testing

@Suite struct BucketNameTests {
  @Test(arguments: [
    ("metrics", "metrics", "autogen", "metrics/*"), ("metrics/week", "metrics", "week", "metrics/week"),
    ("metrics/*", "metrics", "*", "metrics/*"), ("a/b/c", "a", "b/c", "a/b/c"),
  ]) func dividesAtTheFirstSlash(text: String, database: String, policy: String, ofPermission: String) throws {
    let name = try #require(BucketName(text))
    #expect(name.database == database && name.retentionPolicy == policy && name.ofPermission == ofPermission)
  }

  @Test(arguments: ["", "/", "/week", "metrics/"]) func readsNoNameOutOfAnEmptyPart(text: String) {
    #expect(BucketName(text) == nil && BucketName(declared: text) == nil)
  }

  @Test(arguments: ["*", "*/*", "*/week", "a/b/c"]) func theFileNamesOneDatabaseAndOnePolicyOfIt(text: String) {
    #expect(BucketName(declared: text) == nil)
  }

  @Test func aPatternMeansTheDatabaseBeforeItAndNothingLonger() {
    #expect(BucketName.pattern("metrics/*", matches: "metrics/week"))
    #expect(BucketName.pattern("metrics/*", matches: "metrics"))
    #expect(!BucketName.pattern("metrics/*", matches: "metrics2/week"))
    #expect(!BucketName.pattern("metrics", matches: "metrics/week"))
    #expect(!BucketName.canMatch("*/*") && !BucketName.canMatch("a/b/*") && BucketName.canMatch("a/*"))
    // The same letter in one scalar and in two is two names.
    #expect(!BucketName.pattern("caf\u{E9}/*", matches: "cafe\u{301}/week"))
  }
}
