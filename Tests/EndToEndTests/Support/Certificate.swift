// The self-signed certificate of the run, made once.

struct Certificate: Sendable {
  let folder: TemporaryFolder
  var certificate: String { folder.file("server.crt") }
  var key: String { folder.file("server.key") }

  /// Made at first use; every gatehouse of the suite shows it.
  static let shared = Result { try Certificate() }

  /// Made for one test.
  init(name: String = "localhost") throws {
    folder = try TemporaryFolder()
    _ = try Command.succeed([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout",
      folder.file("server.key"), "-out", folder.file("server.crt"),
    ])
    // Older OpenSSL leaves the key readable by others.
    _ = try Command.succeed(["chmod", "600", folder.file("server.key")])
  }
}
