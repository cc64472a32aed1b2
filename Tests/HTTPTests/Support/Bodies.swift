// Decodes bodies that arrive in pieces, and encodes chunked ones.

import HTTP

/// What became of a body.
enum BodyReading: Equatable {
  case refused(HeadProblem)
  /// `rest` lies beyond the body's end.
  case read(payload: [UInt8], rest: [UInt8], isComplete: Bool)
}

/// Feeds `pieces` as a connection does: what a step leaves unread is where the next message begins.
func readBody(_ pieces: [[UInt8]], framing: BodyFraming = .chunked) -> BodyReading {
  var decoder = BodyDecoder(framing)
  var payload: [UInt8] = []
  var rest: [UInt8] = []
  do throws(HeadProblem) {
    for var piece in pieces {
      let outcome: Result<ChunkedDecoder.Step, HeadProblem> = piece.withUnsafeMutableBytes { bytes in
        do throws(HeadProblem) { return .success(try decoder.decode(bytes)) } catch { return .failure(error) }
      }
      let step = try outcome.get()
      payload += piece[..<step.produced]
      rest += piece[step.consumed...]
    }
  } catch { return .refused(error) }
  return .read(payload: payload, rest: rest, isComplete: decoder.isComplete)
}

func readChunked(_ text: String) -> BodyReading { readBody([Array(text.utf8)]) }

/// `payload` cut into chunks of the given sizes, with an extension and a trailer where asked.
func chunked(_ pieces: [[UInt8]], extensions: String = "", trailers: String = "") -> [UInt8] {
  var result: [UInt8] = []
  for piece in pieces where !piece.isEmpty {
    result += Array("\(String(piece.count, radix: 16))\(extensions)\r\n".utf8) + piece + [0x0d, 0x0a]
  }
  return result + Array("0\r\n\(trailers)\r\n".utf8)
}
