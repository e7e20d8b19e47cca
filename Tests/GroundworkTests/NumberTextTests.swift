import Groundwork
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
  @Test("reads decimals with a point or a comma", arguments: [
    ("0", 0.0), ("42", 42), ("-3", -3), ("+7", 7), ("1.5", 1.5), ("1,5", 1.5), (".5", 0.5), ("5.", 5), ("2314,50", 2314.5),
    ("1e3", 1000), ("1,5E-2", 0.015), ("123456789012345", 123_456_789_012_345), ("0.1", 0.1), ("000012", 12),
    ("1234567890123456789", 1.2345678901234568e18), ("-0,25", -0.25),
  ])
  func reads(_ text: String, _ value: Double) throws {
    #expect(try NumberText.parse(text) == value)
  }

  @Test("short decimals are the same doubles as Swift's own reader gives")
  func shortDecimalsAreExact() throws {
    var state: UInt64 = 7
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let digits = String(state >> 20).prefix(Int(state >> 8 & 15) + 1)
      let cut = digits.index(digits.startIndex, offsetBy: Int(state >> 3) % (digits.count + 1))
      let text = "\(digits[..<cut]).\(digits[cut...])"
      let wanted = try #require(Double("0\(text)0"))
      #expect(try NumberText.parse(text).bitPattern == wanted.bitPattern, "\(text)")
    }
  }

  @Test("refuses what is no number", arguments: [
    ("", NumberText.Problem.notANumber), ("abc", .notANumber), ("-", .notANumber), (".", .notANumber), (",", .notANumber),
    ("1e", .notANumber), ("e5", .notANumber), ("1-2", .notANumber), ("0x1p3", .notANumber), ("12kr", .notANumber),
    ("nan", .notFinite), ("NaN", .notFinite), ("-inf", .notFinite), ("infinity", .notFinite), ("1e999", .notFinite),
    ("1.234,5", .thousandsSeparator), ("1,234.5", .thousandsSeparator), ("1 234", .thousandsSeparator),
    ("1\u{A0}234,5", .thousandsSeparator), ("1.234.567", .thousandsSeparator), ("½", .notANumber), ("１２", .notANumber),
  ])
  func refuses(_ text: String, _ problem: NumberText.Problem) {
    #expect(throws: problem) { try NumberText.parse(text) }
  }

  @Test("every digit survives the way out and back")
  func allDigitsRoundTrip() throws {
    for value in [0.1, 1.0 / 3, -2.5e-9, 6.02214076e23, 1e15, 123_456, -0.0, .pi] {
      #expect(try NumberText.parse(NumberText.allDigits(value)) == value)
    }
  }

  @Test("people see their own language's signs", arguments: [
    (1234.5, 1, "1.234,5", "1,234.5"), (-1_234_567.0, 0, "−1.234.567", "−1,234,567"), (0.004, 2, "0,00", "0.00"),
    (-0.004, 2, "0,00", "0.00"), (999.0, 0, "999", "999"), (1000.0, 0, "1.000", "1,000"),
  ])
  func displays(_ value: Double, _ decimals: Int, _ danish: String, _ english: String) {
    #expect(NumberText.display(value, decimals: decimals, language: .da) == danish)
    #expect(NumberText.display(value, decimals: decimals, language: .en) == english)
  }

  @Test("machines get no grouping and no trailing zeros", arguments: [
    (1234.5, "1234.5"), (2.0, "2"), (-0.0, "0"), (-1e-9, "0"), (1.0 / 3, "0.333333"), (100.0, "100"),
  ])
  func machine(_ value: Double, _ text: String) {
    #expect(NumberText.machine(value) == text)
  }
}
