// Printing of whole statements.

extension Printer {
  mutating func write(_ statement: Statement) {
    switch statement.body {
    case .selection(let selection): write(selection)
    case .explanation(let explanation):
      write(text: "EXPLAIN \(explanation.analyzes ? "ANALYZE " : "")\(explanation.isVerbose ? "VERBOSE " : "")")
      write(explanation.selection)
    case .deletion(let deletion):
      write(text: statement.kind.keywords)
      writeFrom(deletion.sources)
      writeWhere(deletion.condition)
    case .metadata(let query): write(query, kind: statement.kind)
    case .measurements(let query): write(query)
    case .continuousQuery(let query): write(query)
    case .database(let database): write(database)
    case .policy(let policy): write(policy, kind: statement.kind)
    case .subscription(let subscription): write(subscription, kind: statement.kind)
    case .user(let user): write(user, kind: statement.kind)
    case .grant(let grant): write(grant, kind: statement.kind)
    case .bare: write(text: statement.kind.keywords)
    case .named(let name):
      write(text: statement.kind.keywords + (statement.kind == .showGrants ? " FOR " : " "))
      write(name: name)
    case .on(let name, let database):
      write(text: statement.kind.keywords)
      if !name.isEmpty || statement.kind != .showRetentionPolicies {
        write(byte: Byte.space)
        write(name: name)
      }
      writeOn(database)
    case .module(let module):
      write(text: statement.kind.keywords)
      if let module {
        write(" FOR ")
        write(string: module)
      }
    case .number(let number, let host):
      write(text: "\(statement.kind.keywords) \(number)")
      writeOn(host)
    }
  }

  mutating func write(_ selection: Selection) {
    write("SELECT ")
    writeList(selection.fields) { printer, field in
      printer.write(field.expression, mayBeRegex: true)
      if let alias = field.alias {
        printer.write(" AS ")
        printer.write(name: alias)
      }
    }
    if let target = selection.into {
      write(" INTO ")
      write(target)
    }
    write(" FROM ")
    writeList(selection.sources) { $0.write($1) }
    writeWhere(selection.condition)
    writeGroupBy(selection.dimensions)
    switch selection.fill {
    case .null: break
    case .none: write(" fill(none)")
    case .previous: write(" fill(previous)")
    case .linear: write(" fill(linear)")
    case .integer(let value): write(text: " fill(\(value))")
    case .number(let value):
      write(text: " fill(\(style == .faithful ? DecimalFormat.decimal(value) : DecimalFormat.general(value)))")
    }
    write(selection.order)
    write("LIMIT", selection.limit)
    write("OFFSET", selection.offset)
    write("SLIMIT", selection.seriesLimit)
    write("SOFFSET", selection.seriesOffset)
    guard let zone = selection.timeZone else { return }
    if style == .faithful {
      write(" TZ(")
      write(string: zone)
      write(byte: Byte.rightBracket)
    } else {
      write(text: " TZ('\(zone)')")
    }
  }

  private mutating func write(_ query: MetadataQuery, kind: StatementKind) {
    let words = kind.keywords
    let cardinality = " CARDINALITY"
    if query.isExact, words.hasSuffix(cardinality) {
      write(text: words.dropLast(cardinality.count) + " EXACT" + cardinality)
    } else {
      write(text: words)
    }
    writeOn(query.database)
    writeFrom(query.sources)
    // The server's printer leaves out the filter of SHOW TAG KEYS.
    if let filter = query.tagKeys, kind != .showTagKeys || style == .faithful { writeWithKey(filter) }
    writeWhere(query.condition)
    writeGroupBy(query.dimensions)
    write(query.order)
    write("LIMIT", query.limit)
    write("OFFSET", query.offset)
    write("SLIMIT", query.seriesLimit)
    write("SOFFSET", query.seriesOffset)
  }

  private mutating func write(_ query: MeasurementsQuery) {
    write("SHOW MEASUREMENTS")
    if let database = query.database {
      write(" ON ")
      write(database)
      if let policy = query.retentionPolicy {
        write(byte: Byte.dot)
        write(policy)
      }
    }
    if let filter = query.filter {
      write(" WITH MEASUREMENT ")
      if case .matching = filter.target { write("=~ ") } else { write("= ") }
      write(filter)
    }
    writeWhere(query.condition)
    write(query.order)
    write("LIMIT", query.limit)
    write("OFFSET", query.offset)
  }

  private mutating func write(_ scope: MeasurementsQuery.Scope) {
    switch scope {
    case .every: write(byte: Byte.asterisk)
    case .named(let name): if style == .faithful { write(name: name) } else { write(text: name.text) }
    }
  }
}

extension StatementKind {
  /// The words that it begins with.
  var keywords: String {
    switch self {
    case .grantAdmin: "GRANT"
    case .revokeAdmin: "REVOKE"
    default: rawValue.uppercased()
    }
  }
}
