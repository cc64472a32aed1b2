// Shorthands of the tests: decode a text, or tell what is wrong with it.

import Configuration
import TestSupport
import Testing

let minimal = MinimalConfiguration.text

/// `minimal` without its [upstream].
let listenerOnly = String(minimal.prefix { $0 != "\n" }) + "\naddress = \"127.0.0.1:8086\"\nplaintext = true\n"

/// An [upstream] of InfluxDB 2.x, to follow a listener.
let upstream2 = """
  [upstream]
  dialect = "influxdb-2"
  members = ["http://127.0.0.1:8087"]
  token = "secret"

  """

func decode(
  _ text: String, file: String = "gatehouse.toml", environment: [String: String] = [:], files: MemoryFiles = .init()
) throws -> Configuration {
  try Configuration.decode(Array(text.utf8), file: file, environment: { environment[$0] }, files: files)
}

/// The problems of a text, each as `line:column: key: message`; empty where it is right.
func problems(in text: String, environment: [String: String] = [:]) -> [String] {
  do {
    _ = try decode(text, environment: environment)
    return []
  } catch let problems as Problems {
    return problems.all.map { String($0.description.dropFirst("gatehouse.toml:".count)) }
  } catch {
    Issue.record(error)
    return []
  }
}
