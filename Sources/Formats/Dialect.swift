// The language of the InfluxDB behind, as what it can and how it says things: nothing outside asks which one it is.

/// A further dialect is one further value in this file; whoever acts on the difference asks for the capability.
public struct Dialect: Sendable, Equatable {
  /// As the configuration spells it.
  enum Word: String, Sendable {
    case influxDB1 = "influxdb-1"
    case influxDB2 = "influxdb-2"
  }

  let word: Word
  /// The first part of the version that such a server says it is.
  public let majorVersion: UInt8

  // MARK: What it has

  /// Tokens of its own, which is then what gatehouse logs in with; else logins.
  public let hasOwnTokens: Bool
  /// Databases with retention policies, each of which is the bucket `database/policy`; else buckets of any name.
  public let hasRetentionPolicies: Bool
  /// DBRP mappings, by which a database and retention policy lead to a bucket; virtual ones among them.
  public let hasMappings: Bool
  /// Organizations and users that own buckets.
  public let hasOrganizations: Bool
  /// The v2 API whole, with sessions, and not just the few endpoints that are there for compatibility.
  public let hasAPI2: Bool
  /// `/api/v1/prom/read` and `/api/v1/prom/write`.
  public let hasPrometheus: Bool
  /// Continuous queries, which go on when nobody asks.
  public let hasContinuousQueries: Bool

  // MARK: What it understands

  /// Whether Flux can write, by `to()`.
  public let writesByFlux: Bool
  /// Whether a server of it may have Flux turned off, and say so by a 403.
  public let mayHaveFluxOff: Bool
  /// Whether a query may be sent as `application/vnd.influxql`.
  public let takesBareStatements: Bool
  /// `async=true` of a query.
  public let takesAsynchronousQueries: Bool
  /// `consistency` of a write.
  public let takesConsistency: Bool
  /// `pretty=true` in the URL.
  public let indentsAnswers: Bool
  /// Whether `Content-Encoding: x-gzip` is inflated like `gzip`.
  public let inflatesXGzip: Bool
  /// How `precision` of a write is spelled.
  public let precisionWords: PrecisionWords

  // MARK: What it permits

  /// Whether `DROP MEASUREMENT` is an administrator's; else it deletes points, like a writer.
  public let dropsMeasurementsAsAdministrator: Bool
  /// Whether metadata are read of the one bucket that is mapped, and not throughout the database.
  public let readsMetadataOfOneBucket: Bool
  /// Whether `SHOW DATABASES` lists to a writer what it may not read.
  public let showsDatabasesToWriters: Bool

  // MARK: How it answers

  public let errorShape: ErrorShape
  /// Largest body of a write once unpacked that is asked of it where the configuration names none, bytes.
  public let writeDecodedBytes: Int

  /// The names of units of time in `precision`.
  public enum PrecisionWords: Sendable, Equatable {
    /// `n`, `u`, `ms`, `s`, `m`, `h`.
    case letters
    /// `ns`, `us`, `ms`, `s`: there is neither minute nor hour.
    case abbreviations
  }

  /// What an error looks like.
  public enum ErrorShape: Sendable, Equatable {
    /// `{"error": …}`, with names in the text; of some, plain text.
    case message
    /// `{"code": …, "message": …}`, in words that tell nobody which names there are.
    case code
  }
}

extension Dialect {
  public static let influxDB1 = Dialect(
    word: .influxDB1, majorVersion: 1,
    hasOwnTokens: false, hasRetentionPolicies: true, hasMappings: false, hasOrganizations: false, hasAPI2: false,
    hasPrometheus: true, hasContinuousQueries: true,
    writesByFlux: false, mayHaveFluxOff: true, takesBareStatements: false, takesAsynchronousQueries: true,
    takesConsistency: true,
    indentsAnswers: true, inflatesXGzip: false, precisionWords: .letters,
    dropsMeasurementsAsAdministrator: true, readsMetadataOfOneBucket: false, showsDatabasesToWriters: true,
    // It takes no more than that of a plain body.
    errorShape: .message, writeDecodedBytes: 26_214_400)

  public static let influxDB2 = Dialect(
    word: .influxDB2, majorVersion: 2,
    hasOwnTokens: true, hasRetentionPolicies: false, hasMappings: true, hasOrganizations: true, hasAPI2: true,
    hasPrometheus: false, hasContinuousQueries: false,
    writesByFlux: true, mayHaveFluxOff: false, takesBareStatements: true, takesAsynchronousQueries: false,
    takesConsistency: false,
    indentsAnswers: false, inflatesXGzip: true, precisionWords: .abbreviations,
    dropsMeasurementsAsAdministrator: false, readsMetadataOfOneBucket: true, showsDatabasesToWriters: false,
    // It has no limit of its own.
    errorShape: .code, writeDecodedBytes: 52_428_800)
}

/// The words of the configuration.
extension Dialect: RawRepresentable, CaseIterable {
  public static var allCases: [Dialect] { [influxDB1, influxDB2] }

  public var rawValue: String { word.rawValue }

  public init?(rawValue: String) {
    guard let word = Word(rawValue: rawValue), let dialect = Self.allCases.first(where: { $0.word == word }) else {
      return nil
    }
    self = dialect
  }

  public static func == (left: Self, right: Self) -> Bool { left.word == right.word }
}
