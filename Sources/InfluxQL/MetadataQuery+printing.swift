// How the statements that ask for measurements, series, tags and fields are printed.

extension MetadataQuery {
  func write(to printer: inout Printer, as kind: StatementKind) {
    let words = kind.keywords
    let cardinality = " CARDINALITY"
    if isExact, words.hasSuffix(cardinality) {
      printer.write(text: words.dropLast(cardinality.count) + " EXACT" + cardinality)
    } else {
      printer.write(text: words)
    }
    printer.writeOn(database)
    printer.writeFrom(sources)
    // The server's printer leaves out the filter of SHOW TAG KEYS.
    if let filter = tagKeys, kind != .showTagKeys || printer.style == .faithful { printer.writeWithKey(filter) }
    printer.writeWhere(condition)
    printer.writeGroupBy(dimensions)
    printer.write(order)
    printer.write("LIMIT", limit)
    printer.write("OFFSET", offset)
    printer.write("SLIMIT", seriesLimit)
    printer.write("SOFFSET", seriesOffset)
  }
}

extension MeasurementsQuery {
  func write(to printer: inout Printer) {
    printer.write("SHOW MEASUREMENTS")
    if let database {
      printer.write(" ON ")
      database.write(to: &printer)
      if let policy = retentionPolicy {
        printer.write(byte: Byte.dot)
        policy.write(to: &printer)
      }
    }
    if let filter {
      printer.write(" WITH MEASUREMENT ")
      if case .matching = filter.target { printer.write("=~ ") } else { printer.write("= ") }
      printer.write(filter)
    }
    printer.writeWhere(condition)
    printer.write(order)
    printer.write("LIMIT", limit)
    printer.write("OFFSET", offset)
  }
}

extension MeasurementsQuery.Scope {
  fileprivate func write(to printer: inout Printer) {
    switch self {
    case .every: printer.write(byte: Byte.asterisk)
    case .named(let name):
      if printer.style == .faithful { printer.write(name: name) } else { printer.write(text: name.text) }
    }
  }
}
