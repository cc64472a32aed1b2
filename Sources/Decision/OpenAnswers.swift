// `/ping` and `/health`: open to anyone, answered here from what is known of the upstream.

import Authorizations
import Formats
import HTTP
import JSON

enum OpenAnswers {
  /// 204 with the upstream's version, by which clients tell servers apart; with `verbose=true` 200, as 1.12.4.
  @Sendable static func ping(
    _ state: DecisionState, _: DecisionSources, _ view: RequestView
  ) throws(EarlyEnd) -> LocalAnswer {
    guard state.status.isReachable else { throw .refuse(.unavailable("the upstream is not reachable")) }
    let status = state.status
    let dialect = AnswerDialect(upstream: state.settings.dialect, version: status.version, isAPI2: false)
    let verbose = view.head.query.flatMap { try? FormValues(view.bytes[bytes: $0]) }?["verbose"] ?? []
    guard !verbose.isEmpty, !verbose.elementsEqual("false".utf8), !verbose.elementsEqual("0".utf8) else {
      return LocalAnswer(status: 204, fields: dialect.common + [("Content-Type", "application/json")])
    }
    var body = Array("{\"version\":".utf8)
    JSONWriter.appendQuoted(status.version ?? "", to: &body)
    body += Array("}\n".utf8)
    return LocalAnswer(status: 200, fields: dialect.common + [("Content-Type", "application/json")], body: body)
  }

  /// In the form of InfluxDB 1.12 and 2.x; 503 where the gateway cannot serve data. Every condition that holds is told as a
  /// check, those with which data goes on too.
  @Sendable static func health(
    _ state: DecisionState, _ sources: DecisionSources, _: RequestView
  ) throws(EarlyEnd) -> LocalAnswer {
    let status = state.status
    let dialect = AnswerDialect(upstream: state.settings.dialect, version: status.version, isAPI2: false)
    let report = sources.health()
    let failure: String? =
      if report.isDraining {
        "draining"
      } else if let check = report.checks.first(where: \.failsHealth) {
        check.message
      } else if !status.isReachable {
        "the upstream is not reachable"
      } else {
        status.hasDirectory ? nil : "the directory is not loaded"
      }
    let passes = failure == nil
    var body = Array("{\"checks\":[".utf8)
    for (place, check) in report.checks.enumerated() {
      let comma = place > 0 ? "," : ""
      body += Array("\(comma){\"name\":\"\(check.name)\",\"status\":\"fail\",\"message\":".utf8)
      JSONWriter.appendQuoted(check.message, to: &body)
      body.append(UInt8(ascii: "}"))
    }
    body += Array("],\"message\":".utf8)
    JSONWriter.appendQuoted(failure ?? "ready for queries and writes", to: &body)
    body += Array(",\"name\":\"influxdb\",\"status\":\"\(passes ? "pass" : "fail")\"".utf8)
    if let version = status.version {
      body += Array(",\"version\":".utf8)
      JSONWriter.appendQuoted(version, to: &body)
    }
    body += Array("}\n".utf8)
    var fields = dialect.common + [("Content-Type", "application/json")]
    if !passes { fields.append(("Retry-After", "1")) }
    return LocalAnswer(status: passes ? 200 : 503, fields: fields, body: body)
  }
}
