// Everything under config/ is loaded as an operator would load it, from real files.

import Configuration
import Foundation
import Testing

private let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "config")

/// A copy of config/ with the certificates and secrets that its files name.
private final class Installation {
  let folder: URL

  init() throws {
    let manager = FileManager.default
    folder = manager.temporaryDirectory.appending(path: "gatehouse-config-\(UUID().uuidString)")
    try manager.copyItem(at: shipped, to: folder)
    try manager.createDirectory(at: folder.appending(path: "tls"), withIntermediateDirectories: true)
    try write("-----BEGIN CERTIFICATE-----\n", to: "tls/server.crt", mode: 0o644)
    try write("-----BEGIN CERTIFICATE-----\n", to: "tls/ca.crt", mode: 0o644)
    try write("-----BEGIN PRIVATE KEY-----\n", to: "tls/server.key", mode: 0o640)
    try write("upstream secret\n", to: "upstream-password", mode: 0o600)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ text: String, to name: String, mode: Int) throws {
    let path = folder.appending(path: name).path
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  func load(_ name: String) throws -> Configuration {
    try Configuration.load(
      path: folder.appending(path: name).path, environment: { $0 == "UPSTREAM_TOKEN" ? "a-token" : nil })
  }
}

@Test(
  arguments: try FileManager.default.contentsOfDirectory(atPath: shipped.path).filter { $0.hasSuffix(".toml") }.sorted()
)
func shippedFileIsRight(name: String) throws {
  _ = try Installation().load(name)
}

@Test func shippedFilesAreTheDocumentedOnes() throws {
  #expect(
    try FileManager.default.contentsOfDirectory(atPath: shipped.path).sorted() == [
      "influxdb-1.toml", "influxdb-2.toml", "minimal.toml", "openapi.yml", "reference.toml",
    ])
}

@Test func referenceGivesTheDefaults() throws {
  let installation = try Installation()
  var reference = try installation.load("reference.toml")
  var minimal = try installation.load("minimal.toml")
  reference.listeners[0].line = 0
  minimal.listeners[0].line = 0
  #expect(reference == minimal)
}

@Test func referenceNamesEveryKey() throws {
  let text = try String(contentsOf: shipped.appending(path: "reference.toml"), encoding: .utf8)
  let shown = Set(
    text.split(separator: "\n").compactMap { line -> String? in
      let bare = line.drop { $0 == "#" || $0 == " " }
      let key = bare.prefix { $0.isLetter || $0 == "_" }
      return bare.dropFirst(key.count).drop { $0 == " " }.hasPrefix("=") ? String(key) : nil
    })
  let keys = [
    "address", "certificate", "key", "plaintext", "minimum_version", "ciphers", "cipher_suites", "serves", "dialect",
    "members", "username", "password", "token", "ca", "idle_connections", "plaintext_credential", "path", "source",
    "organization", "user", "refresh", "other", "password_hash", "status", "description", "read", "write",
    "connections", "head_bytes", "head_fields", "collect_bytes", "write_bytes", "write_decoded_bytes", "query_bytes",
    "management_bytes", "cut_streams",
    "upstream_connections", "handshake", "head", "body_progress", "send_progress", "idle", "upstream_connect",
    "upstream_response", "upstream_idle", "drain", "strict_methods", "access", "audit", "cost", "workers", "queue",
    "strong", "hash", "permissions", "operator",
  ]
  #expect(keys.filter { !shown.contains($0) } == [])
}

@Test func relativePathsStartAtTheFile() throws {
  let installation = try Installation()
  let configuration = try installation.load("minimal.toml")
  #expect(configuration.listeners[0].tls?.keyPath == installation.folder.path + "/tls/server.key")
  #expect(configuration.store.path == installation.folder.path + "/gatehouse.db")
}

@Test func keyThatOthersMayReadIsRefused() throws {
  let installation = try Installation()
  try installation.write("-----BEGIN PRIVATE KEY-----\n", to: "tls/server.key", mode: 0o644)
  let problems = try #require(throws: Problems.self) { _ = try installation.load("minimal.toml") }
  #expect(problems.all.map(\.key) == ["listener.key"])
  #expect(problems.all.first?.message.contains("open to every user") == true)
}

@Test func folderInPlaceOfAFileIsRefused() throws {
  let installation = try Installation()
  let problems = try #require(throws: Problems.self) {
    _ = try Configuration.load(path: installation.folder.path)
  }
  #expect(problems.description == "\(installation.folder.path): is not a regular file")
}

@Test func missingFileIsOneProblem() throws {
  let problems = try #require(throws: Problems.self) { _ = try Configuration.load(path: "/nonexistent/gatehouse.toml") }
  #expect(problems.description == "/nonexistent/gatehouse.toml: cannot be opened: No such file or directory")
}

@Test func inlineSecretInAFileForAllIsAWarning() throws {
  let installation = try Installation()
  try installation.write(minimal, to: "inline.toml", mode: 0o644)
  #expect(try installation.load("inline.toml").warnings.map(\.key) == ["listener.plaintext", "upstream.password"])
  try installation.write(minimal, to: "inline.toml", mode: 0o640)
  #expect(try installation.load("inline.toml").warnings.map(\.key) == ["listener.plaintext"])
}
