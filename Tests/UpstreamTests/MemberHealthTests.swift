import TestSupport
import Testing
import Threading

@testable import Upstream

@Suite struct MemberHealthTests {
  private let clock = ManualClock()
  private let member = UpstreamMember(host: "db", port: 8086, isTLS: false)

  @Test func isPassedOverForASecondAfterARefusal() {
    #expect(!member.isAvoided(at: clock.now))
    member.noteRefusal(at: clock.now)
    #expect(member.isAvoided(at: clock.now))
    clock.advance(by: .milliseconds(999))
    #expect(member.isAvoided(at: clock.now))
    clock.advance(by: .milliseconds(1))
    #expect(!member.isAvoided(at: clock.now))
  }

  @Test func tellsSinceWhenItIsAsItIs() {
    let first = clock.now
    member.noteRefusal(at: first)
    clock.advance(by: .seconds(5))
    member.noteRefusal(at: clock.now)
    #expect(member.health == .refusing(since: first, latest: clock.now))
    clock.advance(by: .seconds(5))
    let back = clock.now
    member.noteReachable(at: back)
    clock.advance(by: .seconds(5))
    member.noteReachable(at: clock.now)
    #expect(member.health == .reachable(since: back))
    #expect(!member.isAvoided(at: clock.now))
  }

  @Test func whatOneLoopFoundEveryLoopKnows() throws {
    let dead = try closedPort()
    let server = try ScriptedServer(
      [.readRequest, .send(.ok("one")), .awaitEnd], [.readRequest, .send(.ok("two")), .awaitEnd])
    let members = [dead, server.port].map { UpstreamMember(host: "127.0.0.1", port: $0, isTLS: false) }
    let first = try Scene(members)
    let exchange = Exchange()
    first.play(exchange)
    #expect(exchange.text == "one")
    guard case .refusing(let since, let latest) = members[0].health else {
      Issue.record("\(members[0].health)")
      return
    }
    // A second loop does not try the dead one: nothing was noted of it again.
    let second = try Scene(members)
    let other = Exchange()
    second.play(other)
    #expect(other.text == "two")
    #expect(members[0].health == .refusing(since: since, latest: latest))
    exchange.connection?.abandon()
    other.connection?.abandon()
    server.join()
  }
}
