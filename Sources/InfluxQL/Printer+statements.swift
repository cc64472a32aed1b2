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
    case .metadata(let query): query.write(to: &self, as: statement.kind)
    case .measurements(let query): query.write(to: &self)
    case .continuousQuery(let query): query.write(to: &self)
    case .database(let database): database.write(to: &self)
    case .policy(let policy): policy.write(to: &self, as: statement.kind)
    case .subscription(let subscription): subscription.write(to: &self, as: statement.kind)
    case .user(let user): user.write(to: &self, as: statement.kind)
    case .grant(let grant): grant.write(to: &self, as: statement.kind)
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
