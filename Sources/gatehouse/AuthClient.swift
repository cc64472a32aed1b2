// Speaks the legacy authorization API to a running gatehouse.

import Formats
import JSON
import Management
import Threading
import Transport
import Upstream

struct AuthClient {
  static let options: [Option] =
    [
      .value("--host", "URL", "the gatehouse; https://localhost:8086 by default"),
      .value("--ca", "FILE", "PEM file of the authority of its certificate; the system's by default"),
    ] + TokenInput.options

  private static let timeout = Interval.seconds(30)
  static let path = "/private/legacy/authorizations"

  private let client: BlockingClient
  /// For messages.
  private let address: String
  private let token: String

  init(_ arguments: Arguments) throws(CommandFailure) {
    let url = arguments.value("--host") ?? "https://localhost:8086"
    guard let address = ServerAddress(url) else {
      throw .usage("--host must be https://HOST[:PORT] or http://HOST[:PORT]")
    }
    token = try TokenInput.read(arguments)
    var tls: ClientTLSContext?
    if address.isTLS {
      do throws(TransportFailure) {
        tls = try ClientTLSContext(caPath: arguments.value("--ca"))
      } catch {
        throw .failed(error.description)
      }
    } else if !address.isLoopback {
      Terminal.standardError.line("gatehouse: warning: the token goes to \(address.host) without TLS")
    }
    client = BlockingClient(host: address.host, port: address.port, tls: tls)
    self.address = "\(address.host):\(address.port)"
  }

  private static func spoken(_ failure: UpstreamFailure) -> String {
    switch failure.kind {
    case .unreachable(let reason): reason
    case .handshake(let reason): "TLS: \(reason)"
    case .reset: "the connection was closed before an answer came"
    case .timedOut: "no answer came in time"
    case .malformed, .unreadable, .answerTooLarge, .exhausted, .credentialRefused, .redirected:
      "what came is no answer of a gatehouse"
    }
  }

  /// Sends one request; null where the answer has no body.
  ///
  /// - Throws: what the server says where it refuses, after the status, as the `influx` command prints it.
  func call(_ method: String, _ target: String, _ body: JSONWriter? = nil) throws(CommandFailure) -> JSONValue {
    var fields = [("Authorization", "Token \(token)"), ("Accept", "application/json")]
    if body != nil { fields.append(("Content-Type", "application/json")) }
    let answer: BlockingClient.Answer
    do throws(UpstreamFailure) {
      answer = try client.send(
        method: method, target: target, fields: fields, body: body?.bytes ?? [],
        timeout: Self.timeout)
    } catch {
      throw .failed("\(address): \(Self.spoken(error))")
    }
    let value = try? JSONReader.value(in: answer.body)
    guard (200..<300).contains(answer.status) else {
      let message = value?["message"]?.text ?? "no message"
      throw .failed("\(answer.status): \(Terminal.visible(message))")
    }
    if answer.body.isEmpty { return .null }
    guard let value else { throw .failed("\(answer.status): the answer is not JSON") }
    return value
  }

  /// The authorization that `--id` or `--username` names.
  func authorization(_ arguments: Arguments) throws(CommandFailure) -> JSONValue {
    switch (try arguments.nonempty("--id"), try arguments.nonempty("--username")) {
    case (let id?, nil): return try call("GET", "\(Self.path)/\(PercentCoding.encoded(id))")
    case (nil, let name?):
      let found = try call("GET", "\(Self.path)?token=\(PercentCoding.encoded(name))")
      return try Self.login(named: name, in: found["authorizations"]?.elements ?? [])
    case (nil, nil): throw .usage("--username NAME or --id ID is needed")
    default: throw .usage("--username and --id exclude each other")
    }
  }

  /// The one login that was asked for. A server that does not filter, or not by this name, answers with others: the first
  /// of them would be deleted in its place.
  static func login(named name: String, in found: [JSONValue]) throws(CommandFailure) -> JSONValue {
    guard let login = found.first else { throw .failed("404: authorization not found") }
    guard found.count == 1, let token = login["token"]?.text, token.utf8.elementsEqual(name.utf8) else {
      throw .failed("the server did not look for this login alone; nothing was done")
    }
    return login
  }

  static let selection: [Option] = [
    .value("--username", "NAME", "the login's v1 user name"),
    .value("--id", "ID", "the login's identifier, instead of its name"),
  ]
}
