// The bodies of the legacy authorization API, as they were sent: nothing in them is checked yet.

import JSON
import Authorizations
import Formats

/// A permission as it stands in a request.
struct PermissionBody {
  var action = ""
  var type = ""
  var id: Identifier?
  var organizationID: Identifier?
  var name: String?
}

/// A date that an extension of gatehouse takes: nothing was said, `null`, or a text.
enum DateMember {
  case absent
  case null
  case text(String)
  case other

  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .string(let text): self = .text(text)
    default: self = .other
    }
  }

  var isSaid: Bool { if case .absent = self { false } else { true } }

  /// nil: keep what is there; nil within: no date.
  func read() throws(ManagementError) -> Int64?? {
    switch self {
    case .absent: return .none
    case .null: return .some(nil)
    case .text(let text):
      if let date = Timestamp(rfc3339: text) { return .some(date.nanoseconds) }
    case .other: break
    }
    throw ManagementError(.invalid, "a date must be of RFC 3339, as 2027-01-31T12:00:00Z")
  }
}

/// `POST /legacy/authorizations`. Members it does not know, `id` and `createdAt` among them, have no effect.
struct CreateBody {
  var token = ""
  var status = ""
  var description = ""
  var organizationID: Identifier?
  var userID: Identifier?
  var permissions: [PermissionBody] = []
  /// Read with `?extensions=true` alone.
  var expiresAt = DateMember.absent
  var ignored = IgnoredMembers()

  init(_ bytes: [UInt8]) throws(ManagementError) {
    self = try ManagementBodyDecoder.decode(bytes, as: ("authorization", "postAuthorizationRequest")) {
      (decoder, members) throws(ManagementError) in
      var body = CreateBody()
      for member in members { try body.take(member, &decoder) }
      return body
    }
  }

  private init() {}

  private mutating func take(_ member: JSONMember, _ decoder: inout ManagementBodyDecoder) throws(ManagementError) {
    let value = member.value
    if member.isNamed("token") {
      token = decoder.string(value, "token") ?? token
    } else if member.isNamed("status") {
      status = decoder.string(value, "status", type: "influxdb.Status") ?? status
    } else if member.isNamed("description") {
      description = decoder.string(value, "description") ?? description
    } else if member.isNamed("orgID") {
      organizationID = try decoder.identifier(value, "orgID") ?? organizationID
    } else if member.isNamed("expiresAt") {
      expiresAt = DateMember(value)
    } else if member.isNamed("userID") {
      // Behind a pointer in Go, which null clears; so are the others that do not keep what was said before.
      userID = value.isNull ? nil : try decoder.identifier(value, "userID") ?? userID
    } else if member.isNamed("permissions") {
      if value.isNull { permissions = [] }
      guard let elements = decoder.array(value, "permissions", type: "[]influxdb.Permission") else { return }
      permissions = []
      for element in elements { permissions.append(try PermissionBody(element, &decoder)) }
    } else {
      ignored.note(member.name)
    }
  }
}

extension PermissionBody {
  fileprivate init(_ value: JSONValue, _ decoder: inout ManagementBodyDecoder) throws(ManagementError) {
    self.init()
    for member in decoder.object(value, "permissions", type: "influxdb.Permission") ?? [] {
      if member.isNamed("action") {
        action = decoder.string(member.value, "permissions.action", type: "influxdb.Action") ?? action
      } else if member.isNamed("resource"),
        let members = decoder.object(member.value, "permissions.resource", type: "influxdb.Resource")
      {
        // The last of duplicate members counts, and counts alone.
        self = PermissionBody(action: action)
        for member in members { try take(member, &decoder) }
      }
    }
  }

  private mutating func take(_ member: JSONMember, _ decoder: inout ManagementBodyDecoder) throws(ManagementError) {
    let path = "permissions.resource."
    if member.isNamed("type") {
      type = decoder.string(member.value, path + "type", type: "influxdb.ResourceType") ?? type
    } else if member.isNamed("id") {
      id = member.value.isNull ? nil : try decoder.identifier(member.value, path + "id") ?? id
    } else if member.isNamed("orgID") {
      let said = try decoder.identifier(member.value, path + "orgID")
      organizationID = member.value.isNull ? nil : said ?? organizationID
    } else if member.isNamed("name") {
      name = member.value.isNull ? nil : decoder.string(member.value, path + "name") ?? name
    }
  }
}

/// `PATCH /legacy/authorizations/{id}`. Absent and `null` members keep what is there.
struct UpdateBody {
  var status: String?
  var description: String?
  /// Read with `?extensions=true` alone.
  var expiresAt = DateMember.absent
  var ignored = IgnoredMembers()

  init(_ bytes: [UInt8]) throws(ManagementError) {
    self = try ManagementBodyDecoder.decode(bytes, as: ("influxdb", "AuthorizationUpdate")) {
      (decoder, members) throws(ManagementError) in
      var body = UpdateBody()
      for member in members {
        if member.isNamed("status") {
          let said = decoder.string(member.value, "status", type: "influxdb.Status")
          body.status = member.value.isNull ? nil : said ?? body.status
        } else if member.isNamed("description") {
          let said = decoder.string(member.value, "description")
          body.description = member.value.isNull ? nil : said ?? body.description
        } else if member.isNamed("expiresAt") {
          body.expiresAt = DateMember(member.value)
        } else {
          body.ignored.note(member.name)
        }
      }
      return body
    }
  }

  private init() {}
}

/// `POST /legacy/authorizations/{id}/password`.
struct PasswordBody {
  var password = ""
  /// Until when the password before is let in as well. Read with `?extensions=true` alone.
  var previousPasswordExpiresAt = DateMember.absent
  var ignored = IgnoredMembers()

  init(_ bytes: [UInt8]) throws(ManagementError) {
    self = try ManagementBodyDecoder.decode(bytes, as: ("authorization", "passwordSetRequest")) {
      (decoder, members) throws(ManagementError) in
      var body = PasswordBody()
      for member in members {
        if member.isNamed("password") {
          body.password = decoder.string(member.value, "password") ?? body.password
        } else if member.isNamed("previousPasswordExpiresAt") {
          body.previousPasswordExpiresAt = DateMember(member.value)
        } else {
          body.ignored.note(member.name)
        }
      }
      return body
    }
  }

  private init() {}
}
