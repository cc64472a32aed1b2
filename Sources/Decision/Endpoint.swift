// The endpoints that gatehouse serves itself: one row for each.

import Access
import Formats
import HTTP

/// A path, and all that is settled by it alone. A new one is a row of `Endpoint.table` and the function that it names.
public struct Endpoint: Sendable {
  /// For metrics and the access log.
  public enum Kind: Sendable { case ping, health, write, query, management, other }

  /// Which methods are taken; what a 405 says is as recorded.
  enum Methods: Sendable {
    case getOrHead
    case post
    /// A 405 names OPTIONS as well.
    case postOfV1
    case getOrPostOfV1

    var allow: StaticString {
      switch self {
      case .getOrHead: "HEAD, GET"
      case .post: "POST"
      case .postOfV1: "OPTIONS, POST"
      case .getOrPostOfV1: "OPTIONS, GET, POST"
      }
    }

    /// Of the 405 to OPTIONS.
    var preflightAllow: StaticString { self == .getOrPostOfV1 ? "OPTIONS, GET, POST" : "OPTIONS, POST" }

    func take(_ method: HTTP.Method) -> Bool {
      switch method {
      case .get: self == .getOrHead || self == .getOrPostOfV1
      case .head: self == .getOrHead
      case .post: self != .getOrHead
      default: false
      }
    }
  }

  /// Who answers, and what has to be known for it.
  enum Treatment: Sendable {
    /// Answered here, to anyone.
    case open(@Sendable (DecisionState, DecisionSources, RequestView) throws(EarlyEnd) -> LocalAnswer)
    /// For who may log in or has a token: understood, permitted and said anew to the upstream.
    case data(
      @Sendable (RequestContext, inout DecisionCache, inout DecisionNotes) throws(EarlyEnd) -> Understanding)
  }

  /// What becomes of a token that is not known here, where the upstream has tokens of its own.
  enum ForeignTokens: Sendable {
    /// What it asks for is understood, and judged by the upstream.
    case carried
    /// The request passes through as it came, where such traffic does.
    case passedThrough
  }

  /// Of which upstreams it is an endpoint.
  enum Availability: Sendable { case always, prometheus }

  let path: StaticString
  let methods: Methods
  /// What the listener must serve; none for what is open.
  let service: Services
  let kind: Kind
  let treatment: Treatment
  /// Whether whatever is sent there changes something.
  var alwaysChanges = false
  var foreignTokens = ForeignTokens.carried
  var availability = Availability.always
  /// Whether what lies below the path, and its other spellings, name nothing. Otherwise the upstream has endpoints there.
  var closesBelow = true
  /// Whether its 405 is plain text in front of 2.x too, as recorded.
  var refusesPlainly = false

  /// Those that are asked for most come first.
  static let table: [Endpoint] = [
    Endpoint(
      path: "/write", methods: .postOfV1, service: .data, kind: .write, treatment: .data(WriteReader.write),
      alwaysChanges: true),
    Endpoint(
      path: "/query", methods: .getOrPostOfV1, service: .data, kind: .query, treatment: .data(QueryReader.query)),
    Endpoint(
      path: "/api/v2/write", methods: .post, service: .data, kind: .write, treatment: .data(WriteReader.bucketWrite),
      alwaysChanges: true),
    Endpoint(
      path: "/api/v1/prom/write", methods: .post, service: .data, kind: .write,
      treatment: .data(OpaqueReader.prometheusWrite), alwaysChanges: true, availability: .prometheus),
    Endpoint(
      path: "/api/v1/prom/read", methods: .post, service: .data, kind: .query,
      treatment: .data(OpaqueReader.prometheusRead), availability: .prometheus),
    Endpoint(
      path: "/api/v2/query", methods: .post, service: .data, kind: .query, treatment: .data(OpaqueReader.flux),
      foreignTokens: .passedThrough, closesBelow: false),
    Endpoint(
      path: "/api/v2/delete", methods: .post, service: .data, kind: .write, treatment: .data(OpaqueReader.deletion),
      alwaysChanges: true, foreignTokens: .passedThrough),
    Endpoint(
      path: "/ping", methods: .getOrHead, service: [], kind: .ping, treatment: .open(OpenAnswers.ping),
      refusesPlainly: true),
    Endpoint(path: "/status", methods: .getOrHead, service: [], kind: .ping, treatment: .open(OpenAnswers.ping)),
    Endpoint(
      path: "/health", methods: .getOrHead, service: [], kind: .health, treatment: .open(OpenAnswers.health),
      refusesPlainly: true),
  ]

  /// The endpoint at exactly this path.
  static func at(_ path: UnsafeRawBufferPointer) -> Endpoint? {
    for place in table.indices where path.equals(table[place].path) { return table[place] }
    return nil
  }

  /// 405 where the method is none of those that are taken.
  func requireMethod(_ view: RequestView, _ dialect: Dialect) throws(EarlyEnd) {
    if methods.take(view.head.method) { return }
    var refusal = Refusal.methodNotAllowed(methods.allow)
    if dialect.errorShape == .code, !refusesPlainly {
      refusal.isPlainText = false
      refusal.message = "allow: \(methods.allow)"
    }
    throw .refuse(refusal)
  }
}
