public import Groundwork

/// What may tell citizens' rates of leaving apart besides where, for whom and since when they are there.
public enum Covariate: String, CaseIterable, Hashable, Sendable {
  /// The age that a citizen reaches in the year of the admission, before any transfer.
  case age
  case supportLevel = "support_level"
  /// A stay's price over the median price of the stays of the same area and kind that began in the same year.
  case pricePosition = "price_position"

  public var phrase: Phrase {
    switch self {
    case .age: Phrase(da: "alder ved indskrivning", en: "age at admission")
    case .supportLevel: Phrase(da: "støtteniveau", en: "support level")
    case .pricePosition: Phrase(da: "pris mod områdets median", en: "price against the area's median")
    }
  }
}

/// The groups into which a covariate's values fall.
public struct CovariateBands: Hashable, Sendable {
  public let covariate: Covariate
  /// Where the second and later bands begin, ascending.
  let bounds: [Double]
  /// One more than bounds.
  public let labels: [Phrase]

  public var count: Int { labels.count }

  func band(_ value: Double) -> Int { bounds.firstIndex { value < $0 } ?? bounds.count }

  static let age = CovariateBands(
    covariate: .age, bounds: [12, 18, 25, 40, 60],
    labels: [
      Phrase(da: "under 12 år", en: "below 12"), Phrase(da: "12-17 år", en: "12-17"), Phrase(da: "18-24 år", en: "18-24"),
      Phrase(da: "25-39 år", en: "25-39"), Phrase(da: "40-59 år", en: "40-59"), Phrase(da: "60 år og mere", en: "60 and more"),
    ])

  static let pricePosition = CovariateBands(
    covariate: .pricePosition, bounds: [0.8, 0.95, 1.05, 1.25],
    labels: [
      Phrase(da: "under 80 %", en: "below 80%"), Phrase("80-95 %"), Phrase("95-105 %"), Phrase("105-125 %"),
      Phrase(da: "over 125 %", en: "above 125%"),
    ])

  /// Most levels that stand by themselves; more are taken together by fifths of the stays.
  private static let mostLevels = 8

  /// Nil where there is no level.
  static func supportLevel(_ values: [Double]) -> CovariateBands? {
    let sorted = values.sorted()
    var bounds = Set(sorted).sorted()
    guard let lowest = bounds.first else { return nil }
    if bounds.count > mostLevels { bounds = [lowest] + Set((1..<5).map { sorted[sorted.count * $0 / 5] }).sorted().filter { $0 > lowest } }
    let isSingle = Set(sorted).count == bounds.count
    let labels = bounds.enumerated().map { position, from -> Phrase in
      func text(_ language: Language) -> String { NumberText.display(from, decimals: from == from.rounded() ? 0 : 2, language: language) }
      return isSingle ? Phrase(da: text(.da), en: text(.en)) : Phrase(da: "fra \(text(.da))", en: "from \(text(.en))")
    }
    return CovariateBands(covariate: .supportLevel, bounds: Array(bounds.dropFirst()), labels: labels)
  }
}
