// Continuous queries at random: every clause, every kind of term, and names made to be misread.

import TestSupport

/// The same queries for the same seed.
struct RandomContinuousQuery {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

  private mutating func one(of choices: [String]) -> String { choices[below(choices.count)] }
  private mutating func isTrue(oneIn count: Int) -> Bool { below(count) == 0 }

  private mutating func list(upTo most: Int, _ make: (inout Self) -> String) -> String {
    (0...below(most)).map { _ in make(&self) }.joined(separator: isTrue(oneIn: 4) ? "," : ", ")
  }

  /// The text; `number` is in the query's name.
  mutating func next(_ number: Int) -> String {
    let resample =
      isTrue(oneIn: 3)
      ? "RESAMPLE \(one(of: ["EVERY", "every"])) \(duration()) \(isTrue(oneIn: 2) ? "FOR 60w " : "")"
      : isTrue(oneIn: 6) ? "RESAMPLE FOR \(one(of: ["60w", "400d", "9600h"])) " : ""
    let name = quoted(one(of: ["q", "a b", "select", "x;y", "é", "--", "future", #"b"c"#, #"d\e"#]) + "\(number)")
    return "CREATE CONTINUOUS QUERY \(name) ON metrics \(resample)BEGIN \(selection(depth: 0)) END"
  }

  private mutating func selection(depth: Int) -> String {
    var text = "SELECT " + list(upTo: 3) { $0.field() }
    if depth == 0 || isTrue(oneIn: 8) { text += " INTO " + target() }
    text += " FROM " + list(upTo: 2) { $0.source(depth: depth) }
    if isTrue(oneIn: 2) { text += " WHERE " + expression(depth: 0, isCondition: true) }
    if depth == 0 || isTrue(oneIn: 3) {
      text +=
        " GROUP BY time(\(duration())\(isTrue(oneIn: 4) ? ", \(one(of: ["5s", "-5s", "now()", "'2018-01-01'"]))" : ""))"
      if isTrue(oneIn: 2) { text += ", " + list(upTo: 2) { $0.dimension() } }
    }
    if isTrue(oneIn: 3) {
      let fills = [
        "null", "none", "previous", "linear", "0", "-3", "1.5", "2.0", "0.00001", "1500000", "1500000.0", "1e6",
      ]
      text += " \(one(of: ["fill", "FILL", #""fill""#]))(\(one(of: fills)))"
    }
    if isTrue(oneIn: 5) { text += " ORDER BY \(one(of: ["time", "time DESC", "ASC", "DESC", "\"time\" asc"]))" }
    for clause in ["LIMIT", "OFFSET", "SLIMIT", "SOFFSET"] where isTrue(oneIn: 6) { text += " \(clause) \(below(20))" }
    if isTrue(oneIn: 6) {
      text += " tz('\(one(of: ["UTC", "", "Local", "Europe/Berlin", "Etc/GMT+1", "GMT+0", "No/Where"]))')"
    }
    return text
  }

  private mutating func field() -> String {
    if isTrue(oneIn: 8) { return one(of: ["*", "*::field", "*::tag", "/a\\/b/", "/.*/"]) }
    let alias = isTrue(oneIn: 3) ? " AS \(name())" : ""
    return expression(depth: 0, isCondition: false) + alias
  }

  private mutating func expression(depth: Int, isCondition: Bool) -> String {
    var text = isCondition && depth == 0 ? comparison() : term(depth: depth)
    for _ in 0..<below(3) {
      if isCondition, depth == 0 {
        text += " \(one(of: ["AND", "OR", "and"])) " + comparison()
      } else {
        let blank = isTrue(oneIn: 4) ? "" : " "
        text += blank + one(of: ["+", "-", "*", "/", "%", "&", "|", "^"]) + blank + term(depth: depth)
      }
    }
    return text
  }

  private mutating func comparison() -> String {
    if isTrue(oneIn: 6) { return "(" + comparison() + " OR " + comparison() + ")" }
    if isTrue(oneIn: 4) { return name() + one(of: [" =~ ", " !~ "]) + pattern() }
    return term(depth: 1) + " " + one(of: ["=", "!=", "<>", "<", "<=", ">", ">="]) + " " + term(depth: 1)
  }

  private mutating func term(depth: Int) -> String {
    switch below(depth > 2 ? 6 : 12) {
    case 0: return name() + (isTrue(oneIn: 3) ? "::" + one(of: casts) : "")
    case 1: return name() + "." + name()
    case 2: return one(of: numbers)
    case 3: return duration()
    case 4: return string()
    case 5: return one(of: ["true", "FALSE", "-5", "- 5", "+3", "-1h", "- 3.5"])
    case 6: return "(" + expression(depth: depth + 1, isCondition: false) + ")"
    case 7:
      return one(of: ["-", "+", "- "]) + one(of: [name(), "(" + term(depth: depth + 1) + ")", call(depth: depth)])
    case 8: return "DISTINCT " + name()
    case 9: return one(of: ["count", "distinct"]) + "(DISTINCT " + name() + ")"
    default: return call(depth: depth)
    }
  }

  private mutating func call(depth: Int) -> String {
    let function =
      isTrue(oneIn: 4)
      ? name()
      : one(of: ["mean", "MAX", "last", "\"min\"", "percentile", "top", "distinct", "\"distinct\"", "now", "f"])
    if isTrue(oneIn: 8) { return function + "(" + one(of: ["", "*", "*::field", "/x\\/y/"]) + ")" }
    return function + "(" + list(upTo: 2) { $0.expression(depth: depth + 1, isCondition: false) } + ")"
  }

  private mutating func source(depth: Int) -> String {
    if depth < 2, isTrue(oneIn: 5) { return "(" + selection(depth: depth + 1) + ")" }
    let path = one(of: [
      "", "", "autogen.", "metrics.autogen.", "metrics..", "secret..", "secret.autogen.", "\"metrics\".\"\".",
    ])
    return path + (isTrue(oneIn: 4) ? pattern() : name())
  }

  private mutating func target() -> String {
    let path = one(of: ["", "", "autogen.", "metrics.autogen.", "metrics..", "secret.autogen."])
    if isTrue(oneIn: 5), !path.isEmpty { return path + one(of: [":MEASUREMENT", ":measurement", "\"\""]) }
    return path + name()
  }

  private mutating func dimension() -> String {
    one(of: ["*", "/h.*/", name(), "host", "\"a b\"::tag", name() + " + 1"])
  }

  private mutating func pattern() -> String {
    one(of: ["/.*/", "/a\\/b/", "/x y/", "//", "/\\d+\\//", "/[\"']/", "/-- end/", "/a|b/", "/\\\\\\/ into x/", "/é/"])
  }

  private mutating func string() -> String {
    one(of: [
      "'x'", "''", "'it\\'s'", "'a\\\\b'", "'a\\nb'", "'\"'", "'2018-01-01T00:00:00Z'", "'é'", "' END --'", "'/*'",
      "'\\\"'",
    ])
  }

  private mutating func duration() -> String {
    one(of: ["1m", "60s", "90s", "1h30m", "14d", "36h", "1w", "1500ms", "10u", "10µ", "1000ns", "7ns", "1d12h"])
  }

  /// A name as it is written, with quotation marks where it needs them, and at times where it does not.
  private mutating func name() -> String {
    if !isTrue(oneIn: 5) {
      return one(of: ["v", "w", "host", "cpu", "_x", "Value", "time", "fill", "tz", "future", "past", "verbose"])
    }
    return quoted(one(of: nasty))
  }

  private func quoted(_ name: String) -> String {
    let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    return "\"\(escaped)\""
  }

  private let casts = ["float", "integer", "unsigned", "string", "boolean", "field", "tag", "FIELD", "Tag", "Float"]
  private let numbers = [
    "0", "1", "18446744073709551615", "9223372036854775807", "9223372036854775808", "1.0", "0.5", ".5", "1.", "0.125",
    "0.12345", "1.0005", "123456.789", "1500000.0", "007", "1.500",
  ]
  private let nasty = [
    "a b", "select", "SELECT", "distinct", "from", "1a", "é", "日本", "a.b", "a\"b", "a\\b", "a\nb", "a'b", "", "end",
    "last(*) into metrics.autogen.:measurement from secret.autogen./.*/ group by time(1h), * end --",
    "max(v) into secret.autogen.planted from metrics.autogen.cpu group by time(1m) end --", "v) into x from y --",
    "a INTO secret.autogen.b FROM c", "v, \"w\"", "/*", "*/", "--", "/.*/", "$x", ":MEASUREMENT", "::tag", "fill(1)",
    "time", "true", "inf", "future", "tz", "fill", "in", "x;y", "\u{212A}", "\u{130}", "mean", "MEAN", "measurement",
  ]
}
