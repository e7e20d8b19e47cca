#if canImport(Glibc)
import Glibc
#endif

/// Numbers as text, both ways, without any locale of the machine.
public enum NumberText {
  /// Why a text is not a number that can be used.
  public enum Problem: Error, Hashable, Sendable {
    case notANumber
    /// `1.234,5` or `1,234.5`: the reader cannot know which sign is which.
    case thousandsSeparator
    /// `nan`, `inf`, or a number too large for a double.
    case notFinite
  }

  /// Reads a decimal number with a point or a comma as decimal sign, an optional sign and an optional exponent.
  /// Hexadecimal forms, `nan`, `inf`, blanks inside and thousands separators are refused.
  /// Accepts plain UTF-8 bytes so that a CSV field needs no copy.
  public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(Problem) -> Double {
    if let quick = parseShort(bytes) { return quick }
    var digits = 0
    var separators = 0
    var exponentAt: Int?
    var buffer = [CChar]()
    buffer.reserveCapacity(bytes.count + 1)
    for (position, byte) in bytes.enumerated() {
      switch byte {
      case 0x30...0x39:
        digits += 1
        buffer.append(CChar(byte))
      case 0x2E, 0x2C:
        guard exponentAt == nil else { throw .notANumber }
        separators += 1
        buffer.append(0x2E)
      case 0x2B, 0x2D:
        guard position == 0 || exponentAt == position - 1 else { throw .notANumber }
        buffer.append(CChar(byte))
      case 0x65, 0x45:
        guard exponentAt == nil, digits > 0 else { throw problem(of: bytes) }
        exponentAt = position
        buffer.append(0x65)
      default: throw problem(of: bytes)
      }
    }
    guard digits > 0, exponentAt != bytes.count - 1 else { throw .notANumber }
    guard separators <= 1 else { throw .thousandsSeparator }
    if let last = bytes.last, last == 0x2B || last == 0x2D { throw .notANumber }
    buffer.append(0)
    let value = strtod(buffer, nil)
    guard value.isFinite else { throw .notFinite }
    return value
  }

  public static func parse(_ text: String) throws(Problem) -> Double {
    let bytes = Array(text.utf8)
    let result: Result<Double, Problem> = bytes.withUnsafeBufferPointer { buffer in
      do throws(Problem) { return .success(try parse(buffer)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// At most 15 digits with at most one separator among them: the digits and the power of ten are exact doubles,
  /// so their quotient is the nearest double, as strtod gives it. Nil for every other form.
  private static func parseShort(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard !bytes.isEmpty, bytes.count <= 16 else { return nil }
    var value = 0
    var digits = 0
    var separator: Int?
    for (position, byte) in bytes.enumerated() {
      if byte >= 0x30, byte <= 0x39 {
        value = value * 10 + Int(byte - 0x30)
        digits += 1
      } else if byte == 0x2E || byte == 0x2C, separator == nil {
        separator = position
      } else {
        return nil
      }
    }
    guard digits > 0, digits <= 15 else { return nil }
    guard let separator else { return Double(value) }
    return Double(value) / powersOfTen[bytes.count - 1 - separator]
  }

  private static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

  private static func problem(of bytes: UnsafeBufferPointer<UInt8>) -> Problem {
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    let bare = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
    if ["nan", "inf", "infinity"].contains(bare) { return .notFinite }
    let separators: Set<Character> = [" ", "\u{A0}", "\u{202F}", "'"]
    if bare.contains(where: { separators.contains($0) }), bare.allSatisfy({ $0.isNumber || separators.contains($0) || $0 == "," || $0 == "." }) {
      return .thousandsSeparator
    }
    return .notANumber
  }

  /// For people: fixed decimals, U+2212 as minus; Danish has a decimal comma and points between thousands, English the reverse.
  public static func display(_ value: Double, decimals: Int, language: Language) -> String {
    let fixed = fixedPoint(value, decimals: decimals)
    let (whole, fraction) = split(fixed)
    let negative = whole.hasPrefix("-")
    let digits = negative ? String(whole.dropFirst()) : whole
    let grouped = group(digits, by: language == .da ? "." : ",")
    var text = negative ? minus + grouped : grouped
    if !fraction.isEmpty { text += (language == .da ? "," : ".") + fraction }
    return text
  }

  /// The sign of negative numbers for people.
  public static let minus = "−"

  /// For machines: a point, no grouping, at most `decimals` decimals without trailing zeros.
  /// Rounding hides the last digits, in which BLAS kernels differ.
  public static func machine(_ value: Double, decimals: Int = 6) -> String {
    let fixed = fixedPoint(value, decimals: decimals)
    guard fixed.contains(".") else { return fixed }
    var text = Substring(fixed)
    while text.hasSuffix("0") { text = text.dropLast() }
    if text.hasSuffix(".") { text = text.dropLast() }
    return text == "-0" ? "0" : String(text)
  }

  /// For machines: every digit that identifies the double.
  public static func allDigits(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return value.description
  }

  private static func fixedPoint(_ value: Double, decimals: Int) -> String {
    guard abs(value) < 1e18 else { return value.description }
    var buffer = [CChar](repeating: 0, count: 64)
    let written = withVaList([Int32(decimals), value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
    let text = String(decoding: buffer[..<Int(written)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let isZero = !text.contains { $0 >= "1" && $0 <= "9" }
    return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
  }

  private static func split(_ fixed: String) -> (whole: String, fraction: String) {
    guard let point = fixed.firstIndex(of: ".") else { return (fixed, "") }
    return (String(fixed[..<point]), String(fixed[fixed.index(after: point)...]))
  }

  private static func group(_ digits: String, by separator: String) -> String {
    guard digits.count > 3, digits.allSatisfy({ $0.isNumber }) else { return digits }
    var parts: [Substring] = []
    var rest = Substring(digits)
    while rest.count > 3 {
      parts.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    parts.insert(rest, at: 0)
    return parts.joined(separator: separator)
  }
}
