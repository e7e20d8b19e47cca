import Capacity
import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// What the advised places of a risk run rest on.
struct PlacesNotes {
  let request: RiskRequest

  private func percent(_ share: Double, _ language: Language) -> String { NumberText.display(100 * share, decimals: 0, language: language) }

  var assumption: Phrase {
    let own = request.advice
    let months = request.rules.adaptation.months
    func text(_ language: Language) -> (String, String, String) { (percent(own.empty, language), percent(own.missing, language), percent(own.change, language)) }
    let (da, en) = (text(.da), text(.en))
    return Phrase(
      da: "Råd om pladser: efterspørgslen efter tilpasningstiden på \(months) måneder (--rules), vejet med hvad en tom plads (\(da.0) % af taksten) og en manglende (\(da.1) %) koster (antagelser; --empty-cost, --missing-cost).",
      en: "Advised places: demand after the adaptation time of \(months) months (--rules), weighed by what an empty place (\(en.0) % of the tariff) and a missing one (\(en.1) %) cost (assumptions; --empty-cost, --missing-cost).")
  }

  var change: Phrase {
    Phrase(
      da: "At åbne eller lukke en plads koster \(percent(request.advice.change, .da)) % af et års takst (antagelse; --change-cost). Planen er den billigste af alle med hele pladser og ét skift om året; indtil tilpasningstiden er gået, er pladserne som planlagt. Pris: forventet, af tomme og manglende pladser og af skift. Efterspørgslen er borgere, som fik en plads, fremskrevet uden stop ved pladserne; en venteliste er ikke med, så rådet er lavt for fulde tilbud. Et områdes linje regner dets tilbud sammen, som om en tom plads i ét gjaldt dem alle: den er ikke deres sum. Rådet i plads risk er uden prisen for skift.",
      en: "Opening or closing a place costs \(percent(request.advice.change, .en)) % of a year's tariff (assumption; --change-cost). The plan is the cheapest of all with whole places and one change a year; until the adaptation time has passed places are as planned. Cost: expected, of empty and missing places and of changes. Demand is citizens who got a place, carried on without a stop at the places; a waiting list is not in it, so the advice is low for full offers. An area's line counts its offers together, as if an empty place in one served all: it is not their sum. The advice of plads risk leaves out the cost of changes.")
  }

  var meta: [(key: String, value: String)] {
    [
      ("adaptation_months", String(request.rules.adaptation.months)), ("empty_cost", NumberText.machine(100 * request.advice.empty)),
      ("missing_cost", NumberText.machine(100 * request.advice.missing)), ("change_cost", NumberText.machine(100 * request.advice.change)),
    ]
  }
}

/// How many places to plan for, by offer and area: `plads risk --places`.
public struct RiskPlacesTables: Sendable {
  private let run: RiskRun
  private let request: RiskRequest
  private let panel: Panel

  public init(run: RiskRun, request: RiskRequest, panel: Panel) {
    self.run = run
    self.request = request
    self.panel = panel
  }

  private var notes: PlacesNotes { PlacesNotes(request: request) }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    ["scenario", "area", "kind", "offer", "from", "to"].map { .init($0) } + ["places", "advised_places"].map { .init($0, unit: "places") }
      + ["demand_mean", "demand_lower", "demand_upper"].map { .init($0, unit: "citizens") }
      + [.init("cost_today"), .init("cost_advised"), .init("cost_unit")] + RiskMoneyNotes.columns
  }

  /// Columns: scenario, area, kind, offer (empty for all of the area and kind), from, to, places, advised_places, demand_mean,
  /// demand_lower, demand_upper, cost_today, cost_advised, cost_unit (`kr.`, or `tariff_days` where no price is known), price_level
  /// (of amounts in kr.; empty where an area's offers differ), rule_set, cost_behaviour (of the results that stand beside these costs; the
  /// costs of places are assumed shares of the tariff).
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for advice in run.places {
      for step in advice.steps {
        table.append([
          .text(run.plan.name), .text(advice.area), .text(advice.kind.rawValue), .text(advice.offer?.id ?? ""), .text(step.first.description),
          .text(step.last.description), .number(step.today), .number(step.advised), .number(step.demand.mean), .number(step.demand.lower),
          .number(step.demand.upper), .number(step.costToday.rounded()), .number(step.costAdvised.rounded()),
          .text(advice.price == nil ? "tariff_days" : "kr."),
        ] + RiskMoneyNotes.cells(advice.price == nil ? nil : advice.priceYear, request))
      }
    }
    table.footnotes = footnotes
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("level", NumberText.machine(100 * request.level)),
      ("rule_set", request.rules.name), ("price_level", priceLevel ?? ""), ("cost_behaviour", request.behaviour.rawValue),
    ] + notes.meta
    return table
  }

  public var sheet: Table {
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title,
      columns: [
        .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("period", heading: Phrase(da: "Periode", en: "Period")),
        .init("demand", heading: Phrase(da: "Efterspørgsel, middel [\(level) %]", en: "Demand, mean [\(level) %]")),
        .init("places", heading: Phrase(da: "Pladser", en: "Places")), .init("advised_places", heading: Phrase(da: "Råd", en: "Advised")),
        .init("cost_today", heading: Phrase(da: "Pris nu, t.kr.", en: "Cost now, 1,000 kr."), decimals: 0),
        .init("cost_advised", heading: Phrase(da: "Pris, råd", en: "Cost, advised"), decimals: 0),
      ])
    for advice in run.places { for step in advice.steps { table.append(sheetRow(advice, step, isFirst: step == advice.steps.first)) } }
    if run.places.isEmpty { table.footnotes.append(Phrase(da: "Ingen tilbud med kendte pladser, som bliver ved at være åbne.", en: "No offers with known places that stay open.")) }
    table.footnotes += footnotes
    return table
  }

  private func sheetRow(_ advice: PlacesAdvice, _ step: PlacesAdvice.Step, isFirst: Bool) -> [Table.Cell] {
    func demand(_ language: Language) -> String {
      let ends = [step.demand.mean, step.demand.lower, step.demand.upper].map { NumberText.display($0, decimals: 1, language: language) }
      return "\(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]"
    }
    let area = panel.areas.first { $0.id == advice.area }?.name ?? advice.area
    let name = advice.offer.map { Phrase($0.name) } ?? Phrase(da: "\(area), alle", en: "\(area), all")
    let shown = advice.kind == .residential ? name : name + Phrase(", ") + advice.kind.phrase
    let isPriced = advice.price != nil
    return [
      isFirst ? .term(code: shown.en, shown) : .empty, .text("\(step.first) – \(step.last)"),
      .term(code: demand(.en), Phrase(da: demand(.da), en: demand(.en))), .number(step.today), .number(step.advised),
      isPriced ? .number(step.costToday / 1000) : .empty, isPriced ? .number(step.costAdvised / 1000) : .empty,
    ]
  }

  /// A new offer has no places before it opens, and its citizens are taken from the others.
  private var opened: [Phrase] {
    run.plan.newOffers.filter { offer in run.places.contains { $0.offer?.id == offer.id } }.map { offer in
      let places = run.plan.newOfferTerms[offer.id].map { NumberText.machine($0.places) } ?? "?"
      return Phrase(
        da: "Det nye tilbud \(offer.name) (\(places) pladser) er regnet med i områdets råd; at åbne det tæller som et skift af pladser.",
        en: "The new offer \(offer.name) (\(places) places) is part of the area's advice; opening it counts as a change of places.")
    }
  }

  private var footnotes: [Phrase] {
    let unpriced = run.places.contains { $0.price == nil }
      ? [
        Phrase(
          da: "Uden pris pr. dag er prisen tom; rådet er det samme.", en: "Without a price a day the cost is empty; the advice is the same.")
      ] : []
    return [notes.assumption, notes.change, basis, RiskTables.model] + opened + unpriced + run.plan.assumptions + panel.settings.assumptions
  }

  /// Years of the prices, where there are any.
  private var priceLevel: String? {
    let years = Set(run.places.compactMap(\.priceYear)).sorted()
    return years.isEmpty ? nil : years.map(String.init).joined(separator: ", ")
  }

  private var basis: Phrase {
    let level = priceLevel ?? "–"
    return Phrase(
      da: "Prisniveau \(level). Regelsæt: \(request.rules.name) (\(request.rules.title.da)). Pladsers pris er andele af taksten, uanset --cost-behaviour.",
      en: "Price level \(level). Rule set: \(request.rules.name) (\(request.rules.title.en)). The cost of places is shares of the tariff, whatever --cost-behaviour.")
  }

  private var title: Phrase {
    let scenario = run.plan.titleSuffix
    return Phrase(
      da: "\(panel.settings.name): pladser at planlægge efter, set fra \(panel.origin)\(scenario.da)",
      en: "\(panel.settings.name): places to plan for, seen from \(panel.origin)\(scenario.en)")
  }
}
