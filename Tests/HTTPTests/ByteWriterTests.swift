// A writer never leaves its buffer, and says when something did not fit.

import HTTP
import Testing

/// What `write` leaves in a buffer of `capacity` bytes that is followed by a guard.
private func written(_ capacity: Int, _ write: (inout ByteWriter) -> Void) -> (text: String, hasOverflowed: Bool) {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity + 64, alignment: 1)
  defer { memory.deallocate() }
  memory.initializeMemory(as: UInt8.self, repeating: 0xee)
  var writer = ByteWriter(UnsafeMutableRawBufferPointer(rebasing: memory[..<capacity]))
  write(&writer)
  #expect(memory[capacity...].allSatisfy { $0 == 0xee })
  #expect(writer.count == writer.written.count)
  return (String(decoding: writer.written, as: UTF8.self), writer.hasOverflowed)
}

@Suite struct ByteWriterTests {
  @Test func appendsEveryKindInOrder() {
    let result = written(64) { writer in
      writer.append("a" as StaticString)
      writer.append("bé")
      writer.append([0x63])
      writer.append(byte: 0x64)
      writer.append(decimal: 10)
      writer.append(hexadecimal: 255)
    }
    #expect(result.text == "abécd10ff")
    #expect(!result.hasOverflowed)
  }

  @Test func fillsBufferExactly() {
    #expect(written(4) { $0.append("abcd") } == ("abcd", false))
  }

  @Test func dropsWholeWhatDoesNotFit() {
    let result = written(4) { writer in
      writer.append("abc")
      writer.append("de")
    }
    #expect(result == ("abc", true))
  }

  @Test func dropsNumbersThatDoNotFit() {
    #expect(written(2) { $0.append(decimal: 100) } == ("", true))
    #expect(written(2) { $0.append(hexadecimal: 0x100) } == ("", true))
  }

  @Test func takesNothingIntoNoBuffer() {
    #expect(written(0) { $0.append("") } == ("", false))
    #expect(written(0) { $0.append(byte: 1) } == ("", true))
  }

  @Test(arguments: [0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 4_294_967_296, .max])
  func writesNumbersAsTheirShortestDigits(value: Int) {
    #expect(written(32) { $0.append(decimal: value) }.text == String(value))
    #expect(written(32) { $0.append(hexadecimal: value) }.text == String(value, radix: 16))
  }

  @Test func framesAPieceOfAChunkedBodyTheSameWherever() {
    for (piece, isLast, expected) in [
      ("abc", false, "3\r\nabc\r\n"), ("abc", true, "3\r\nabc\r\n0\r\n\r\n"), ("", false, ""), ("", true, "0\r\n\r\n"),
    ] {
      var whole: [UInt8] = []
      whole.appendChunk(Array(piece.utf8), isLast: isLast)
      #expect(String(decoding: whole, as: UTF8.self) == expected)
      let parts = written(64) { writer in
        let suffix = writer.beginChunk(piece.utf8.count, isLast: isLast)
        writer.append(piece)
        writer.append(suffix)
      }
      #expect(parts.text == expected)
    }
  }
}
