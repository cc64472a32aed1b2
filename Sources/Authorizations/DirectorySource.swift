// Where a directory that is kept was read from.

/// A kind of upstream and its addresses.
public struct DirectorySource: Sendable, Equatable {
  /// So that a directory is never taken for one of another kind of upstream.
  public let dialect: String
  /// The members of the upstream, between commas: two gateways with one store may stand before different ones. Empty in a
  /// store of an earlier gatehouse, which did not say.
  public let upstream: String

  public init(dialect: String, upstream: String) {
    self.dialect = dialect
    self.upstream = upstream
  }

  /// Whether what `other` says may be what this source said before: the same upstream has a member in common, where one
  /// was added or taken away too.
  public func continues(_ other: DirectorySource) -> Bool {
    dialect.utf8.elementsEqual(other.dialect.utf8)
      && (other.upstream.isEmpty || !members.isDisjoint(with: other.members))
  }

  private var members: Set<[UInt8]> { Set(upstream.utf8.split(separator: UInt8(ascii: ",")).map { Array($0) }) }
}

/// The directory as it was last kept.
public struct KeptDirectory: Sendable {
  public let source: DirectorySource
  public let directory: Directory

  public init(source: DirectorySource, directory: Directory) {
    self.source = source
    self.directory = directory
  }
}
