// Which databases' retention policies were read at the upstream for one request, after it came.

/// The directory is read at intervals, so it may not know yet every policy of a database. What reaches over all of them
/// needs a permission for every one, whatever its name, or a reading that is younger than the request.
public struct PolicyReadings: Sendable {
  private var names: [[UInt8]: [String]] = [:]
  private var trustsDirectory = false

  /// Nothing was read.
  public init() {}

  /// Takes the directory for the whole truth: for explanations, and for what tells of texts but of no data.
  public static let trusting: Self = {
    var readings = Self()
    readings.trustsDirectory = true
    return readings
  }()

  /// - Parameters:
  ///   - database: by the bytes of its name.
  ///   - policies: all that it has.
  public mutating func note(_ database: [UInt8], policies: [String]) { names[database] = policies }

  /// The whole directory was read after the request came, and published.
  public mutating func noteDirectory() { trustsDirectory = true }

  /// All policies of a database that the directory may lack; nil where that is not known.
  func policies(of database: String) -> [String]? {
    names[Array(database.utf8)] ?? (trustsDirectory ? [] : nil)
  }
}
