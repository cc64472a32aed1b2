// What a stream tells its owner, and why one breaks.

/// What a stream tells its owner. All calls come from the stream's loop.
public protocol ByteStreamHandler: AnyObject {
  /// Connected, and the TLS handshake done.
  func streamOpened(_ stream: ByteStream)
  /// There may be something to read.
  func streamReadable(_ stream: ByteStream)
  /// Everything written has left, after the stream was congested.
  func streamDrained(_ stream: ByteStream)
  /// The deadline that the owner set has passed.
  func streamExpired(_ stream: ByteStream)
  /// The connection broke, or could not be made; the stream is closed.
  func streamFailed(_ stream: ByteStream, _ failure: StreamFailure)
  /// What came in place of a TLS handshake is a request of HTTP; the stream is a plaintext one now, to say so and close.
  func streamSpeaksHTTP(_ stream: ByteStream)
}

extension ByteStreamHandler {
  public func streamSpeaksHTTP(_ stream: ByteStream) {
    stream.close()
    streamFailed(stream, .handshake("http request"))
  }
}

public enum StreamFailure: Sendable, Equatable {
  case connect(Int32)
  case handshake(String)
  case reset
}
