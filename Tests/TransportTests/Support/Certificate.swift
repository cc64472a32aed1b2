// Self-signed certificates, made by OpenSSL's command in a temporary folder.

import Foundation

@testable import Transport

struct Certificate: Sendable {
  let certificatePath: String
  let keyPath: String

  /// For `localhost` and 127.0.0.1; each is made once for the whole run.
  static var localhost: Certificate { get throws { try madeForLocalhost.get() } }
  static var other: Certificate { get throws { try madeForOther.get() } }

  private static let madeForLocalhost = Result {
    try Certificate(name: "localhost", alternatives: "DNS:localhost,IP:127.0.0.1")
  }
  private static let madeForOther = Result {
    try Certificate(name: "other.example", alternatives: "DNS:other.example")
  }

  struct Failure: Error {}

  init(name: String, alternatives: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "transport-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    certificatePath = folder.appending(path: "certificate.pem").path
    keyPath = folder.appending(path: "key.pem").path
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(alternatives)", "-keyout", keyPath, "-out", certificatePath,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure() }
  }

  var settings: ServerTLSSettings {
    ServerTLSSettings(
      certificatePath: certificatePath, keyPath: keyPath, requiresTLS13: false, ciphers: nil, cipherSuites: nil,
      ticketKeys: [UInt8](repeating: 7, count: 80))
  }
}
