import Groundwork

/// One line of an offer's page, with its numbers for machines.
struct OfferFact {
  enum Section: String, CaseIterable {
    case offer, status, outlook, money, drivers, notice, places, assumptions

    var phrase: Phrase {
      switch self {
      case .offer: Phrase(da: "Tilbuddet", en: "The offer")
      case .status: Phrase("Status")
      case .outlook: Phrase(da: "Hvor sandsynligt, hvornår", en: "How likely, when")
      case .money: Phrase(da: "Penge", en: "Money")
      case .drivers: Phrase(da: "Hvad der driver det", en: "What drives it")
      case .notice: Phrase(da: "Varsel og tid", en: "Notice and time")
      case .places: Phrase(da: "Pladser at planlægge efter", en: "Places to plan for")
      case .assumptions: Phrase(da: "Antagelser", en: "Assumptions")
      }
    }
  }

  /// A number with the ends of its interval, where it has one.
  struct Number {
    let item: String
    var period = ""
    var municipality = ""
    var value: Double?
    var lower: Double?
    var upper: Double?
    var unit = ""
    var isAssumption = false
    /// In English, the same in both languages' outputs.
    var text = ""
  }

  let section: Section
  /// Nil where a neighbouring line tells it.
  let line: Phrase?
  let numbers: [Number]

  init(_ section: Section, _ line: Phrase?, _ numbers: [Number] = []) {
    self.section = section
    self.line = line
    self.numbers = numbers
  }
}
