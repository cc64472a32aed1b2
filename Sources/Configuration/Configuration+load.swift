// From a file to values: decode every section, collect every problem, and give either values or problems.

import Formats

internal import Glibc

extension Configuration {
  /// No configuration is longer, bytes.
  static let largestFile = 16 << 20

  /// Reads and checks a file, with the files and variables that it names.
  ///
  /// - Parameters:
  ///   - path: the TOML file; relative paths in it are relative to its folder.
  ///   - environment: answers `{ env = "…" }`.
  ///   - readsSecrets: false for those who only ask what the rules are: certificates, keys and secrets are not looked at,
  ///     and need not be readable; what they would have been is empty.
  /// - Throws: everything that is wrong, in the order of lines.
  public static func load(
    path: String,
    environment: (String) -> String? = processVariable,
    files: any FileAccess = SystemFiles(),
    readsSecrets: Bool = true
  ) throws(Problems) -> Configuration {
    let bytes: [UInt8]
    do throws(FileFailure) {
      bytes = try files.contents(of: path, limit: largestFile, isSecret: false)
    } catch {
      throw Problems([Problem(file: path, line: 0, column: 0, key: "", message: error.message)])
    }
    return try decode(bytes, file: path, environment: environment, files: files, readsSecrets: readsSecrets)
  }

  /// Decodes and checks the text of a file.
  ///
  /// - Parameters:
  ///   - file: its path, for messages and as the place that relative paths start from.
  ///   - files: reads the certificates, keys and secrets that the text names.
  /// - Throws: everything that is wrong, in the order of lines.
  public static func decode(
    _ bytes: [UInt8], file: String, environment: (String) -> String?, files: any FileAccess, readsSecrets: Bool = true
  ) throws(Problems) -> Configuration {
    let document: TOMLDocument
    do throws(Problem) {
      document = try TOMLDocument(bytes, file: file)
    } catch {
      throw Problems([error])
    }
    let report = Report(file: file)
    let configuration = withoutActuallyEscaping(environment) { environment in
      let surroundings = Surroundings(
        folder: Surroundings.folder(of: file), isFileOpenToAll: files.isOpenToAll(file), environment: environment,
        files: files, readsSecrets: readsSecrets)
      var root = TableReader(
        document.members, tableName: "", position: Position(line: 1, column: 1), report: report)
      var configuration = Configuration(&root, surroundings)
      root.finish()
      configuration.warnings = report.warnings.inFileOrder
      return configuration
    }
    if !report.problems.isEmpty { throw Problems(report.problems, warnings: configuration.warnings) }
    return configuration
  }

  /// A variable of the process's environment.
  public static func processVariable(_ name: String) -> String? {
    // A name with NUL would be cut at it and find another variable.
    guard !name.utf8.contains(0), let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  private init(_ root: inout TableReader, _ surroundings: Surroundings) {
    listeners = Listener.all(in: &root, surroundings)
    // nil where the dialect itself is missing or unknown: what depends on it is then not judged.
    var dialect: Dialect?
    upstream = root.decode("upstream") { Upstream(&$0, surroundings, dialect: &dialect) }
    store = root.decode("store") { Store(&$0, surroundings) }
    directory = Directory.all(in: &root, dialect: dialect)
    forward = root.decode("forward") { Forward(&$0, dialect: dialect) }
    policy = root.decode("policy") { Policy(&$0) }
    authorizations = DeclaredAuthorization.all(in: &root)
    tokens = Self.tokens(&root, directory: directory, dialect: dialect)
    limits = root.decode("limits") { Limits(&$0, dialect: dialect) }
    timeouts = root.decode("timeouts") { Timeouts(&$0) }
    log = root.decode("log") { Log(&$0, surroundings) }
    passwords = root.decode("passwords") { Passwords(&$0) }
  }
}

extension TableReader {
  /// Decodes the table `[key]` with a closure and reports what that left unread.
  mutating func decode<Value>(_ key: String, _ body: (inout TableReader) -> Value) -> Value {
    var reader = table(key)
    defer { reader.finish() }
    return body(&reader)
  }

  /// Decodes each table `[[key]]` with a closure and reports what that left unread.
  mutating func decodeEach<Value>(_ key: String, _ body: (inout TableReader) -> Value?) -> [Value] {
    tables(key).compactMap { table in
      var reader = table
      defer { reader.finish() }
      return body(&reader)
    }
  }
}
