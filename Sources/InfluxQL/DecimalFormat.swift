// Printing of floating-point numbers as Go does, in decimal digits without Foundation.

enum DecimalFormat {
  /// The shortest digits that read back as the same number, never with an exponent: `0.00001`, `1500000`.
  static func shortest(_ value: Double) -> String {
    let (sign, digits, point) = shortestDigits(of: value)
    if digits.isEmpty { return sign + "0" }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// Go's `%v`: the shortest digits, with an exponent below 1e-4 and from 1e6 on.
  static func general(_ value: Double) -> String {
    let (sign, digits, point) = shortestDigits(of: value)
    let exponent = point - 1
    guard !digits.isEmpty, exponent < -4 || exponent >= 6 else { return shortest(value) }
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    let magnitude = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(magnitude)"
  }

  /// As `shortest`, with `.0` behind a whole number, so that it reads back as a decimal number and not as an integer.
  static func decimal(_ value: Double) -> String {
    let digits = shortest(value)
    return digits.utf8.contains(Byte.dot) ? digits : digits + ".0"
  }

  /// With three decimals, as servers before 1.12 print it; `isWhole` where none is lost. What is lost is cut off rather than
  /// rounded: such a text is not for reading.
  static func threeDecimals(_ value: Double) -> (text: String, isWhole: Bool) {
    let digits = decimal(value)
    let decimals = digits.utf8.reversed().prefix { $0 != Byte.dot }.count
    if decimals <= 3 { return (digits + String(repeating: "0", count: 3 - decimals), true) }
    return (String(digits.dropLast(decimals - 3)), false)
  }

  /// Sign, digits without zeros at either end, and where the point stands: `digits` × 10^(`point` − count).
  private static func shortestDigits(of value: Double) -> (sign: String, digits: String, point: Int) {
    var digits = ""
    var point: Int?
    var exponent = 0
    let text = value.magnitude.description
    for (index, character) in text.utf8.enumerated() {
      if Byte.isDigit(character) {
        digits.unicodeScalars.append(Unicode.Scalar(character))
      } else if character == Byte.dot {
        point = index
      } else {
        exponent = Int(text.utf8.dropFirst(index + 1).filter { Byte.isDigit($0) || $0 == Byte.minus }.asText) ?? 0
        break
      }
    }
    let leadingZeros = digits.prefix { $0 == "0" }.count
    let position = (point ?? digits.count) + exponent - leadingZeros
    digits.removeFirst(leadingZeros)
    while digits.last == "0" { digits.removeLast() }
    return (value.sign == .minus ? "-" : "", digits, position)
  }
}

extension Sequence<UInt8> {
  fileprivate var asText: String { String(decoding: Array(self), as: UTF8.self) }
}
