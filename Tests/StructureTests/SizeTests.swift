// Files and types stay small enough to be read at once.

import Testing

@Suite struct SizeTests {
  private static let longestFile = 300
  private static let largestType = 450
  private static let highestMedian = 80

  private let tree: SourceTree

  init() throws { tree = try SourceTree() }

  @Test func noFileIsLongerThan300Lines() throws {
    #expect(tree.files.count > 300)
    let tests = try SourceTree(below: "Tests")
    #expect(tests.files.count > 200)
    let long = (tree.files + tests.files).filter { $0.lines.count > Self.longestFile }
    #expect(long.map { "\($0.path): \($0.lines.count)" } == [])
  }

  @Test func noTypeIsLongerThan450LinesWithAllItsExtensions() {
    let sizes = tree.sizesOfTypes
    // It can tell one that is spread over files.
    #expect(sizes["InfluxQL.Printer", default: 0] > 300)
    let large = sizes.filter { $0.value > Self.largestType }.map {
      "\($0.key): \($0.value)"
    }.sorted()
    #expect(large == [])
  }

  @Test func theMedianOfAllFilesIsUnder80Lines() {
    let lengths = tree.files.map(\.lines.count).sorted()
    #expect(lengths[lengths.count / 2] < Self.highestMedian)
  }
}
