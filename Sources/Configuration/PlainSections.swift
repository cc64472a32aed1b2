// The sections that are a list of keys with ranges: store, policy, limits, timeouts, log and passwords.

import Formats

extension Configuration.Store {
  init(_ table: inout TableReader, _ surroundings: Surroundings) {
    path = surroundings.path("path", of: &table)?.value ?? surroundings.resolved(path)
  }
}

extension Configuration.Policy {
  init(_ table: inout TableReader) {
    strictMethods = table.boolean("strict_methods")?.value ?? strictMethods
    cutStreams = table.boolean("cut_streams")?.value ?? cutStreams
  }
}

extension Configuration.Limits {
  init(_ table: inout TableReader, dialect: Dialect?) {
    connections = table.integer("connections", in: 1...10_000_000) ?? connections
    unauthenticatedPerSource = table.integer("unauthenticated_per_source", in: 1...10_000_000)
    headBytes = table.size("head_bytes", in: 1_024...1_048_576) ?? headBytes
    targetBytes = table.size("target_bytes", in: 1_024...4_194_304) ?? targetBytes
    headFields = table.integer("head_fields", in: 8...10_000) ?? headFields
    collectBytes = table.size("collect_bytes", in: 0...16_777_216) ?? collectBytes
    writeBytes = table.size("write_bytes", in: 1...(1 << 40)) ?? writeBytes
    writeDecodedBytes =
      table.size("write_decoded_bytes", in: 1...(1 << 40)) ?? dialect?.writeDecodedBytes ?? writeDecodedBytes
    queryBytes = table.size("query_bytes", in: 1_024...(1 << 30)) ?? queryBytes
    managementBytes = table.size("management_bytes", in: 1_024...16_777_216) ?? managementBytes
    upstreamConnections = table.integer("upstream_connections", in: 1...65_536) ?? upstreamConnections
  }
}

extension Configuration.Timeouts {
  /// A day: more is a slip of the pen, and still fits every clock.
  private static let longest = 86_400_000

  init(_ table: inout TableReader) {
    let range = 1...Self.longest
    handshake = table.duration("handshake", in: range)?.value ?? handshake
    head = table.duration("head", in: range)?.value ?? head
    bodyProgress = table.duration("body_progress", in: range)?.value ?? bodyProgress
    write = table.duration("write", in: range)?.value ?? write
    sendProgress = table.duration("send_progress", in: range)?.value ?? sendProgress
    idle = table.duration("idle", in: range)?.value ?? idle
    upstreamConnect = table.duration("upstream_connect", in: range)?.value ?? upstreamConnect
    upstreamResponse = table.duration("upstream_response", in: range)?.value ?? upstreamResponse
    upstreamIdle = table.duration("upstream_idle", in: range)?.value ?? upstreamIdle
    drain = table.duration("drain", in: 0...Self.longest)?.value ?? drain
  }
}

extension Configuration.Log {
  init(_ table: inout TableReader, _ surroundings: Surroundings) {
    readAccess(&table, surroundings)
    readAudit(&table, surroundings)
    level = table.choice("level") ?? level
  }

  /// A file and nothing else: what cannot be kept is not done, and a pipe keeps nothing.
  private mutating func readAudit(_ table: inout TableReader, _ surroundings: Surroundings) {
    guard let node = table.take("audit") else { return }
    switch node.value {
    case .boolean(false): audit = nil
    case .string(let path):
      if table.check(Located(value: path, position: node.position), of: "audit") {
        audit = surroundings.resolved(path)
      }
    default: table.wrongType("audit", node, expected: "a path or false")
    }
  }

  private mutating func readAccess(_ table: inout TableReader, _ surroundings: Surroundings) {
    guard let node = table.take("access") else { return }
    switch node.value {
    case .boolean(false): access = nil
    case .string("-"): access = "-"
    case .string(let path):
      if table.check(Located(value: path, position: node.position), of: "access") {
        access = surroundings.resolved(path)
      }
    default: table.wrongType("access", node, expected: "\"-\", a path or false")
    }
  }
}

extension Configuration.Passwords {
  init(_ table: inout TableReader) {
    cost = table.integer("cost", in: 4...PasswordHash.maximumCost) ?? cost
    workers = table.integer("workers", in: 1...256)
    queue = table.integer("queue", in: 1...1_000_000) ?? queue
    strong = table.boolean("strong")?.value ?? strong
  }
}
