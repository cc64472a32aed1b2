// The DBRP mappings that InfluxDB 2.4 and later compute from the names of buckets.

import Formats

extension Directory {
  /// `mappings`, which are physical ones, followed by the virtual ones of `buckets`.
  ///
  /// A bucket `db/rp` (split at the first `/`) is that policy and never the default; a bucket without `/` is the
  /// policy `autogen` of a database of its name, and its default. A physical mapping hides a virtual one of the same
  /// database and policy, a bucket `db` hides a bucket `db/autogen`, and a virtual default is none where its database
  /// has a physical default.
  static func withVirtualMappings(_ mappings: [Mapping], buckets: [Bucket]) -> [Mapping] {
    var taken = Set(mappings.map { PolicyKey($0) })
    let defaults = Set(mappings.filter(\.isDefault).map { PolicyKey($0).database })
    var virtual: [(index: Int, mapping: Mapping)] = []
    for withSlash in [false, true] {
      for (index, bucket) in buckets.enumerated() {
        guard let name = BucketName(bucket.name), name.saysPolicy == withSlash else { continue }
        var mapping = Mapping(
          id: bucket.id, organizationID: bucket.organizationID, database: name.database,
          retentionPolicy: name.retentionPolicy, bucketID: bucket.id, isDefault: !name.saysPolicy, isVirtual: true)
        let key = PolicyKey(mapping)
        guard taken.insert(key).inserted else { continue }
        if defaults.contains(key.database) { mapping.isDefault = false }
        virtual.append((index, mapping))
      }
    }
    return mappings + virtual.sorted { $0.index < $1.index }.map(\.mapping)
  }
}

/// (organization, database, policy) by bytes.
struct PolicyKey: Hashable {
  struct Database: Hashable {
    let organization: Identifier
    let name: [UInt8]
  }

  let database: Database
  let retentionPolicy: [UInt8]

  init(_ mapping: Mapping) {
    database = Database(organization: mapping.organizationID, name: Array(mapping.database.utf8))
    retentionPolicy = Array(mapping.retentionPolicy.utf8)
  }
}
