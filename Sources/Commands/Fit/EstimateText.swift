internal import Glibc
internal import Groundwork
internal import Probability

/// How estimates are shown to people: with as many decimals as their uncertainty makes worth reading.
enum EstimateText {
  /// Half the width of a 95 % interval in standard errors.
  static let reach = 1.959963984540054

  /// Decimals that show three digits of the standard error, 0 to 8; four leading digits where there is none.
  static func decimals(_ value: Double, standardError: Double) -> Int {
    let size = standardError.isFinite && standardError > 0 ? standardError * 0.01 : abs(value) * 0.001
    guard size > 0, size.isFinite else { return 0 }
    return min(8, max(0, -Int(log10(size).rounded(.down))))
  }

  /// A number for people in a table of its kind.
  static func cell(_ value: Double, standardError: Double) -> Table.Cell {
    guard value.isFinite else { return .empty }
    let decimals = decimals(value, standardError: standardError)
    let tooSmall = decimals == 8 && abs(value) < 1e-6 && value != 0
    return tooSmall || abs(value) >= 1e12 ? .estimate(value) : .precise(value, decimals: decimals)
  }

  static func ratio(_ value: Double) -> Table.Cell { value.isFinite ? .precise(value, decimals: ratioDecimals(value)) : .empty }

  /// `[0,82; 1,14]`.
  static func interval(_ lower: Double, _ upper: Double, decimals: Int) -> Phrase {
    guard lower.isFinite, upper.isFinite else { return Phrase("") }
    return Phrase("[") + number(lower, decimals: decimals) + Phrase("; ") + number(upper, decimals: decimals) + Phrase("]")
  }

  static func ratioInterval(_ lower: Double, _ upper: Double) -> Phrase { interval(lower, upper, decimals: ratioDecimals(lower)) }

  /// Three leading digits, at most seven decimals.
  private static func ratioDecimals(_ value: Double) -> Int {
    guard value > 0, value.isFinite else { return 3 }
    return min(7, max(1, 2 - Int(log10(value).rounded(.down))))
  }

  static func number(_ value: Double, decimals: Int) -> Phrase {
    guard value.isFinite else { return Phrase("") }
    guard abs(value) < 1e12 else {
      let digits = NumberText.display(value / pow(10, log10(abs(value)).rounded(.down)), decimals: 2, language: .en)
      return Phrase("\(digits)e\(Int(log10(abs(value)).rounded(.down)))")
    }
    return Phrase(
      da: NumberText.display(value, decimals: decimals, language: .da), en: NumberText.display(value, decimals: decimals, language: .en))
  }

  /// A number of any size with about five digits.
  static func number(_ value: Double) -> Phrase {
    let size = abs(value)
    return number(value, decimals: size >= 1000 ? 1 : size >= 100 ? 2 : size >= 1 ? 3 : size >= 0.001 || size == 0 ? 4 : 8)
  }

  static func count(_ value: Int) -> Phrase { number(Double(value), decimals: 0) }

  /// `0,034`, `<0,001`.
  static func probability(_ value: Double) -> Phrase {
    guard value.isFinite else { return Phrase("") }
    if value < 0.0005 { return Phrase(da: "<0,001", en: "<0.001") }
    return Phrase("\u{2007}") + number(value, decimals: 3)
  }

  /// The same text as a cell that machines read as `code`.
  static func cell(_ phrase: Phrase) -> Table.Cell { phrase.isEmpty ? .empty : .term(code: phrase.en, phrase) }
}
