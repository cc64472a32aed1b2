// `/ping` and `/health`: open to anyone, answered here from what is known of the upstream.

import Authorizations
import Synchronization
import HTTP
import JSON

extension Gatekeeper {
  /// The answer of an open endpoint, or nil for every other route.
  func openAnswer(_ route: Route, _ view: RequestView) throws(Interruption) -> LocalAnswer? {
    switch route {
    case .ping:
      try requireMethod(view, [.get, .head], allow: "HEAD, GET")
      guard status.isReachable else { throw .refuse(.unavailable("the upstream is not reachable")) }
      return ping(view)
    case .health:
      try requireMethod(view, [.get, .head], allow: "HEAD, GET")
      return health
    default: return nil
    }
  }

  /// 204 with the upstream's version, by which clients tell servers apart; with `verbose=true` 200, as 1.12.4.
  private func ping(_ view: RequestView) -> LocalAnswer {
    let dialect = AnswerDialect(upstream: settings.dialect, version: status.shownVersion, isAPI2: false)
    let verbose = view.head.query.flatMap { try? FormValues(view.bytes[bytes: $0]) }?["verbose"] ?? []
    guard !verbose.isEmpty, !verbose.elementsEqual("false".utf8), !verbose.elementsEqual("0".utf8) else {
      return LocalAnswer(status: 204, fields: dialect.common + [("Content-Type", "application/json")])
    }
    var body = Array("{\"version\":".utf8)
    JSONWriter.appendQuoted(status.shownVersion, to: &body)
    body += Array("}\n".utf8)
    return LocalAnswer(status: 200, fields: dialect.common + [("Content-Type", "application/json")], body: body)
  }

  /// In the form of InfluxDB 1.12 and 2.x; 503 where the gateway cannot serve data. A store that fails is told as a check,
  /// for data goes on.
  private var health: LocalAnswer {
    let dialect = AnswerDialect(upstream: settings.dialect, version: status.shownVersion, isAPI2: false)
    let isDraining = shared.isDraining.load(ordering: .relaxed)
    let passes = status.isReachable && status.hasDirectory && !isDraining
    let message =
      if passes {
        "ready for queries and writes"
      } else if isDraining {
        "draining"
      } else {
        status.isReachable ? "the directory is not loaded" : "the upstream is not reachable"
      }
    let checks =
      shared.storeFails.value
      ? "{\"name\":\"store\",\"status\":\"fail\",\"message\":\"the last change could not be made\"}" : ""
    var body = Array("{\"checks\":[\(checks)],\"message\":".utf8)
    JSONWriter.appendQuoted(message, to: &body)
    body += Array(",\"name\":\"influxdb\",\"status\":\"\(passes ? "pass" : "fail")\",\"version\":".utf8)
    JSONWriter.appendQuoted(status.shownVersion, to: &body)
    body += Array("}\n".utf8)
    var fields = dialect.common + [("Content-Type", "application/json")]
    if !passes { fields.append(("Retry-After", "1")) }
    return LocalAnswer(status: passes ? 200 : 503, fields: fields, body: body)
  }
}
