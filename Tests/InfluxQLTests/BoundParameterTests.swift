// Bound parameters, which may stand for any literal and for any name.

import InfluxQL
import Testing

private let parameters: [Name: BoundParameter] = [
  "name": .identifier("secret"), "odd": .identifier("a b"), "string": .string("it's"), "pattern": .regex("a/b"),
  "number": .number(1.5), "whole": .number(2), "count": .integer(5), "minus": .integer(-5), "yes": .boolean(true),
  "span": .duration("10m"), "two words": .string("x"), "bad": .invalid("not to be bound"), "empty": .identifier(""),
]

private func reading(_ text: String) -> String {
  do { return try Query(parsing: text, parameters: parameters).description } catch { return error.description }
}

struct BoundParameterTests {
  @Test func namesDatabasesPoliciesAndMeasurements() throws {
    let query = try Query(parsing: "SELECT v FROM $name..m, $odd.$name.$odd, $name", parameters: parameters)
    #expect(query.statements[0].reads.map(\.database) == ["secret", "a b", nil])
    #expect(reading("SHOW SERIES ON $name FROM $odd..m") == #"SHOW SERIES ON secret FROM "a b"..m"#)
    #expect(reading("DROP DATABASE $name") == "DROP DATABASE secret")
    #expect(reading("SELECT v INTO $name..t FROM m") == "SELECT v INTO secret..t FROM m")
  }

  @Test func standsForLiterals() {
    #expect(
      reading("SELECT v FROM m WHERE a = $string AND b = $number AND c = $whole AND d = $yes")
        == #"SELECT v FROM m WHERE a = 'it\'s' AND b = 1.5 AND c = 2.0 AND d = true"#)
    #expect(reading("SELECT $name($count) FROM m LIMIT $count") == "SELECT secret(5) FROM m LIMIT 5")
    #expect(reading("SELECT v FROM m GROUP BY time($span)") == "SELECT v FROM m GROUP BY time(10m)")
    #expect(reading("SELECT v FROM m LIMIT $minus") == "LIMIT must be >= 0 at line 1, char 23")
    #expect(reading(#"SELECT v FROM m WHERE a = $"two words""#) == "SELECT v FROM m WHERE a = 'x'")
  }

  @Test func standsForRegexesWhereOneMayStand() {
    #expect(
      reading("SELECT $pattern FROM $pattern WHERE a =~ $pattern")
        == #"SELECT /a\/b/ FROM /a\/b/ WHERE a =~ /a\/b/"#)
    #expect(reading("SELECT v FROM d..$pattern").hasPrefix("found a/b, expected identifier"))
    #expect(reading("SELECT v FROM m WHERE a =~ $string") == "found it's, expected regex at line 1, char 28")
  }

  @Test func aStringNamesNothing() {
    #expect(reading("SELECT v FROM $string") == "found it's, expected identifier at line 1, char 15")
    #expect(reading("SHOW SERIES ON $string").hasPrefix("found it's, expected identifier"))
  }

  @Test func refusesWhatIsNotBound() {
    #expect(reading("SELECT v FROM m WHERE a = $missing") == "missing parameter: missing")
    #expect(reading("SELECT v FROM m WHERE a = $") == "empty bound parameter")
    #expect(reading("SELECT v FROM m WHERE a = $bad") == "not to be bound")
    #expect(reading("SELECT v FROM $missing") == "found $missing, expected identifier at line 1, char 15")
    #expect(reading("SELECT v FROM m") == "SELECT v FROM m")
  }

  @Test func forwardsTheValuesInTheirPlaces() throws {
    let text = "SELECT v FROM $name..$odd WHERE a =~ $pattern AND b > $number AND c = $string AND t > now() - $span"
    let query = try Query(parsing: text, parameters: parameters)
    let forwarded = try #require(query.forwardingText)
    #expect(!forwarded.contains("$"))
    #expect(try Query(parsing: forwarded) == query)
  }

  @Test func forwardsNothingThatTextCannotSay() throws {
    let values: [Name: BoundParameter] = [
      "nul": .identifier("a\0b"), "return": .string("a\rb"), "pattern": .regex("a"), "line": .string("a\nb"),
      "lines": .regex("a\nb\r\0"),
    ]
    for text in ["SELECT v FROM $nul", "SELECT v FROM m WHERE a = $return", "SELECT v FROM m WHERE $pattern = 1"] {
      #expect(try Query(parsing: text, parameters: values).forwardingText == nil, "\(text)")
    }
    #expect(
      try Query(parsing: "SELECT v FROM $lines WHERE a = $line", parameters: values).forwardingText
        == #"SELECT v FROM /a\nb\r\x00/ WHERE a = 'a\nb'"#)
  }

  @Test(arguments: [#"a\\"#, #"\Qa\"#, #"\Q\E\\"#]) func lettingARegexTakeInWhatFollowsIsNotForwarded(pattern: String)
    throws
  {
    for text in [
      "SELECT v FROM cpu WHERE host =~ $r OR host = 'x/; SELECT * FROM secret..vault --'",
      #"SELECT v FROM $r, "x/, secret..vault WHERE v > 0 --""#,
      "SHOW TAG VALUES WITH KEY =~ $r WHERE a = 'x/; DROP DATABASE secret --'",
    ] {
      let query = try Query(parsing: text, parameters: ["r": .regex(Name(pattern))])
      #expect(query.forwardingText == nil, "\(text)")
    }
  }

  @Test(arguments: [#"a\/b"#, "a/b", #"\\d"#, #"\Qa/\E"#]) func forwardsRegexesThatTextCanSay(pattern: String) throws {
    let query = try Query(
      parsing: "SELECT v FROM cpu WHERE host =~ $r OR host = 'x/; SELECT w FROM secret..vault --'",
      parameters: ["r": .regex(Name(pattern))])
    let again = try Query(parsing: try #require(query.forwardingText))
    #expect(again.statements == query.statements)
  }

  @Test func keepsParametersApartThatLookAlike() throws {
    let values: [Name: BoundParameter] = ["e\u{301}": .identifier("one"), "\u{e9}": .identifier("two")]
    let query = try Query(parsing: "SELECT v FROM $\"\u{e9}\"..m", parameters: values)
    #expect(query.statements[0].reads[0].database == "two")
  }

  @Test func typesJSONNumbers() {
    #expect(BoundParameter.jsonNumber("12") == .integer(12))
    #expect(BoundParameter.jsonNumber("-12") == .integer(-12))
    #expect(BoundParameter.jsonNumber("1.0") == .number(1))
    #expect(BoundParameter.jsonNumber("1e3") == .invalid("strconv.ParseInt: parsing \"1e3\": invalid syntax"))
    #expect(
      BoundParameter.jsonNumber("9223372036854775808")
        == .invalid("strconv.ParseInt: parsing \"9223372036854775808\": value out of range"))
  }

  @Test func typesObjects() {
    func object(_ name: String, _ value: BoundParameter?) -> BoundParameter { .object([(name: name, value: value)]) }
    #expect(object("ident", .string("x")) == .identifier("x"))
    #expect(object("identifier", .string("x")) == .identifier("x"))
    #expect(object("regex", .string("x")) == .regex("x"))
    #expect(object("string", .string("x")) == .string("x"))
    #expect(object("float", .integer(2)) == .number(2))
    #expect(object("number", .number(2.5)) == .number(2.5))
    #expect(object("int", .integer(2)) == .integer(2))
    #expect(object("duration", .string("1h")) == .duration("1h"))
    #expect(object("duration", .integer(60_000_000_000)) == .duration("1m"))
    #expect(object("identifier", .integer(1)) == .invalid("identifier must be a string value"))
    #expect(object("identifier", nil) == .invalid("identifier must be a string value"))
    #expect(object("nonsense", .integer(1)) == .invalid("unknown bind object type: nonsense"))
    #expect(BoundParameter.object([]) == .invalid("bound object parameter value must have exactly one entry"))
  }
}
