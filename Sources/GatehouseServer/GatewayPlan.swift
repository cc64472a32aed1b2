// The configuration in the terms of the modules that obey it.

import Access
import Configuration
import Decision
import Gateway
import Threading
import Transport
import Upstream

/// One `[[listener]]`.
struct ListenerPlan: Sendable {
  let address: String
  let port: UInt16
  let tls: ServerTLSSettings?
  let services: Services

  func name(port: UInt16) -> String {
    address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}

struct GatewayPlan: Sendable {
  let listeners: [ListenerPlan]
  let settings: GatewaySettings
  let upstreamLimits: UpstreamLimits
  let upstreamCA: String?
  /// Value of `Authorization` for the gateway's own questions: the operator's, who sees every database, where there is
  /// one.
  let inquiryAuthorization: String
  /// Every such value that is sent upstream.
  let credentials: [String]

  /// - Parameters:
  ///   - ticketKeys: kept over reloads, so that sessions can be resumed.
  ///   - budget: the connections that can be had; nil for those that are wanted.
  init(_ configuration: Configuration, ticketKeys: [UInt8], budget: DescriptorBudget? = nil) {
    listeners = configuration.listeners.map { listener in
      ListenerPlan(
        address: listener.address, port: listener.port,
        tls: listener.tls.map { tls in
          ServerTLSSettings(
            certificatePath: tls.certificatePath, keyPath: tls.keyPath, requiresTLS13: tls.minimumVersion == .tls13,
            ciphers: tls.ciphers, cipherSuites: tls.cipherSuites, ticketKeys: ticketKeys)
        },
        services: Services(
          listener.serves.map { service in
            switch service {
            case .data: .data
            case .management: .management
            }
          }))
    }
    let upstream = configuration.upstream
    upstreamCA = upstream.caPath
    let everyday = Self.authorization(
      .init(username: upstream.username, password: upstream.password, token: upstream.token))
    let operators = upstream.operatorCredential.map(Self.authorization)
    inquiryAuthorization = operators ?? everyday
    credentials = [everyday] + (operators.map { [$0] } ?? [])
    var settings = Self.settings(configuration, everyday: everyday, operators: operators)
    settings.limits.connections = budget?.connections ?? configuration.limits.connections
    settings.limits.unauthenticatedPerSource =
      configuration.limits.unauthenticatedPerSource ?? max(1, settings.limits.connections / 4)
    self.settings = settings
    upstreamLimits = UpstreamLimits(
      connections: budget?.upstreamConnections ?? configuration.limits.upstreamConnections,
      idleConnections: upstream.idleConnections,
      connectTimeout: .milliseconds(configuration.timeouts.upstreamConnect),
      responseTimeout: .milliseconds(configuration.timeouts.upstreamResponse),
      idleTimeout: .milliseconds(configuration.timeouts.upstreamIdle))
  }

  static func authorization(_ credential: Configuration.Upstream.Credential) -> String {
    if let token = credential.token { return "Token \(token.revealed)" }
    let pair = "\(credential.username ?? ""):\(credential.password?.revealed ?? "")"
    return "Basic \(String(decoding: Base64.encode(Array(pair.utf8)), as: UTF8.self))"
  }

  private static func settings(
    _ configuration: Configuration, everyday: String, operators: String?
  ) -> GatewaySettings {
    var settings = GatewaySettings()
    settings.dialect = configuration.upstream.dialect
    settings.other =
      switch configuration.forward.other {
      case .passThrough: .passThrough
      case .deny: .deny
      case .paths(let paths): .paths(paths.map { Array($0.utf8) })
      }
    settings.limits.headBytes = configuration.limits.headBytes
    settings.limits.targetBytes = configuration.limits.targetBytes
    settings.limits.headFields = configuration.limits.headFields
    settings.limits.collectBytes = configuration.limits.collectBytes
    settings.limits.writeBytes = configuration.limits.writeBytes
    settings.limits.writeDecodedBytes = configuration.limits.writeDecodedBytes
    settings.limits.queryBytes = configuration.limits.queryBytes
    settings.limits.managementBytes = configuration.limits.managementBytes
    settings.timeouts.handshake = .milliseconds(configuration.timeouts.handshake)
    settings.timeouts.head = .milliseconds(configuration.timeouts.head)
    settings.timeouts.bodyProgress = .milliseconds(configuration.timeouts.bodyProgress)
    settings.timeouts.write = .milliseconds(configuration.timeouts.write)
    settings.timeouts.sendProgress = .milliseconds(configuration.timeouts.sendProgress)
    settings.timeouts.idle = .milliseconds(configuration.timeouts.idle)
    settings.timeouts.upstreamConnect = .milliseconds(configuration.timeouts.upstreamConnect)
    settings.authorizations = UpstreamAuthorizations(
      everyday: Array(everyday.utf8), operators: operators.map { Array($0.utf8) })
    settings.strictMethods = configuration.policy.strictMethods
    settings.cutsStreams = configuration.policy.cutStreams
    return settings
  }
}

extension UpstreamMember {
  convenience init(_ member: Configuration.Member) {
    self.init(host: member.host, port: member.port, isTLS: member.isTLS)
  }
}
