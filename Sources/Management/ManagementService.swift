// The management API: the legacy authorization API of InfluxDB 2.9.1, and the directory answers its clients need.

import Access
public import Authorizations
import Formats
public import ManagementAPI
public import Threading

/// Answers one request after the other, on one thread: the one that owns the registry.
public final class ManagementService {
  let registry: AuthorizationRegistry
  let operations: AuthorizationOperations
  let directory: DirectoryAnswers
  private let options: Options
  private let lastUses: LastUses
  /// Finds the token of a presented text, whatever its status; nil where it is none of gatehouse's.
  private let verify: (String) -> APIToken?
  private let audit: (AuditRecord) -> Void
  /// Does a piece of work later, in the thread that owns the registry: so a long answer is made in pieces, and between
  /// them others have their turn.
  let perform: @Sendable (@escaping @Sendable () -> Void) -> Void

  public struct Options: Sendable {
    /// Sent as `X-Influxdb-Version`.
    public var version: String
    /// Whether new passwords must hold three of four kinds of characters.
    public var strongPasswords: Bool
    /// Largest request body, bytes.
    public var bodyBytes: Int

    public init(version: String, strongPasswords: Bool = false, bodyBytes: Int = 1 << 20) {
      self.version = version
      self.strongPasswords = strongPasswords
      self.bodyBytes = bodyBytes
    }
  }

  public init(
    registry: AuthorizationRegistry, directory: Publication<Directory>, options: Options,
    lastUses: LastUses = LastUses(), previousUses: LastUses = LastUses(),
    verify: @escaping (String) -> APIToken?,
    audit: @escaping (AuditRecord) -> Void = { _ in }, noteChange: @escaping (ChangeError?) -> Void = { _ in },
    perform: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() }
  ) {
    self.registry = registry
    operations = AuthorizationOperations(
      registry: registry, directory: directory, passwordRules: PasswordRules(strong: options.strongPasswords),
      previousUses: previousUses, noteChange: noteChange)
    self.directory = DirectoryAnswers(directory: directory, perform: perform)
    self.perform = perform
    self.options = options
    self.lastUses = lastUses
    self.verify = verify
    self.audit = audit
  }

  func json(_ request: ManagementCall) -> AuthorizationJSON {
    AuthorizationJSON(
      directory: directory.directory.value, isExtended: request.wantsExtensions, lastUses: lastUses,
      previousUses: operations.previousUses)
  }

  /// - Parameter newPassword: what became of the password that an earlier answer to this request wanted hashed. All
  ///   else is looked at again, for others may have been answered meanwhile.
  public func answer(_ request: ManagementCall, newPassword: NewPassword? = nil) -> ManagementReply {
    if case .login(let permissions) = request.caller { return .answer(buckets(of: request, within: permissions)) }
    var exchange = ManagementExchange(request: request, newPassword: newPassword)
    var answer: ManagementAnswer
    do throws(ManagementError) {
      switch try respond(&exchange) {
      case .answer(let made): answer = made
      case .needsHash(let password, let id): return .needsHash(of: password, for: id)
      }
    } catch {
      exchange.record.refusal = error.detail ?? error.message
      answer = .refusal(error)
    }
    if let warning = exchange.ignored.field, answer.status < 300 { answer.fields.append(warning) }
    exchange.record.ignored = exchange.ignored.logged
    exchange.record.status = answer.status
    if exchange.record.isWorthKeeping { audit(exchange.record) }
    return .answer(withServerFields(answer))
  }

  /// Audits a call that the gateway refused before anybody was authenticated.
  public func note(_ refused: RefusedCall) {
    var record = AuditRecord(refused.call)
    record.operation = AuditRecord.Operation(ManagementRoute(path: refused.call.path), refused.call.method)
    record.status = refused.status
    record.refusal = refused.reason
    audit(record)
  }

  /// The buckets that a v1 login, authenticated by the gateway, may read or write.
  private func buckets(of request: ManagementCall, within permissions: [Permission]) -> ManagementAnswer {
    do throws(ManagementError) {
      return withServerFields(
        try directory.listBuckets(request) { bucket in
          [Action.read, .write].contains { permissions.cover(Permission($0, .of(bucket))) }
        })
    } catch {
      return refusal(error)
    }
  }

  /// A refusal in this API's dialect for what the gateway finds out itself: a body that is too long, say.
  public func refusal(_ error: ManagementError) -> ManagementAnswer { withServerFields(.refusal(error)) }

  /// Clients tell the kind of server by these two.
  private func withServerFields(_ answer: ManagementAnswer) -> ManagementAnswer {
    var answer = answer
    answer.fields += [("X-Influxdb-Build", "OSS"), ("X-Influxdb-Version", options.version)]
    return answer
  }

  private func respond(_ exchange: inout ManagementExchange) throws(ManagementError) -> ManagementReply {
    let request = exchange.request
    if request.isCrossSite { throw ManagementError(.forbidden, "cross-origin requests are not permitted") }
    let route = ManagementRoute(path: request.path)
    // Before authentication, as on the real server: OPTIONS bears no credential.
    if let route, request.method == "OPTIONS" {
      throw .methodNotAllowed(request.method, allowed: route.allowedMethods)
    }
    // What another process changed a moment ago counts already; out of reach, the last known state goes on.
    _ = try? registry.pollForChangesElsewhere()
    exchange.record.operation = AuditRecord.Operation(route, request.method)
    let caller = try authenticate(request)
    exchange.record.caller = caller.token.id
    lastUses.note(CollectionOfOne(caller.token.id), at: registry.now())
    guard let route else { throw .pathNotFound }
    if !request.body.isEmpty { try checkBody(request) }
    if case .password(let id) = route, request.method == "POST" { return try setPassword(id, &exchange, caller) }
    return .answer(try respond(to: route, of: caller, &exchange))
  }

  private func respond(
    to route: ManagementRoute, of caller: Caller, _ exchange: inout ManagementExchange
  ) throws(ManagementError) -> ManagementAnswer {
    switch (route, exchange.request.method) {
    case (.authorizations, "GET"): try list(exchange.request, caller)
    case (.authorizations, "POST"): try create(&exchange, caller)
    case (.authorization(let id), "GET"): try show(id, exchange.request, caller)
    case (.authorization(let id), "PATCH"): try update(id, &exchange, caller)
    case (.authorization(let id), "DELETE"): try delete(id, &exchange, caller)
    case (.me, "GET"): try directory.showUser(caller.token.userID.description, caller)
    case (.user(let id), "GET"): try directory.showUser(id, caller)
    case (.organizations, "GET"): try directory.listOrganizations(exchange.request, caller)
    case (.organization(let id), "GET"): try directory.showOrganization(id, caller)
    case (.buckets, "GET"): try directory.listBuckets(exchange.request) { caller.mayRead($0) }
    case (.bucket(let id), "GET"): try directory.showBucket(id, caller)
    case (.mappings, "GET"): try directory.listMappings(exchange.request, caller)
    default: throw .methodNotAllowed(exchange.request.method, allowed: route.allowedMethods)
    }
  }

  /// `Token x` or `Bearer x`: the scheme in any case, exactly one blank, everything after it the token.
  private func authenticate(_ request: ManagementCall) throws(ManagementError) -> Caller {
    guard let text = request.authorization, !text.isEmpty else {
      throw .unauthorizedAccess("not one Authorization field")
    }
    guard let presented = AuthorizationField(Array(text.utf8))?.token else {
      throw .unauthorizedAccess("Authorization is not Token or Bearer")
    }
    guard let token = verify(String(decoding: presented, as: UTF8.self)) else {
      throw .unauthorizedAccess("unknown token")
    }
    guard token.isActive(at: registry.now()) else {
      throw .unauthorizedAccess(token.status == .active ? "the token has expired" : "the token is inactive")
    }
    let directory = directory.directory.value
    if directory.user(token.userID)?.status == .inactive {
      throw ManagementError(.forbidden, "User is inactive")
    }
    return Caller(token: token, directory: directory)
  }

  private func checkBody(_ request: ManagementCall) throws(ManagementError) {
    guard request.body.count <= options.bodyBytes else {
      throw ManagementError(.requestTooLarge, "request body is larger than \(options.bodyBytes) bytes")
    }
    if let encoding = request.contentEncoding, !encoding.isEmpty, encoding.lowercased() != "identity" {
      throw ManagementError(.unsupportedMediaType, "request bodies must not be encoded")
    }
  }
}
