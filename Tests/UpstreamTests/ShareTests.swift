// Nobody takes all upstream connections for long.

import HTTP
import Testing

import Threading
@testable import Transport
@testable import Upstream

@Suite struct ShareTests {
  private static let greedy = UpstreamClaim(login: "greedy", source: 1)

  /// An answer of which the first piece alone comes.
  private static let endless: [ScriptedServer.Action] = [
    .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx"), .awaitEnd,
  ]

  private static func slowReaders(_ count: Int) -> [Exchange] {
    (0..<count).map { _ in
      let exchange = Exchange(claim: greedy)
      exchange.onHead = { $0.readsResponse = false }
      return exchange
    }
  }

  @Test func keepsConnectionsForWrites() throws {
    let server = try ScriptedServer(
      Self.endless, Self.endless, Self.endless, [.readRequest, .send(.ok("written")), .awaitEnd])
    let scene = try Scene(server, limits: UpstreamLimits(connections: 4))
    let readers = Self.slowReaders(3)
    let waiting = Exchange(claim: Self.greedy)
    let writer = Exchange(claim: UpstreamClaim(login: "greedy", source: 1, isWrite: true))
    scene.play(
      { for reader in readers { reader.begin(scene.pool) } },
      (
        { readers.allSatisfy { $0.status == 200 } },
        {
          waiting.begin(scene.pool)
          writer.begin(scene.pool)
        }
      ), ({ writer.hasEnded }, {}))
    #expect(writer.text == "written")
    #expect(waiting.connection == nil)
    scene.pool.close()
    server.join()
  }

  @Test func takesBackWhatItsClientLeavesLying() throws {
    let answered: [ScriptedServer.Action] = [.readRequest, .send(.ok("served")), .awaitEnd]
    let server = try ScriptedServer(Self.endless, Self.endless, answered)
    var limits = UpstreamLimits(connections: 2)
    limits.clientPatience = .zero
    let scene = try Scene(server, limits: limits)
    let readers = Self.slowReaders(2)
    let modest = Exchange(claim: UpstreamClaim(login: "modest", source: 2))
    scene.play(
      { for reader in readers { reader.begin(scene.pool) } },
      ({ readers.allSatisfy { $0.status == 200 } }, { modest.begin(scene.pool) }),
      (
        {
          scene.pool.reclaim()
          return modest.hasEnded
        }, {}
      ))
    #expect(modest.text == "served")
    #expect(readers.filter(\.isReclaimed).count == 1)
    scene.pool.close()
    server.join()
  }

  @Test func leavesASlowReaderAloneWhileNobodyElseWaits() throws {
    let server = try ScriptedServer(Self.endless, Self.endless)
    var limits = UpstreamLimits(connections: 2)
    limits.clientPatience = .zero
    let scene = try Scene(server, limits: limits)
    let readers = Self.slowReaders(2)
    let another = Exchange(claim: Self.greedy)
    var looks = 0
    scene.play(
      { for reader in readers { reader.begin(scene.pool) } },
      ({ readers.allSatisfy { $0.status == 200 } }, { another.begin(scene.pool) }),
      (
        {
          scene.pool.reclaim()
          looks += 1
          return looks > 30
        }, {}
      ))
    #expect(readers.filter(\.isReclaimed).isEmpty)
    #expect(another.connection == nil)
    scene.pool.close()
    server.join()
  }

  @Test(arguments: [true, false]) func endsAReadThatYieldsForWhoHasWaited(yields: Bool) throws {
    let working: [ScriptedServer.Action] = [.readRequest, .awaitEnd]
    let server = try ScriptedServer(working, working, [.readRequest, .send(.ok("served")), .awaitEnd])
    var limits = UpstreamLimits(connections: 2)
    limits.clientPatience = .zero
    let scene = try Scene(server, limits: limits)
    let readers = (0..<2).map { _ in Exchange(claim: Self.greedy) }
    for reader in readers { reader.yieldsToOthers = yields }
    let modest = Exchange(claim: UpstreamClaim(login: "modest", source: 2))
    var looks = 0
    scene.play(
      { for reader in readers { reader.begin(scene.pool) } },
      ({ readers.allSatisfy { $0.connection != nil } }, { modest.begin(scene.pool) }),
      (
        {
          scene.pool.reclaim()
          looks += 1
          return modest.hasEnded || (!yields && looks > 30)
        }, {}
      ))
    #expect(modest.hasEnded == yields)
    #expect(readers.filter(\.isReclaimed).count == (yields ? 1 : 0))
    scene.pool.close()
    server.join()
  }

  @Test func addsUpWhatAClientLetsWait() {
    var wait = ClientWait()
    #expect(wait.duration(now: .start + .milliseconds(5)) == nil)
    wait.begin(now: .start + .milliseconds(10))
    wait.end(now: .start + .milliseconds(40))
    wait.moved(1_000, now: .start + .milliseconds(40))
    wait.begin(now: .start + .milliseconds(50))
    #expect(wait.duration(now: .start + .milliseconds(70)) == .milliseconds(50))
    wait.moved(65_536, now: .start + .milliseconds(80))
    wait.begin(now: .start + .milliseconds(90))
    #expect(wait.duration(now: .start + .milliseconds(95)) == .milliseconds(5))
  }
}
