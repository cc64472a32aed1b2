// Texts that a reader whose costs are not linear would choke on, at any length.

enum HostileTexts {
  /// Names and makers of texts of about so many bytes.
  static let shapes: [(name: String, text: @Sendable (Int) -> String)] = [
    ("brackets, unclosed", { "SELECT v FROM m WHERE " + repeating("(", $0) }),
    ("brackets, 90 deep", { "SELECT v FROM m WHERE " + joined("AND", brackets(90), $0) }),
    ("sub-queries, 40 deep", { joined(";", subquery(40), $0) }),
    ("fields", { "SELECT " + joined(",", "mean(v)", $0) + " FROM m" }),
    ("sources", { "SELECT v FROM " + joined(",", "a.b.c", $0) }),
    ("sources, every database another", { "SELECT v FROM " + numbered($0) { "d\($0)..m" } }),
    ("dimensions", { "SELECT v FROM m GROUP BY " + joined(",", "host", $0) }),
    ("conditions", { "SELECT v FROM m WHERE " + joined("OR", "a = 'b'", $0) }),
    ("signs", { "SELECT " + joined("+", "-a", $0) + " FROM m" }),
    ("statements", { joined(";", "SELECT v FROM m", $0) }),
    ("statements, databases", { joined(";", "SHOW DATABASES", $0) }),
    ("empty statements", { repeating(";", $0) }),
    ("string", { "SELECT v FROM m WHERE a = '" + repeating("x", $0) + "'" }),
    ("string, escapes", { "SELECT v FROM m WHERE a = '" + repeating("\\n\\'", $0) + "'" }),
    ("string, not ASCII", { "SELECT v FROM m WHERE a = '" + repeating("é", $0) + "'" }),
    ("string, unclosed", { "SELECT v FROM m WHERE a = '" + repeating("x", $0) }),
    ("name", { "SELECT v FROM " + repeating("x", $0) }),
    ("name, segments", { "SELECT " + joined(".", "a", $0) + " FROM m" }),
    ("quoted name, dropped words", { "SELECT v FROM " + repeating("a\"b\"", $0) }),
    ("regular expression", { "SELECT v FROM /" + repeating("(a|b)*", $0) + "/" }),
    ("regular expressions", { "SELECT v FROM " + joined(",", "/a/", $0) }),
    ("regular expression, slashes", { "SELECT v FROM /" + repeating("\\/", $0) + "/" }),
    ("comment", { "SELECT v /*" + repeating("*", $0) + "*/ FROM m" }),
    ("comment, unclosed", { "SELECT v FROM m /*" + repeating("/*", $0) }),
    ("comments", { "SELECT v " + repeating("/**/", $0) + " FROM m" }),
    ("line comments", { repeating("--\n", $0) + "SELECT v FROM m" }),
    ("blanks", { "SELECT" + repeating(" ", $0) + "v FROM m" }),
    ("line ends, then a mistake", { "SELECT v FROM m" + repeating("\n", $0) + "!" }),
    ("number", { "SELECT v FROM m LIMIT " + repeating("1", $0) }),
    ("decimals", { "SELECT v FROM m WHERE a = 0." + repeating("1", $0) }),
    ("duration", { "SELECT v FROM m WHERE time > " + repeating("1h", $0) }),
    ("bound parameters", { "SELECT v FROM m WHERE " + joined("AND", "a = $b", $0) }),
    ("tag keys", { "SHOW TAG VALUES WITH KEY IN (" + joined(",", "k", $0) + ")" }),
    ("passwords", { joined(";", "CREATE USER u WITH PASSWORD 'p'", $0) }),
    ("mistake at the end", { joined(";", "SELECT v FROM m", $0) + "; SELEC" }),
  ]

  private static func repeating(_ unit: String, _ bytes: Int) -> String {
    String(repeating: unit, count: max(1, bytes / unit.utf8.count))
  }

  private static func joined(_ separator: String, _ unit: String, _ bytes: Int) -> String {
    let padded = separator.utf8.count > 1 ? " \(separator) " : separator
    let count = max(1, bytes / (unit.utf8.count + padded.utf8.count))
    return Array(repeating: unit, count: count).joined(separator: padded)
  }

  private static func numbered(_ bytes: Int, _ unit: (Int) -> String) -> String {
    (0..<max(1, bytes / unit(10_000).utf8.count)).map(unit).joined(separator: ",")
  }

  private static func brackets(_ depth: Int) -> String {
    String(repeating: "(", count: depth) + "a = 1" + String(repeating: ")", count: depth)
  }

  private static func subquery(_ depth: Int) -> String {
    String(repeating: "SELECT v FROM (", count: depth) + "SELECT v FROM m" + String(repeating: ")", count: depth)
  }
}
