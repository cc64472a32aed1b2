// What a statement needs as one list, to be compared at once.

import InfluxQL

enum StatementRequirement: Hashable {
  case read(SourceReference)
  case write(SourceReference)
  /// Permission to do everything: what a 1.x server calls an administrator.
  case `operator`
}

extension Statement {
  /// In the order in which a 1.x server would check it. Empty for SHOW DATABASES, which anyone may ask.
  var requirements: [StatementRequirement] {
    if needsOperator { return [.operator] }
    return reads.map(StatementRequirement.read) + writes.map(StatementRequirement.write)
  }
}
