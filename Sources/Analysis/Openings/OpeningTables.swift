import Capacity
import Forecasting
import Groundwork
import Placements
import Scenarios

/// Offers that the judged scenario opens, for `plads risk`, `--years` and `--costs`.
struct OpeningTables {
  let run: RiskRun
  let request: RiskRequest

  /// In the order of the risks.
  var openings: [(risk: OfferRisk, opening: OfferOpening)] { run.risks.compactMap { risk in risk.opening.map { (risk, $0) } } }

  /// Nil where the scenario opens none whose money is known.
  var sheet: Table? {
    guard !openings.isEmpty else { return nil }
    let level = NumberText.machine(100 * request.level)
    let (spreads, settles) = (request.rules.startUpYears > 0, request.rules.settlement != nil)
    var table = Table(
      title: Phrase(da: "Nye tilbud: opstart og de første år", en: "New offers: start-up and the first years"),
      columns: [
        .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("year", heading: Phrase(da: "År", en: "Year")),
        .init("months", heading: Phrase(da: "Md.", en: "Months")),
        .init("result", heading: Phrase(da: "Resultat, t.kr. [\(level) %]", en: "Result, 1,000 kr. [\(level) %]")),
        .init("deficit", heading: Phrase(da: "heraf opstartsunderskud", en: "of it start-up deficit")),
      ] + (spreads
        ? [
          .init("charge", heading: Phrase(da: "Opkræves, t.kr.", en: "Collected, 1,000 kr."), decimals: 0),
          .init("charge_per_day", heading: Phrase(da: "kr./dag", en: "kr./day"), decimals: 0),
        ] : []) + (settles ? [.init("tariff_change", heading: Phrase(da: "Takstændring, kr./dag", en: "Tariff change, kr./day"))] : []))
    for (risk, opening) in openings {
      for (number, year) in opening.years.enumerated() { table.append(row(number == 0 ? risk.offer.name : "", year, spreads, settles)) }
    }
    table.footnotes = notes
    return table
  }

  private func thousands(_ own: DrawSummary?) -> Table.Cell {
    own.map { .phrase(.interval($0.mean / 1000, $0.lower / 1000, $0.upper / 1000, decimals: 0)) } ?? .empty
  }

  private func row(_ name: String, _ year: OfferOpening.Year, _ spreads: Bool, _ settles: Bool) -> [Table.Cell] {
    var row: [Table.Cell] = [
      name.isEmpty ? .empty : .text(name), .text(String(year.year)), .integer(year.months), thousands(year.result), thousands(year.deficit),
    ]
    if spreads { row += [year.charge.map { .number($0.mean / 1000) } ?? .empty, year.chargePerDay.map { .number($0.mean) } ?? .empty] }
    guard settles else { return row }
    let change = year.tariffChange.flatMap { own in year.tariffYear.map { Phrase("\($0): ") + .change(own.mean, decimals: 0) } }
    return row + [change.map { .phrase($0) } ?? .empty]
  }

  // MARK: Notes

  /// What the figures rest on, one line an offer and one for all.
  var notes: [Phrase] {
    guard !openings.isEmpty else { return [] }
    return openings.map { assumed($0.risk.offer, $0.opening) } + [rule] + request.rules.assumptions([.startUpYears])
  }

  /// One line an offer, for tables without its money.
  var summaries: [Phrase] {
    openings.map { risk, opening in
      let own = Phrase.interval(opening.deficit.mean / 1000, opening.deficit.lower / 1000, opening.deficit.upper / 1000, decimals: 0)
      return Phrase(
        da: "\(risk.offer.name) åbner \(opening.terms.opens.iso): opstartsunderskud \(own.da) t.kr. i de første \(opening.startUpMonths) måneder, prisniveau \(opening.economics.priceYear), regelsæt \(request.rules.name), udgifter: \(request.behaviour.rawValue) (plads risk --years).",
        en: "\(risk.offer.name) opens on \(opening.terms.opens.iso): start-up deficit \(own.en) thousand kr. in the first \(opening.startUpMonths) months, price level \(opening.economics.priceYear), rule set \(request.rules.name), costs: \(request.behaviour.rawValue) (plads risk --years).")
    }
  }

  private func assumed(_ offer: Offer, _ opening: OfferOpening) -> Phrase {
    let (terms, own) = (opening.terms, opening.economics)
    func mark(_ isGiven: Bool) -> Phrase { isGiven ? Phrase("") : Phrase(da: " (antagelse)", en: " (assumption)") }
    func number(_ value: Double, _ language: Language) -> String { NumberText.display(value, decimals: 0, language: language) }
    let (price, costs) = (mark(terms.price != nil), mark(terms.costs != nil))
    let (filled, ramp) = (mark(terms.assumedOccupancy != nil), mark(terms.rampMonths != nil))
    let occupancy = 100 * own.citizens / terms.places
    let cut = opening.isCut
      ? Phrase(da: "; den rækker ud over horisonten og er kun regnet så langt", en: "; it reaches beyond the horizon and is reckoned that far alone") : Phrase("")
    return Phrase(
      da: "\(offer.name): \(number(own.price, .da)) kr. pr. dag\(price.da), udgifter \(number(own.costs / 1000, .da)) t.kr. om året, når det er fuldt\(costs.da) ved \(number(occupancy, .da)) % af \(number(terms.places, .da)) pladser\(filled.da), prisniveau \(own.priceYear); opstart \(opening.startUpMonths) måneder\(ramp.da)\(cut.da). price, costs, assumed_occupancy, days_per_year og ramp_months i scenariets new_offer ændrer dem; ellers er prisen områdets, og udgifterne dem, som den dækker.",
      en: "\(offer.name): \(number(own.price, .en)) kr. a day\(price.en), costs \(number(own.costs / 1000, .en)) thousand kr. a year when it is full\(costs.en) at \(number(occupancy, .en)) % of \(number(terms.places, .en)) places\(filled.en), price level \(own.priceYear); start-up \(opening.startUpMonths) months\(ramp.en)\(cut.en). price, costs, assumed_occupancy, days_per_year and ramp_months of the scenario's new_offer change them; else the price is the area's and the costs those that it covers.")
  }

  private var rule: Phrase {
    let years = request.rules.startUpYears
    return years > 0
      ? Phrase(
        da: "Regelsættet \(request.rules.name) fordeler opstartsunderskuddet på taksterne i de følgende \(years) år; resten af resultatet behandles som andre tilbuds. Udgifter: \(request.behaviour.rawValue).",
        en: "The rule set \(request.rules.name) spreads the start-up deficit over the tariffs of the following \(years) years; the rest of the result is treated as other offers'. Costs: \(request.behaviour.rawValue).")
      : Phrase(
        da: "Regelsættet \(request.rules.name) har ingen særlig fordeling af opstartsunderskuddet (start_up.spread_years): det behandles som ethvert andet resultat. Udgifter: \(request.behaviour.rawValue).",
        en: "The rule set \(request.rules.name) has no spreading of the start-up deficit of its own (start_up.spread_years): it is treated as any other result. Costs: \(request.behaviour.rawValue).")
  }
}
