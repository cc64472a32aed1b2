// What deciding on queries costs: `make bench-decision`. Prints; judges nothing.

import Glibc
import HTTP

@testable import Decision
@testable import InfluxQL

/// Texts that differ in their times, as a dashboard's do from refresh to refresh: so many that the cache of decisions,
/// which notes 4,096 of them, hardly ever sees one again.
let variants = 32_768

func column(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

func rounded(_ value: Double) -> String {
  let tenths = Int((value * 100).rounded())
  return "\(tenths / 100).\(tenths / 10 % 10)\(tenths % 10)"
}

func show(_ name: String, _ values: [Double]) {
  print(name + String(repeating: " ", count: max(1, 34 - name.count)) + values.map { column(rounded($0), 10) }.joined())
  // Into a pipe as well, line by line.
  fflush(nil)
}

func titles(_ first: String, _ rest: [String]) {
  print("\n" + first + String(repeating: " ", count: max(1, 34 - first.count)) + rest.map { column($0, 10) }.joined())
}

func measureDashboards() throws {
  let harness = try Harness()
  func checked(_ forwards: Bool) { if !forwards { fatalError("a query of the benchmark is not forwarded") } }
  titles("microseconds of a GET", ["head", "form", "parse", "print", "decide", "anew", "again", "same"])
  for query in DashboardQuery.all {
    let heads = (0..<variants).map { Harness.get(query.target($0)) }
    let parameters = Array(query.target(0).utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst())
    let text = try FormValues(parameters)["q"] ?? []
    let parsed = try Query(parsing: text)
    let decode = Stopwatch.nanoseconds { checked(harness.decodes(heads[$0 % variants])) }
    let form = Stopwatch.nanoseconds { _ in checked((try? FormValues(parameters)) != nil) }
    let parse = Stopwatch.nanoseconds { _ in checked((try? Query(parsing: text)) != nil) }
    let print = Stopwatch.nanoseconds { _ in checked(parsed.forwardingText != nil) }
    let understand = Stopwatch.nanoseconds {
      checked(harness.understands(heads[$0 % variants], as: harness.principal))
    }
    let anew = Stopwatch.nanoseconds { checked(harness.forwards(heads[$0 % variants])) }
    let again = Stopwatch.nanoseconds { _ in checked(harness.forwards(heads[0])) }
    let same = Stopwatch.nanoseconds { _ in checked(harness.forwards(heads[0], remembers: true)) }
    show(query.name, [decode, form, parse, print, understand - decode, anew, again, same].map { $0 / 1_000 })
  }
  titles("microseconds of a POST", ["anew", "again"])
  for query in DashboardQuery.all {
    let forms = (0..<variants).map { query.form($0) }
    let heads = forms.map(Harness.post)
    let bodies = forms.map { Array($0.utf8) }
    let anew = Stopwatch.nanoseconds {
      checked(harness.forwards(heads[$0 % variants], body: bodies[$0 % variants]))
    }
    let again = Stopwatch.nanoseconds { _ in checked(harness.forwards(heads[0], body: bodies[0])) }
    show(query.name, [anew, again].map { $0 / 1_000 })
  }
}

/// Everything that is done with a text before anything is known of who sent it, and what is said of it.
func read(_ text: [UInt8]) -> Int {
  var work = Query.redactingSecrets(in: text).count
  guard let query = try? Query(parsing: text, parameters: ["b": .string("x")]) else { return work }
  for statement in query.statements { work += statement.reads.count + statement.writes.count }
  work += query.forwardingText?.utf8.count ?? 0
  return work
}

func measureHostileTexts() {
  titles("milliseconds of a text", ["50 KB", "1 MB", "times"])
  var worst = (name: "", times: 0.0)
  for (name, text) in HostileTexts.shapes {
    let (short, long) = (Array(text(50_000).utf8), Array(text(1_000_000).utf8))
    var work = 0
    let (quick, slow) = (
      Stopwatch.nanoseconds { _ in work &+= read(short) }, Stopwatch.nanoseconds { _ in work &+= read(long) }
    )
    show(name, [quick / 1_000_000, slow / 1_000_000, slow / quick])
    if slow / quick > worst.times { worst = (name, slow / quick) }
  }
  print("\nworst: \(worst.name), \(rounded(worst.times)) times")
}

try measureDashboards()
if !CommandLine.arguments.contains("--dashboards") { measureHostileTexts() }
