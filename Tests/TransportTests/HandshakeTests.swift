// Connections open, verify their peer, or say why not.

import Glibc
import Testing

@testable import Transport

@Suite struct HandshakeTests {
  @Test func opensPlainConnection() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop)
    play(
      loop, .when(pair.isOpen) { pair.client.stream?.write(Array("hello".utf8)) },
      .when(pair.server.received.count == 5))
    #expect(pair.client.stream?.isTLS == false)
    #expect(pair.server.opened == 0)
    pair.close()
  }

  @Test func opensTLSConnection() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: try Certificate.localhost)
    play(
      loop,
      .when(pair.isOpen) {
        pair.client.stream?.write(Array("hello".utf8))
        pair.server.stream?.write(Array("world".utf8))
      }, .when(pair.server.received == Array("hello".utf8) && pair.client.received == Array("world".utf8)))
    #expect(pair.client.stream?.isTLS == true)
    #expect(pair.client.opened == 1)
    #expect(pair.server.opened == 1)
    pair.close()
  }

  @Test func verifiesNumericAddress() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: try Certificate.localhost, serverName: "127.0.0.1")
    play(loop, .when(pair.isOpen))
    pair.close()
  }

  @Test(arguments: ["other.example", "127.0.0.2", "localhost.example", "x.localhost"])
  func refusesCertificateOfAnotherName(name: String) throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: try Certificate.localhost, serverName: name)
    play(loop, .when(pair.client.failure != nil))
    guard case .handshake(let reason) = pair.client.failure else {
      Issue.record("\(String(describing: pair.client.failure))")
      return
    }
    #expect(reason.contains("mismatch"))
    #expect(pair.client.opened == 0)
    pair.close()
  }

  @Test func refusesCertificateOfUnknownAuthority() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let pair = try Connected(loop, tls: try Certificate.localhost, ca: try Certificate.other)
    play(loop, .when(pair.client.failure != nil && pair.server.failure != nil))
    guard case .handshake = pair.client.failure, case .handshake = pair.server.failure else {
      Issue.record("\(String(describing: pair.client.failure)), \(String(describing: pair.server.failure))")
      return
    }
    pair.close()
  }

  @Test func refusesPlaintextWhereTLSIsSpoken() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let server = Recorder()
    let context = try ServerTLSContext(Certificate.localhost.settings)
    let listener = try ListeningSocket(address: "127.0.0.1", port: 0, loop: loop) { socket in
      server.stream = try? ByteStream(accepted: socket.descriptor, loop: loop, tls: context, handler: server)
    }
    let client = Recorder()
    client.onOpened = { $0.write(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)) }
    client.stream = try ByteStream(
      connectingTo: "127.0.0.1", port: listener.port, loop: loop, tls: nil, serverName: "", handler: client)
    play(loop, .when(server.failure != nil), .when(client.hasEnded || client.failure != nil))
    guard case .handshake = server.failure else {
      Issue.record("\(String(describing: server.failure))")
      return
    }
    listener.closeDescriptor()
  }

  @Test func saysThatAConnectionIsRefused() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    let listener = try ListeningSocket(address: "127.0.0.1", port: 0, loop: loop) { _ in }
    let port = listener.port
    listener.closeDescriptor()
    let client = Recorder()
    client.stream = try ByteStream(
      connectingTo: "127.0.0.1", port: port, loop: loop, tls: nil, serverName: "", handler: client)
    play(loop, .when(client.failure != nil))
    #expect(client.failure == .connect(ECONNREFUSED))
    #expect(client.stream?.isOpen == false)
  }

  @Test func refusesAddressThatIsNotNumeric() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    #expect(throws: TransportFailure.self) {
      try ByteStream(
        connectingTo: "localhost", port: 1, loop: loop, tls: nil, serverName: "", handler: Recorder())
    }
  }

  @Test func acceptsEveryConnectionOfARush() throws {
    let loop = try EventLoop(scratchBytes: 4_096)
    var accepted: [AcceptedSocket] = []
    let listener = try ListeningSocket(address: "127.0.0.1", port: 0, loop: loop) { accepted.append($0) }
    let clients = try (0..<150).map { _ in
      let client = Recorder()
      client.stream = try ByteStream(
        connectingTo: "127.0.0.1", port: listener.port, loop: loop, tls: nil, serverName: "", handler: client)
      return client
    }
    play(loop, .when(accepted.count == 150 && clients.allSatisfy { $0.opened == 1 }))
    #expect(accepted.allSatisfy { $0.address == "127.0.0.1" && $0.port > 0 })
    #expect(Set(accepted.map(\.port)).count == 150)
    for socket in accepted { Glibc.close(socket.descriptor) }
    for client in clients { client.stream?.close() }
    listener.closeDescriptor()
  }

  // MARK: Settings

  @Test func namesTheFileAtFault() throws {
    var settings = try Certificate.localhost.settings
    settings.certificatePath = "/nowhere/certificate.pem"
    expectFailure(settings, "certificate /nowhere/certificate.pem: ")
    settings = try Certificate.localhost.settings
    settings.keyPath = settings.certificatePath
    expectFailure(settings, "key \(settings.keyPath): ")
    settings.keyPath = try Certificate.other.keyPath
    expectFailure(settings, "key \(settings.keyPath)")
  }

  @Test func refusesUnknownCiphers() throws {
    var settings = try Certificate.localhost.settings
    settings.ciphers = "NO-SUCH-CIPHER"
    expectFailure(settings, "ciphers: ")
    settings.ciphers = nil
    settings.cipherSuites = "NO_SUCH_SUITE"
    expectFailure(settings, "cipher_suites: ")
  }

  @Test func neverTrustsMoreThanTheFileGiven() throws {
    for path in ["/nowhere/ca.pem", "/dev/null", try Certificate.localhost.keyPath] {
      #expect(throws: TransportFailure.self) { try ClientTLSContext(caPath: path) }
    }
  }

  private func expectFailure(_ settings: ServerTLSSettings, _ beginning: String) {
    do throws(TransportFailure) {
      _ = try ServerTLSContext(settings)
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix(beginning), "\(error.description)")
    }
  }
}
