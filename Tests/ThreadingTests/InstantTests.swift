import TestSupport
import Testing
import Threading

@Suite("Moments and lengths of time")
struct InstantTests {
  @Test("what lies ahead is no time ago")
  func future() {
    let clock = ManualClock()
    let earlier = clock.now
    clock.advance(by: .milliseconds(5))
    #expect(clock.now - earlier == .milliseconds(5))
    #expect(earlier - clock.now == .zero)
  }

  @Test("beyond the clock's end is its end")
  func end() {
    #expect(Instant.never + .seconds(1) == .never)
    #expect(Instant(nanoseconds: .max - 5) + .microseconds(1) == .never)
    #expect(Interval.forever + .microseconds(1) == .forever)
    #expect(Interval.seconds(.max) == .forever)
    #expect(Interval.forever * 3 == .forever)
    #expect(Instant.start + .forever == .never)
  }

  @Test("a negative number is no time")
  func negative() {
    #expect(Interval.milliseconds(-1) == .zero)
    #expect(Interval.seconds(.min) == .zero)
    #expect(Interval.milliseconds(1) - .seconds(1) == .zero)
    #expect(Interval.milliseconds(7) * -1 == .zero)
  }

  @Test("units are rounded down", arguments: [(1_999_999_999, 1_999_999, 1_999, 1), (999, 0, 0, 0)])
  func units(nanoseconds: Int, micro: Int, milli: Int, whole: Int) {
    let interval = Interval(nanoseconds: UInt64(nanoseconds))
    #expect(interval.microseconds == micro)
    #expect(interval.milliseconds == milli)
    #expect(interval.seconds == whole)
  }

  @Test("the clock never steps back")
  func monotonic() {
    var latest = Instant.now
    for _ in 0..<1_000 {
      let now = Instant.now
      #expect(now >= latest)
      latest = now
    }
  }
}
