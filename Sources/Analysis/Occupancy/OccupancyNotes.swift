import Capacity
public import Groundwork

/// What served, waiting and left rest on, said with every table that shows them.
public struct OccupancyNotes: Sendable {
  private let basis: OccupancyBasis

  public init(_ basis: OccupancyBasis) { self.basis = basis }

  public var meta: [(key: String, value: String)] { [("rule_set", basis.rules.name), ("places_limit", basis.rules.waiting.limit.rawValue)] }

  public var phrases: [Phrase] {
    [
      Phrase(
        da: "Efterspørgsel = med plads + venteliste + gået til andre, for hvert område og hver art i hver fremtid og måned; et enkelt tilbud giver plads til andre tilbuds borgere eller sender sine videre. Den, som et fuldt tilbud ikke har plads til, tilbydes ledige pladser i andre tilbud i samme område, art og paragraf (efter deres andel af indskrivningerne, værtskommune og pris); ellers går en andel til en anden leverandør, og resten venter. Tilbud med flere borgere end pladser bliver ved i samme forhold. Efterspørgslen er fremskrevet efter dem, som har fået en plads.",
        en: "Demand = served + waiting + left, for every area and kind in every future and month; a single offer takes in citizens of other offers or passes its own on. Whom a full offer has no place for is offered free places in other offers of the same area, kind and legal section (by their share of admissions, host municipality and price); else a share goes to another supplier, and the rest waits. Offers with more citizens than places go on in the same proportion. Demand is carried on from those who got a place."),
      RiskTables.model,
      queue,
      Phrase(da: "Regelsæt: \(basis.rules.name) (\(basis.rules.title.da)).", en: "Rule set: \(basis.rules.name) (\(basis.rules.title.en))."),
    ] + basis.rules.assumptions(RuleSet.Waiting.rulesUsed)
  }

  private var queue: Phrase {
    guard basis.waitingNow.isEmpty else {
      return Phrase(
        da: "Ventelisten begynder med dem, som activity tæller ved udgangspunktet; de er ikke i modellens efterspørgsel.",
        en: "The waiting list begins with those whom activity counts at the origin; they are not in the model's demand.")
    }
    return Phrase(
      da: "Dagens venteliste er ukendt (activity, kolonnen waiting); den begynder tom.",
      en: "Today's waiting list is unknown (activity, column waiting); it begins empty.")
  }
}
