// Which keys of the configuration a running server takes over from a changed file, and which need a restart.

import Configuration

/// One row for each key; a test holds the table against `config/reference.toml`.
struct ReloadKey {
  enum Effect {
    /// It only lives in what is published or replaced while the server runs.
    case whileRunning
    /// A socket, a thread, a buffer or the store was made from it.
    case atStart
  }

  /// As the file says it, with its section before it.
  let name: String
  let effect: Effect
  private let isEqual: (Configuration, Configuration) -> Bool

  private init<Value: Equatable>(_ name: String, _ effect: Effect, _ path: KeyPath<Configuration, Value>) {
    self.name = name
    self.effect = effect
    isEqual = { $0[keyPath: path] == $1[keyPath: path] }
  }

  /// A key of every `[[listener]]`, compared in the order of the file.
  private init<Value: Equatable>(
    listener name: String, _ effect: Effect, _ value: @escaping (Configuration.Listener) -> Value
  ) {
    self.name = "listener.\(name)"
    self.effect = effect
    isEqual = { old, new in zip(old.listeners, new.listeners).allSatisfy { value($0) == value($1) } }
  }

  /// The keys that cannot be changed while running, and are other in `new`.
  static func refused(_ old: Configuration, _ new: Configuration) -> [String] {
    all.filter { $0.effect == .atStart && !$0.isEqual(old, new) }.map(\.name)
  }

  static var all: [ReloadKey] {
    listeners + upstream + limits + timeouts
      + [
        ReloadKey("store.path", .atStart, \.store.path),
        ReloadKey("directory.source", .atStart, \.directory.source),
        ReloadKey("directory.organization", .atStart, \.directory.organization),
        ReloadKey("directory.user", .atStart, \.directory.user),
        ReloadKey("directory.refresh", .atStart, \.directory.refreshSeconds),
        ReloadKey("organization", .atStart, \.directory.organizations),
        ReloadKey("user", .atStart, \.directory.users),
        ReloadKey("bucket", .atStart, \.directory.buckets),
        ReloadKey("mapping", .atStart, \.directory.mappings),
        ReloadKey("forward.other", .whileRunning, \.forward.other),
        ReloadKey("policy.strict_methods", .whileRunning, \.policy.strictMethods),
        ReloadKey("policy.cut_streams", .whileRunning, \.policy.cutStreams),
        ReloadKey("authorization", .whileRunning, \.authorizations),
        ReloadKey("token", .whileRunning, \.tokens),
        ReloadKey("log.access", .atStart, \.log.access),
        ReloadKey("log.audit", .atStart, \.log.audit),
        ReloadKey("log.level", .atStart, \.log.level),
        ReloadKey("passwords.cost", .atStart, \.passwords.cost),
        ReloadKey("passwords.workers", .atStart, \.passwords.workers),
        ReloadKey("passwords.queue", .atStart, \.passwords.queue),
        ReloadKey("passwords.strong", .atStart, \.passwords.strong),
      ]
  }

  private static var listeners: [ReloadKey] {
    [
      // One more or one less.
      ReloadKey("listener", .atStart, \.listeners.count),
      ReloadKey(listener: "address", .atStart) { "\($0.address) \($0.port)" },
      ReloadKey(listener: "plaintext", .atStart) { $0.tls == nil },
      ReloadKey(listener: "serves", .atStart, \.serves),
      ReloadKey(listener: "certificate", .whileRunning, \.tls?.certificatePath),
      ReloadKey(listener: "key", .whileRunning, \.tls?.keyPath),
      ReloadKey(listener: "minimum_version", .whileRunning, \.tls?.minimumVersion),
      ReloadKey(listener: "ciphers", .whileRunning, \.tls?.ciphers),
      ReloadKey(listener: "cipher_suites", .whileRunning, \.tls?.cipherSuites),
    ]
  }

  private static var upstream: [ReloadKey] {
    [
      ReloadKey("upstream.dialect", .atStart, \.upstream.dialect),
      ReloadKey("upstream.members", .atStart, \.upstream.members),
      ReloadKey("upstream.username", .whileRunning, \.upstream.username),
      ReloadKey("upstream.password", .whileRunning, \.upstream.password),
      ReloadKey("upstream.token", .whileRunning, \.upstream.token),
      ReloadKey("upstream.operator", .whileRunning, \.upstream.operatorCredential),
      ReloadKey("upstream.organization", .atStart, \.upstream.organization),
      ReloadKey("upstream.ca", .atStart, \.upstream.caPath),
      ReloadKey("upstream.idle_connections", .whileRunning, \.upstream.idleConnections),
      ReloadKey("upstream.plaintext_credential", .whileRunning, \.upstream.plaintextCredential),
    ]
  }

  private static var limits: [ReloadKey] {
    [
      // The budget of descriptors is made from it, as from `upstream_connections`.
      ReloadKey("limits.connections", .atStart, \.limits.connections),
      ReloadKey("limits.unauthenticated_per_source", .whileRunning, \.limits.unauthenticatedPerSource),
      // Each loop's scratch has room for a head and a target of these sizes.
      ReloadKey("limits.head_bytes", .atStart, \.limits.headBytes),
      ReloadKey("limits.target_bytes", .atStart, \.limits.targetBytes),
      ReloadKey("limits.head_fields", .whileRunning, \.limits.headFields),
      ReloadKey("limits.collect_bytes", .whileRunning, \.limits.collectBytes),
      ReloadKey("limits.write_bytes", .whileRunning, \.limits.writeBytes),
      ReloadKey("limits.write_decoded_bytes", .whileRunning, \.limits.writeDecodedBytes),
      ReloadKey("limits.query_bytes", .whileRunning, \.limits.queryBytes),
      // The management thread keeps its own.
      ReloadKey("limits.management_bytes", .atStart, \.limits.managementBytes),
      ReloadKey("limits.upstream_connections", .atStart, \.limits.upstreamConnections),
    ]
  }

  private static var timeouts: [ReloadKey] {
    [
      ReloadKey("timeouts.handshake", .whileRunning, \.timeouts.handshake),
      ReloadKey("timeouts.head", .whileRunning, \.timeouts.head),
      ReloadKey("timeouts.body_progress", .whileRunning, \.timeouts.bodyProgress),
      ReloadKey("timeouts.write", .whileRunning, \.timeouts.write),
      ReloadKey("timeouts.send_progress", .whileRunning, \.timeouts.sendProgress),
      ReloadKey("timeouts.idle", .whileRunning, \.timeouts.idle),
      ReloadKey("timeouts.upstream_connect", .whileRunning, \.timeouts.upstreamConnect),
      ReloadKey("timeouts.upstream_response", .whileRunning, \.timeouts.upstreamResponse),
      ReloadKey("timeouts.upstream_idle", .whileRunning, \.timeouts.upstreamIdle),
      ReloadKey("timeouts.drain", .whileRunning, \.timeouts.drain),
    ]
  }
}
