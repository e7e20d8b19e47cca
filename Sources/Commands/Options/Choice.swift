internal import ArgumentParser
internal import Groundwork

/// Values of options, read with a reason that helps where they do not suit.
enum Choice {
  static func word<Word: RawRepresentable & CaseIterable & Sendable>(_ type: Word.Type) -> @Sendable (String) throws -> Word
  where Word.RawValue == String {
    let words = Array(Word.allCases)
    let read = name(among: words.map(\.rawValue))
    return { text in
      let name = try read(text)
      guard let word = words.first(where: { $0.rawValue == name }) else { preconditionFailure("a name among the words") }
      return word
    }
  }

  static func name(among valid: [String]) -> @Sendable (String) throws -> String {
    { text in
      if valid.contains(text) { return text }
      let list = valid.joined(separator: ", ")
      var reason = Phrase(da: "Gyldige: \(list).", en: "Valid: \(list).")
      if let nearest = NearestName.find(text, among: valid) {
        reason = Phrase(da: "Mente du »\(nearest)«? ", en: "Did you mean “\(nearest)”? ") + reason
      }
      throw ValidationError(reason.spoken)
    }
  }

  static func integer(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
      if let value = Int(text), range.contains(value) { return value }
      let (low, high) = (shown(range.lowerBound), shown(range.upperBound))
      throw ValidationError(
        Phrase(
          da: "Det skal være et helt tal fra \(low[.da]) til \(high[.da]).",
          en: "It must be a whole number from \(low[.en]) to \(high[.en])."
        ).spoken)
    }
  }

  private static func shown(_ value: Int) -> Phrase {
    Phrase(
      da: NumberText.display(Double(value), decimals: 0, language: .da),
      en: NumberText.display(Double(value), decimals: 0, language: .en))
  }
}
