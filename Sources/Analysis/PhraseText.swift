import Groundwork
import Scenarios

extension Phrase {
  /// A text made in each language.
  init(_ text: (Language) -> String) { self.init(da: text(.da), en: text(.en)) }

  /// With the full stop that an abbreviation at its end may be already.
  var sentence: Phrase { Phrase { self[$0].hasSuffix(".") ? self[$0] : self[$0] + "." } }

  /// A change with its sign; nothing but zeros has none.
  static func change(_ value: Double, decimals: Int) -> Phrase {
    Phrase { language in
      let text = NumberText.display(value, decimals: decimals, language: language)
      return value > 0 && text.contains { $0.isNumber && $0 != "0" } ? "+" + text : text
    }
  }

  /// `3,1 [−2; 8]`: a mean or median with the ends of its interval.
  static func interval(_ value: Double, _ lower: Double, _ upper: Double, decimals: Int, ends: Int? = nil) -> Phrase {
    Phrase { language in
      let first = NumberText.display(value, decimals: decimals, language: language)
      let pair = [lower, upper].map { NumberText.display($0, decimals: ends ?? decimals, language: language) }
      return "\(first)\u{A0}[\(pair[0]);\u{A0}\(pair[1])]"
    }
  }
}

extension Table.Cell {
  /// A text that machines read in English.
  static func phrase(_ text: Phrase) -> Table.Cell { .term(code: text.en, text) }
}

extension Plan {
  /// What a title says after its last word: which scenario it is, nothing for the plain forecast.
  var titleSuffix: Phrase { base == nil ? Phrase("") : Phrase(da: ", scenarie \(name)", en: ", scenario \(name)") }
}
