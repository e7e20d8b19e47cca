internal import Glibc
internal import Groundwork

extension Table.Cell {
  /// Whether nothing stands in it: no value, a word without a code, a number that is none.
  var isEmpty: Bool {
    switch self {
    case .empty: true
    case .text(let text): text.isEmpty
    case .term(let code, _): code.isEmpty
    case .integer: false
    case .number(let value), .precise(let value, _), .estimate(let value): !value.isFinite
    }
  }

  var isNumber: Bool {
    switch self {
    case .integer, .number, .precise, .estimate: true
    case .empty, .text, .term: false
    }
  }

  /// For people; control characters of a user's file never reach the terminal.
  func shown(decimals: Int, language: Language) -> String {
    switch self {
    case .empty: ""
    case .text(let text): DisplayWidth.printable(text)
    case .term(_, let phrase): DisplayWidth.printable(phrase[language])
    case .integer(let value): NumberText.display(Double(value), decimals: 0, language: language)
    case .number(let value):
      value.isFinite ? NumberText.display(value, decimals: decimals, language: language) : ""
    case .precise(let value, let own):
      value.isFinite ? NumberText.display(value, decimals: own, language: language) : ""
    case .estimate(let value): value.isFinite ? Self.leadingDigits(value, language: language) : ""
    }
  }

  /// Five leading digits, with a power of ten where a plain number would be long.
  private static func leadingDigits(_ value: Double, language: Language) -> String {
    guard value != 0 else { return "0" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    guard exponent < -5 || exponent > 14 else {
      return NumberText.display(value, decimals: max(0, 4 - exponent), language: language)
    }
    let digits = NumberText.display(value / pow(10, Double(exponent)), decimals: 2, language: language)
    return "\(digits)e\(exponent)"
  }
}

extension Table {
  /// Indices of the columns in which anything stands; all where there are no rows. Only formats for people leave columns out.
  var filledColumns: [Int] {
    guard !rows.isEmpty else { return Array(columns.indices) }
    return columns.indices.filter { column in
      rows.contains { row in
        // A word without a code, such as "all", is empty to machines but may be the point of a row to people.
        if case .term(_, let phrase) = row[column] { return !phrase.isEmpty }
        return !row[column].isEmpty
      }
    }
  }
}
