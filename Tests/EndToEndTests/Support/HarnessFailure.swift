// What goes wrong in the harness itself, or a peer that does not do what a test waits for.

struct HarnessFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
