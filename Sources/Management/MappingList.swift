// DBRP mappings as the API shows them, for a list that may be long.

import Formats
import Authorizations
import JSON

struct MappingList: ListSource {
  var rest: ArraySlice<Mapping>

  mutating func write(to writer: inout JSONWriter, bytes: Int) -> Bool {
    while writer.bytes.count < bytes, let mapping = rest.popFirst() { write(mapping, to: &writer) }
    return !rest.isEmpty
  }

  private func write(_ mapping: Mapping, to writer: inout JSONWriter) {
    writer.object {
      $0.member("id", mapping.id.description)
      $0.member("database", mapping.database)
      $0.member("retention_policy", mapping.retentionPolicy)
      $0.member("default", mapping.isDefault)
      $0.member("virtual", mapping.isVirtual)
      $0.member("orgID", mapping.organizationID.description)
      $0.member("bucketID", mapping.bucketID.description)
    }
  }
}
