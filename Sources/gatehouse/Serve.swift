// `gatehouse serve`: the server itself.

import Configuration
import GatehouseServer
import Observation

enum Serve: Subcommand {
  static let name = "serve"
  static let summary = "serve clients until SIGTERM or SIGINT"
  static let options: [Option] = [
    .configuration,
    .flag(
      "--take-over", "start beside a gatehouse that listens on the same ports: stop that one once this one listens"),
  ]
  static let details =
    "Without --take-over a port that somebody listens on already is an error: two servers would share its connections."

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    try run(configurationPath: try arguments.required("--config"), takesOver: arguments.has("--take-over"))
  }

  static func run(configurationPath path: String, takesOver: Bool = false) throws(CommandFailure) {
    let configuration = try ConfigurationFile.load(path)
    let events = EventLog(minimum: EventLog.Level(rawValue: configuration.log.level.rawValue) ?? .info)
    let listeners = configuration.listeners.map { listener in
      let host = listener.address.contains(":") ? "[\(listener.address)]" : listener.address
      return "\(listener.tls == nil ? "http" : "https")://\(host):\(listener.port)"
    }
    events.log(
      .info, "starting",
      [
        "version": .text(Version.number), "configuration": .text(path),
        "listeners": .text(listeners.joined(separator: ", ")),
      ])
    for warning in configuration.warnings { events.log(.warning, "configuration", ["problem": .text("\(warning)")]) }
    let server: Server
    do throws(StartProblem) {
      server = try Server(path: path, configuration: configuration, events: events, takesOver: takesOver)
    } catch {
      throw .failed("\(error)")
    }
    server.run()
  }
}
