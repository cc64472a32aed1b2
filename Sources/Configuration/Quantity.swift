// Sizes and time spans as people write them.

enum Quantity {
  /// Bytes of a text such as `64KiB`; nil where it is no size or does not fit.
  static func bytes(_ text: String) -> Int? {
    scaled(text, by: ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30])
  }

  /// Milliseconds of a text such as `10s`; nil where it is no time span or does not fit.
  static func milliseconds(_ text: String) -> Int? {
    scaled(text, by: ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000])
  }

  /// A whole number directly followed by one of the units.
  private static func scaled(_ text: String, by units: [String: Int]) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
    guard let number = Int(digits), let factor = units[String(text.dropFirst(digits.count))] else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}
