// `gatehouse serve`: the server itself.

import Configuration
import GatehouseServer
import Observation

enum Serve: Subcommand {
  static let name = "serve"
  static let summary = "serve clients until SIGTERM or SIGINT"
  static let options: [Option] = [.configuration]

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    try run(configurationPath: try arguments.required("--config"))
  }

  static func run(configurationPath path: String) throws(CommandFailure) {
    let configuration = try ConfigurationFile.load(path)
    let events = EventLog(minimum: EventLog.Level(rawValue: configuration.log.level.rawValue) ?? .info)
    for warning in configuration.warnings { events.log(.warning, "configuration", ["problem": .text("\(warning)")]) }
    let server: Server
    do throws(StartProblem) {
      server = try Server(path: path, configuration: configuration, events: events)
    } catch {
      throw .failed("\(error)")
    }
    server.run()
  }
}
