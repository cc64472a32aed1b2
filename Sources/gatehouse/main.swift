import Configuration
import GatehouseServer
import Glibc
import Observation

let events = EventLog()
do {
  guard CommandLine.arguments.count == 4, CommandLine.arguments[1] == "serve" else { exit(2) }
  let path = CommandLine.arguments[3]
  let configuration = try Configuration.load(path: path)
  try Server(path: path, configuration: configuration, events: events).run()
} catch {
  print("\(error)")
  exit(1)
}
