// Buckets and DBRP mappings of the directory: where a bucket's identifier comes from in front of 1.x.

import Formats
import JSON
import Authorizations
import ManagementAPI

extension DirectoryAnswers {
  /// - Parameter isShown: whether whoever asks may see a bucket.
  func listBuckets(
    _ request: ManagementCall, _ isShown: (Bucket) -> Bool
  ) throws(ManagementError) -> ManagementAnswer {
    let page = try Page(request)
    var found = try loadedDirectory().buckets
    let organizationID = try request.identifier("orgID")
    if let id = try request.identifier("id") {
      found.removeAll { $0.id != id }
      if found.isEmpty { throw .bucketNotFound }
    }
    if let name = request.parameter("org") {
      let wanted = try organization(named: name)
      found.removeAll { $0.organizationID != wanted.id }
    }
    if let organizationID { found.removeAll { $0.organizationID != organizationID } }
    if let name = request.parameter("name") { found.removeAll { !$0.name.utf8.elementsEqual(name.utf8) } }
    found.removeAll { !isShown($0) }
    let shown = page.part(of: found)
    var writer = JSONWriter()
    writer.object {
      $0.member(
        "links",
        object: { links in
          if page.offset > 0 { links.member("prev", link(request, page, max(0, page.offset - page.limit))) }
          links.member("self", link(request, page, page.offset))
          if shown.count == page.limit { links.member("next", link(request, page, page.offset &+ page.limit)) }
        })
      $0.member(
        "buckets",
        array: { array in
          for bucket in shown { write(bucket, to: &array) }
        })
    }
    return .json(200, writer)
  }

  private func link(_ request: ManagementCall, _ page: Page, _ offset: Int) -> String {
    var text = "/api/v2/buckets?"
    // The real server calls the parameter `name` by another name here.
    if let name = request.parameter("name") { text += "bucket=\(PercentCoding.encoded(name))&" }
    text += "descending=false&"
    if let id = request.parameter("id") { text += "id=\(PercentCoding.encoded(id))&" }
    text += "limit=\(page.limit)&offset=\(offset)"
    for name in ["org", "orgID"] {
      if let value = request.parameter(name) { text += "&\(name)=\(PercentCoding.encoded(value))" }
    }
    return text
  }

  func showBucket(_ id: String, _ caller: Caller) throws(ManagementError) -> ManagementAnswer {
    let id = try Identifier(managed: id)
    guard let bucket = try loadedDirectory().bucket(id) else { throw .bucketNotFound }
    try caller.demand(.read, .of(bucket))
    var writer = JSONWriter()
    write(bucket, to: &writer)
    return .json(200, writer)
  }

  /// Retention is the upstream's business: the rules are not known here.
  private func write(_ bucket: Bucket, to writer: inout JSONWriter) {
    let isSystem = ["_monitoring", "_tasks"].contains(bucket.name)
    writer.object {
      $0.member("id", bucket.id.description)
      $0.member("orgID", bucket.organizationID.description)
      $0.member("type", isSystem ? "system" : "user")
      $0.member("name", bucket.name)
      $0.member("retentionRules", array: { _ in })
      $0.member(
        "links",
        object: { links in
          links.member("org", "/api/v2/orgs/\(bucket.organizationID)")
          links.member("self", "/api/v2/buckets/\(bucket.id)")
          links.member("write", "/api/v2/write?org=\(bucket.organizationID)&bucket=\(bucket.id)")
        })
      $0.member("labels", array: { _ in })
    }
  }

  func listMappings(
    _ request: ManagementCall, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    let directory = try loadedDirectory()
    let organizationID = try mappingOrganization(request, directory)
    let bucketID = try request.identifier("bucketID")
    let id = try request.identifier("id")
    let isDefault = try flag("default", of: request)
    let isVirtual = try flag("virtual", of: request)
    let database = request.parameter("db")
    let policy = request.parameter("rp")
    let found = directory.mappings.filter { mapping in
      mapping.organizationID == organizationID && matches(mapping.bucketID, bucketID) && matches(mapping.id, id)
        && matches(mapping.isDefault, isDefault) && matches(mapping.isVirtual, isVirtual)
        && database.map { $0.utf8.elementsEqual(mapping.database.utf8) } ?? true
        && policy.map { $0.utf8.elementsEqual(mapping.retentionPolicy.utf8) } ?? true
        && mayRead(mapping, caller, directory)
    }
    return .list(
      ListedBody(MappingList(rest: found[...]), prefix: "{\"content\":[", suffix: "]}"), perform: perform)
  }

  private func mappingOrganization(
    _ request: ManagementCall, _ directory: Directory
  ) throws(ManagementError) -> Identifier {
    if let id = try request.identifier("orgID") { return id }
    guard let name = request.parameter("org") else {
      throw ManagementError(.invalid, "either 'org' or 'orgID' must be provided")
    }
    guard let found = directory.organizations.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      throw ManagementError(.notFound, "invalid org \"\(name)\": organization not found")
    }
    return found.id
  }

  private func matches<Value: Equatable>(_ value: Value, _ wanted: Value?) -> Bool {
    wanted.map { $0 == value } ?? true
  }

  /// As Go's strconv.ParseBool.
  private func flag(_ name: String, of request: ManagementCall) throws(ManagementError) -> Bool? {
    guard let text = request.parameter(name) else { return nil }
    if ["1", "t", "T", "true", "TRUE", "True"].contains(text) { return true }
    if ["0", "f", "F", "false", "FALSE", "False"].contains(text) { return false }
    throw ManagementError(.invalid, "invalid \(name) parameter")
  }

  /// By the bucket, or by a permission on the database under the name that the mapping gives it.
  private func mayRead(_ mapping: Mapping, _ caller: Caller, _ directory: Directory) -> Bool {
    if let bucket = directory.bucket(mapping.bucketID), caller.mayRead(bucket) { return true }
    let resource = Resource(
      type: .buckets, id: mapping.bucketID, organizationID: mapping.organizationID,
      name: "\(mapping.database)/\(mapping.retentionPolicy)")
    return caller.may(Permission(.read, resource))
  }
}

extension ManagementError {
  static let bucketNotFound = ManagementError(.notFound, "bucket not found")
}
