// A JSON null is what Go makes of it: nothing for a text, and an end to what was said before behind a pointer or in a list
// (issue 10, C1).

import JSON
import Testing

@testable import Management

@Suite struct NullTests {
  private static let permission =
    #"{"action":"read","resource":{"type":"buckets","id":"020f755c3c082000","orgID":"020f755c3c082001","name":"n"}}"#

  private static func create(_ text: String) throws -> CreateBody { try CreateBody(Array(text.utf8)) }
  private static func update(_ text: String) throws -> UpdateBody { try UpdateBody(Array(text.utf8)) }

  @Test func anEarlierListEndsWithNull() throws {
    #expect(try Self.create(#"{"permissions":[\#(Self.permission)]}"#).permissions.count == 1)
    #expect(try Self.create(#"{"permissions":[\#(Self.permission)],"permissions":null}"#).permissions.isEmpty)
    #expect(try Self.create(#"{"permissions":null,"permissions":[\#(Self.permission)]}"#).permissions.count == 1)
    #expect(try Self.create(#"{"permissions":[null]}"#).permissions.first?.action == "")
    #expect(try Self.create("null").permissions.isEmpty)
  }

  @Test func anEarlierPointerEndsWithNull() throws {
    let resource = #""type":"buckets","id":"020f755c3c082000","orgID":"020f755c3c082001","name":"n""#
    func permission(_ more: String) throws -> PermissionBody? {
      try Self.create(#"{"permissions":[{"action":"read","resource":{\#(resource)\#(more)}}]}"#).permissions.first
    }
    #expect(try permission("")?.id != nil && permission("")?.organizationID != nil)
    #expect(try permission(#","id":null"#)?.id == nil)
    #expect(try permission(#","orgID":null"#)?.organizationID == nil)
    #expect(try permission(#","name":null"#)?.name == nil)
    #expect(try permission(#","type":null"#)?.type == "buckets")
    let user = #"{"userID":"020f755c3c082000""#
    #expect(try Self.create(user + "}").userID != nil)
    #expect(try Self.create(user + #","userID":null}"#).userID == nil)
  }

  @Test func anEarlierTextStaysUnlessItIsBehindAPointer() throws {
    #expect(try Self.create(#"{"token":"a","token":null,"description":"d","description":null}"#).token == "a")
    #expect(try Self.update(#"{"status":"inactive","status":null}"#).status == nil)
    #expect(try Self.update(#"{"description":"d","description":null}"#).description == nil)
    #expect(try Self.update(#"{"status":null,"status":"inactive"}"#).status == "inactive")
  }

  @Test func aNullListOfAnUpstreamIsEmpty() throws {
    #expect(try JSONReader.value(in: Array(#"{"content":null}"#.utf8)).member("content")?.elements?.isEmpty == true)
    #expect(try JSONReader.value(in: Array(#"{"content":{}}"#.utf8)).member("content")?.elements == nil)
  }
}
