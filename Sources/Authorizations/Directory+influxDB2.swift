// The directory of an InfluxDB 2.x, from what its API lists.

extension Directory {
  /// - Parameters:
  ///   - mappings: the physical ones.
  ///   - hasVirtualMappings: whether the server computes further ones from the names of its buckets (2.4 and later).
  public static func influxDB2(
    organizations: [Organization], users: [User], buckets: [Bucket], mappings: [Mapping], hasVirtualMappings: Bool
  ) -> Directory {
    Directory(
      organizations: organizations, users: users, buckets: buckets,
      mappings: hasVirtualMappings ? withVirtualMappings(mappings, buckets: buckets) : mappings)
  }
}
