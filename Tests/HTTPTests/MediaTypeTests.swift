// Where the name of a media type ends and its parameters begin.

import Testing

@testable import HTTP

@Suite struct MediaTypeTests {
  @Test(
    arguments: [
      ("application/x-protobuf", ""), ("APPLICATION/X-Protobuf", ""), ("application/x-protobuf;a=B", ";a=b"),
      ("application/x-protobuf ; charset=\"UTF-8\"", ";charset=\"utf-8\""), ("application/x-protobuf x", "x"),
    ]) func nameEndsAtASemicolonOrBlank(value: String, parameters: String)
  {
    let media = MediaType(Array(value.utf8))
    #expect(media.names("application/x-protobuf") && media.parameters == Array(parameters.utf8))
  }

  @Test(arguments: [
    "application/x-protobuf2", "application/x-protobuf\t", " application/x-protobuf", "application\u{f}x",
  ])
  func otherNamesAreOthers(value: String) {
    let media = MediaType(Array(value.utf8))
    #expect(!media.names("application/x-protobuf") && !media.names("application/x"))
  }

  @Test(arguments: ["", ";charset=utf-8", " x"]) func aFieldMayNameNone(value: String) {
    #expect(MediaType(Array(value.utf8)).isEmpty)
  }
}
