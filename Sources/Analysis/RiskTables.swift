import Capacity
public import Demand
import Forecasting
public import Groundwork
import Placements
import Scenarios

/// The danger of offers as tables: the promised columns for machines, a sheet for people.
public struct RiskTables: Sendable {
  /// What the numbers of every table of risk rest on.
  static let model = Phrase(
    da: "Fremskrevet i simulationen alene (stock_and_flow); hvor plads forecast vejer flere modeller, kan dens belægning være en anden.",
    en: "Carried on in the simulation alone (stock_and_flow); where plads forecast weighs several models its stock may differ.")

  private let run: RiskRun
  private let request: RiskRequest
  private let demand: FittedDemand
  private let panel: Panel

  public init(run: RiskRun, request: RiskRequest, demand: FittedDemand) {
    self.run = run
    self.request = request
    self.demand = demand
    panel = demand.panel
  }

  public static var machineColumns: [Table.Column] {
    let percent = ["occupancy_now", "assumed_occupancy", "break_even_occupancy"].map { Table.Column($0, unit: "percent") }
    let probabilities = ["p_outside_tolerance", "p_reduction_24m", "p_closure_12m", "p_closure_24m", "p_closure_36m"].map {
      Table.Column($0, unit: "probability")
    }
    return ["scenario", "offer", "area", "kind"].map { .init($0) } + [.init("places", unit: "places")] + percent + probabilities
      + ["median_closure_period", "closure_lower", "closure_upper"].map { .init($0) }
      + [.init("expected_result", unit: "kr."), .init("advised_places", unit: "places"), .init("status"), .init("status_reason"), .init("nation_wide"), .init("financing")]
      + RiskMoneyNotes.columns + ["expected_result_lower", "expected_result_upper"].map { .init($0, unit: "kr.") }
      + [.init("homecomings_3y", unit: "citizens"), .init("homecomings_3y_most")]
  }

  /// Columns: scenario, offer, area, kind, places, occupancy_now, assumed_occupancy, break_even_occupancy, p_outside_tolerance,
  /// p_reduction_24m, p_closure_12m, p_closure_24m, p_closure_36m, median_closure_period, closure_lower, closure_upper,
  /// expected_result, advised_places, status, status_reason. `p_outside_tolerance` and `expected_result` are those of the first whole
  /// year ahead (`money_year`); empty where costs, price or rules are missing. `p_reduction_24m` needs the tariff's occupancy,
  /// `advised_places` is the number after the adaptation time. Then nation_wide (`yes`, `no`) and financing (`tariff`, `key`), empty
  /// where the offers' table does not say; price_level (of expected_result), rule_set, cost_behaviour; the ends of
  /// expected_result's interval; homecomings_3y (citizens taken home from the offer in the last three years of the data) and
  /// homecomings_3y_most (codes of the at most two municipalities that took most of them home, parted by a blank); empty where unknown.
  /// Of what machines get, as promised.
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for risk in run.risks { table.append(machineRow(risk)) }
    table.footnotes = footnotes
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("base_period", panel.length.rawValue), ("draws", String(request.draws)), ("seed", String(request.seed)),
      ("closure_share", NumberText.machine(request.trigger.share)), ("closure_months", String(triggerMonths)),
      ("red", NumberText.machine(request.red)), ("yellow", NumberText.machine(request.yellow)),
      ("level", NumberText.machine(100 * request.level)), ("money_year", notes.years.first.map(String.init) ?? ""),
      ("reduction_share", NumberText.machine(Reduction.share)),
    ] + notes.meta + PlacesNotes(request: request).meta
    return table
  }

  private func machineRow(_ risk: OfferRisk) -> [Table.Cell] {
    func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .empty }
    func period(_ value: Period?) -> Table.Cell { value.map { .text($0.description) } ?? .empty }
    let outlook = risk.outlook
    let result = result(risk)
    return [
      .text(run.plan.name), .text(risk.offer.id), .text(risk.offer.area), .text(risk.offer.kind.rawValue), number(risk.places),
      number(risk.occupancyNow), number(risk.assumedOccupancy.map { 100 * $0 }), number(risk.breakEven), number(outlook?.years.first?.outsideTolerance), number(outlook?.reduced24),
      number(outlook?.within12), number(outlook?.within24), number(outlook?.within36), period(outlook?.median), period(outlook?.lower), period(outlook?.upper),
      number(result?.mean.rounded()), outlook?.advisedPlaces.map { .integer($0) } ?? .empty, .text(risk.status.rawValue), .term(code: reason(risk).en, reason(risk)),
      risk.offer.isNationWide.map { .text($0 ? "yes" : "no") } ?? .empty, risk.offer.financing.map { .text($0.rawValue) } ?? .empty,
    ] + notes.cells(result == nil ? nil : (try? risk.economics.get())?.priceYear) + [number(result?.lower.rounded()), number(result?.upper.rounded())]
      + homecomingCells(risk)
  }

  private func homecomingCells(_ risk: OfferRisk) -> [Table.Cell] {
    guard let taken = homecomings(risk) else { return [.empty, .empty] }
    return [.number(taken.all), taken.most.isEmpty ? .empty : .text(taken.most.map(\.payer).joined(separator: " "))]
  }

  private static let homecomingYears = 3

  /// Of the last three years; nil where a payer's are not known.
  private func homecomings(_ risk: OfferRisk) -> (all: Double, most: [(payer: String, citizens: Double)])? {
    guard risk.outlook != nil, let own = run.past.homecomings(from: risk.offer.id, periods: Self.homecomingYears * panel.length.perYear) else { return nil }
    let sorted = own.sorted { ($1.citizens, $0.payer) < ($0.citizens, $1.payer) }
    return (own.reduce(0) { $0 + $1.citizens }, Array(sorted.prefix(2)))
  }

  /// Of the first whole year ahead.
  private func result(_ risk: OfferRisk) -> DrawSummary? {
    risk.outlook?.years.first?.result ?? risk.opening?.years.first { $0.year == notes.years.first && $0.months == 12 }?.result
  }

  private var notes: RiskMoneyNotes { RiskMoneyNotes(run: run, request: request) }

  // MARK: For people

  /// The offers, then why they stand where they do.
  public var sheets: [Table] { [sheet] + (explained.isEmpty ? [] : [reasons]) }

  public var sheet: Table {
    let ahead = panel.origin.advanced(by: 2 * panel.length.perYear).description
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title,
      columns: [
        .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("places", heading: Phrase(da: "Pladser", en: "Places")),
        .init("occupancy_now", heading: Phrase(da: "Nu %", en: "Now %")),
        showsBreakEven
          ? .init("break_even_occupancy", heading: Phrase(da: "Nulpunkt %", en: "Break-even %"))
          : .init("assumed_occupancy", heading: Phrase(da: "Takst %", en: "Tariff %")),
        .init("ahead", heading: Phrase(da: "\(ahead) % [\(level)]", en: "\(ahead) % [\(level)]")),
        .init("p_closure_12m", heading: Phrase(da: "P 12 md.", en: "P 12 mo."), decimals: 2),
        .init("p_closure_24m", heading: Phrase(da: "P 24 md.", en: "P 24 mo."), decimals: 2),
        .init("p_closure_36m", heading: Phrase(da: "P 36 md.", en: "P 36 mo."), decimals: 2),
      ] + (moneyYear.map { [.init("expected_result", heading: Phrase(da: "\($0) mio. kr. [\(level)]", en: "\($0) million kr. [\(level)]"))] } ?? [])
        + [.init("advised_places", heading: Phrase(da: "Råd", en: "Advised")), .init("status", heading: Phrase("Status"))])
    for risk in run.risks { table.append(sheetRow(risk)) }
    if run.risks.isEmpty { table.footnotes.append(Phrase(da: "Ingen tilbud.", en: "No offers.")) }
    table.footnotes += footnotes
    return table
  }

  /// The year of the results that are shown; nil where none is known.
  private var moneyYear: Int? { run.risks.contains { result($0) != nil } ? notes.years.first : nil }

  /// Those that are not green; all of them where there are few.
  private var explained: [OfferRisk] {
    let others = run.risks.filter { $0.status != .green }
    return run.risks.count <= 5 || others.isEmpty ? run.risks : others
  }

  private var reasons: Table {
    let years = Self.homecomingYears
    let showsHomecomings = explained.contains { homecomings($0) != nil }
    var table = Table(
      title: Phrase(da: "Hvorfor, og hvem der har hjemtaget", en: "Why, and who has taken citizens home"),
      columns: [.init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("status_reason", heading: Phrase(da: "Begrundelse", en: "Reason"))]
        + (showsHomecomings ? [.init("homecomings_3y", heading: Phrase(da: "Hjemtaget, \(years) år: flest", en: "Taken home, \(years) years: most"))] : []))
    for risk in explained {
      table.append(
        [.text(risk.offer.name), .term(code: reason(risk).en, reason(risk))] + (showsHomecomings ? [homecomings(risk).map { .phrase(taken($0)) } ?? .empty] : []))
    }
    if showsHomecomings {
      table.footnotes.append(
        Phrase(
          da: "Hjemtaget: borgere, som kommunerne har taget hjem fra tilbuddet i de seneste \(years) år af data, og de to kommuner, der tog flest. Hvis hjemtagninger der driver risikoen fremad, måler plads risk --drivers.",
          en: "Taken home: citizens whom municipalities took home from the offer in the last \(years) years of the data, and the two that took most. Whose homecomings drive the risk ahead is measured by plads risk --drivers."))
    }
    let hidden = run.risks.count - explained.count
    if hidden > 0 {
      table.footnotes.append(
        Phrase(da: "\(hidden) grønne tilbud er ikke vist her; csv har alle.", en: "\(hidden) green offers are not shown here; csv has all."))
    }
    return table
  }

  private func taken(_ own: (all: Double, most: [(payer: String, citizens: Double)])) -> Phrase {
    guard own.all > 0 else { return Phrase(da: "ingen", en: "none") }
    let most = own.most.map { part in "\(panel.municipalities.first { $0.code == part.payer }?.name ?? part.payer)\u{A0}\(NumberText.machine(part.citizens))" }
    return Phrase { language in
      Phrase(da: "\(NumberText.machine(own.all)): \(most.joined(separator: ", "))", en: "\(NumberText.machine(own.all)): \(most.joined(separator: ", "))")[language]
    }
  }

  private func sheetRow(_ risk: OfferRisk) -> [Table.Cell] {
    func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .empty }
    let name = risk.offer.kind == .residential ? Phrase(risk.offer.name) : Phrase(risk.offer.name + ", ") + risk.offer.kind.phrase
    let ahead = risk.outlook?.occupancy24.map { summary in
      Phrase { language in
        let ends = [summary.median, summary.lower, summary.upper].map { NumberText.display($0, decimals: 0, language: language) }
        return "\(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]"
      }
    }
    return [
      .term(code: name.en, name), number(risk.places), number(risk.occupancyNow),
      showsBreakEven ? number(risk.breakEven) : number(risk.assumedOccupancy.map { 100 * $0 }),
      ahead.map { .term(code: $0.en, $0) } ?? .empty, number(risk.outlook?.within12), number(risk.outlook?.within24),
      number(risk.outlook?.within36),
    ] + (moneyYear == nil ? [] : [result(risk).map { .phrase(.interval($0.mean / 1e6, $0.lower / 1e6, $0.upper / 1e6, decimals: 1)) } ?? .empty])
      + [risk.outlook?.advisedPlaces.map { .integer($0) } ?? .empty, .term(code: risk.status.rawValue, risk.status.phrase)]
  }

  private var showsBreakEven: Bool { run.risks.contains { $0.breakEven != nil } }

  private var title: Phrase {
    let name = panel.settings.name
    let scenario = run.plan.titleSuffix
    return Phrase(
      da: "\(name): hvilke tilbud er i fare, set fra \(panel.origin)\(scenario.da)?",
      en: "\(name): which offers are in danger, seen from \(panel.origin)\(scenario.en)?")
  }

  func reason(_ risk: OfferRisk) -> Phrase {
    let reason = ownReason(risk)
    guard risk.offer.isNationWide == true else { return reason }
    let flag = Phrase(da: "landsdækkende", en: "nation-wide")
    return reason.isEmpty ? flag : flag + Phrase("; ") + reason
  }

  private func ownReason(_ risk: OfferRisk) -> Phrase {
    if let obstacle = risk.obstacle { return obstacle.phrase }
    guard let outlook = risk.outlook else { return Phrase("") }
    var reason = Phrase { language in
      let threshold = NumberText.display(outlook.threshold, decimals: 1, language: language)
      let citizens = NumberText.display(risk.citizens ?? 0, decimals: 0, language: language)
      return Phrase(da: "\(citizens) mod grænse \(threshold)", en: "\(citizens) against limit \(threshold)")[language]
    }
    if outlook.before > 0 {
      let months = outlook.before * panel.length.months
      reason = reason + (outlook.before >= request.trigger.periods(of: panel.length)
        ? Phrase(da: "; nået: under den i \(months) md.", en: "; reached: below it for \(months) mo.")
        : Phrase(da: "; under den i \(months) md. til nu", en: "; below it for \(months) mo. until now"))
    }
    if let assumed = risk.assumedOccupancy, let now = risk.occupancyNow, Occupancy.isAlert(now, assumed: assumed, rules: request.rules) == true {
      let points = now - 100 * assumed
      reason = reason + Phrase { language in
        let shown = NumberText.display(points.magnitude, decimals: 0, language: language)
        return (points < 0
          ? Phrase(da: "; \(shown) pp. under takstens belægning", en: "; \(shown) points below the tariff's occupancy")
          : Phrase(da: "; \(shown) pp. over takstens belægning", en: "; \(shown) points above the tariff's occupancy"))[language]
      }
    }
    if let median = outlook.median, median > panel.origin {
      reason = reason + Phrase(da: "; nås \(median) i halvdelen", en: "; reached \(median) in half")
    }
    return reason
  }

  private var breakEvenNote: Phrase {
    showsBreakEven
      ? Phrase(
        da: "Nulpunkt: den belægning, hvor borgernes dagspris betaler det seneste års udgifter, hvis de følger pladserne, men ikke borgerne.",
        en: "Break-even: the occupancy at which the citizens' price a day pays the latest year's costs, if these follow the places, but not the citizens.")
      : Phrase(
        da: "Takst: den belægning, taksten forudsætter; nulpunktsbelægning kræver udgifter (economy.csv) og takster.",
        en: "Tariff: the occupancy that the tariff assumes; break-even occupancy needs costs (economy.csv) and tariffs.")
  }

  private var money: [Phrase] {
    guard let moneyYear else {
      return [
        Phrase(
          da: "Uden resultat: intet tilbud har både et helt år af udgifter (economy.csv) og en pris pr. dag (tariffs.csv, eller price i stays.csv).",
          en: "Without a result: no offer has both a whole year of costs (economy.csv) and a price a day (tariffs.csv, or price in stays.csv).")
      ]
    }
    let level = notes.priceYear.map(String.init) ?? "–"
    return [
      Phrase(
        da: "\(moneyYear) mio. kr.: årets forventede resultat, indtægt minus udgifter, før efterregulering, prisniveau \(level), regelsæt \(request.rules.name), udgifter: \(request.behaviour.rawValue); tom, hvor udgifter eller pris mangler. Alle år: --years.",
        en: "\(moneyYear) million kr.: the year's expected result, income less costs, before settlement, price level \(level), rule set \(request.rules.name), costs: \(request.behaviour.rawValue); empty where costs or price are missing. All years: --years.")
    ]
  }

  /// Their citizens come from the whole country, so that the region's agreement alone does not decide on them.
  private var nationWide: [Phrase] {
    guard run.risks.contains(where: { $0.offer.isNationWide == true && $0.outlook != nil }) else { return [] }
    return [
      Phrase(
        da: "Landsdækkende (offers.csv, nation_wide): tager borgere fra hele landet og vurderes efter de borgere, data har; en lukning rækker ud over regionens kommuner.",
        en: "Nation-wide (offers.csv, nation_wide): takes citizens of the whole country and is judged by the citizens in the data; closing it reaches beyond the region's municipalities.")
    ]
  }

  private var triggerMonths: Int { request.trigger.periods(of: panel.length) * panel.length.months }

  private var footnotes: [Phrase] {
    let share = NumberText.machine(100 * request.trigger.share)
    func two(_ value: Double, _ language: Language) -> String { NumberText.display(value, decimals: 2, language: language) }
    let counts = OfferRisk.Status.allCases.map { status in (status, run.risks.count { $0.status == status }) }.filter { $0.1 > 0 }
    let counted = Phrase { language in counts.map { "\($0.0.phrase[language]) \($0.1)" }.joined(separator: ", ") + "." }
    return (counts.isEmpty ? [] : [counted]) + [
      Phrase(
        da: "P: sandsynligheden for at nå grænsen inden 12, 24 og 36 måneder: under \(share) % af de pladser, som tilbuddet har nu, belagt \(triggerMonths) måneder i træk (antagelse; --closure-share). Det er en grænse at holde øje med, ikke en beslutning om lukning.",
        en: "P: the probability of reaching the limit within 12, 24 and 36 months: below \(share) % of the places that the offer has now occupied for \(triggerMonths) months in a row (assumption; --closure-share). It is a limit to watch, not a decision to close."),
      Phrase(
        da: "Status efter P 24 md.: rød fra \(two(request.red, .da)), gul fra \(two(request.yellow, .da)) (--red, --yellow). Regnet i hver af \(NumberText.display(Double(request.draws), decimals: 0, language: .da)) simulerede fremtider (stock_and_flow, også hvor plads forecast vejer flere modeller), hver med sit eget forløb.",
        en: "Status by P 24 mo.: red from \(two(request.red, .en)), yellow from \(two(request.yellow, .en)) (--red, --yellow). Taken in each of \(NumberText.display(Double(request.draws), decimals: 0, language: .en)) simulated futures (stock_and_flow, also where plads forecast weighs several models), each on its own path."),
      Phrase(
        da: "Nu og fremad: periodens belagte dage i procent af pladsernes (dag, aflastning og timer: indskrevne, ikke fremmødte), nu periodens gennemsnit (begrundelsens borgere: ved dens slutning), fremad median og interval; over 100, fordi efterspørgslen ikke stoppes af pladserne. Også grænsen ser på efterspørgslen, så at færre pladser eller andre tilbuds venteliste ikke flytter den; penge regnes efter dem, som har plads (--measure served). »Nås … i halvdelen«: måneden, da halvdelen af fremtiderne har nået grænsen. \(breakEvenNote.da)",
        en: "Now and ahead: the period's occupied days in per cent of the places' (day, respite and hours: enrolled, not attending), now the period's mean (the reason's citizens: at its end), ahead median and interval; above 100 since places do not stop demand. The limit, too, looks at demand, so that neither fewer places nor the waiting list of other offers moves it; money is reckoned by those served (--measure served). “Reached … in half”: the month by which half of the futures have reached the limit. \(breakEvenNote.en)"),
      PlacesNotes(request: request).assumption,
    ] + money + nationWide + OpeningTables(run: run, request: request).summaries + run.plan.assumptions + panel.settings.assumptions + demand.assumptions
  }
}

extension OfferRisk.Status {
  var phrase: Phrase {
    switch self {
    case .red: Phrase(da: "rød", en: "red")
    case .yellow: Phrase(da: "gul", en: "yellow")
    case .green: Phrase(da: "grøn", en: "green")
    case .notAssessed: Phrase(da: "ikke vurderet", en: "not assessed")
    }
  }
}

extension OfferRisk.Obstacle {
  var phrase: Phrase {
    switch self {
    case .closed(let day): Phrase(da: "lukket efter \(day.iso)", en: "closed after \(day.iso)")
    case .closes(let day): Phrase(da: "lukker efter planen, \(day.iso)", en: "closes as planned, \(day.iso)")
    case .takenOver(let day): Phrase(da: "overtages af kommunen, \(day.iso)", en: "taken over by the municipality, \(day.iso)")
    case .opens(let day):
      day.map { Phrase(da: "åbner \($0.iso)", en: "opens \($0.iso)") } ?? Phrase(da: "åbner i scenariet", en: "opens in the scenario")
    case .singlePerson:
      Phrase(da: "enkeltmandsprojekt: slutter med sin borger", en: "single-person project: ends with its citizen")
    case .secure:
      Phrase(
        da: "sikret institution (\(Offer.secureText)): betales efter nøgle, ikke efter brug",
        en: "secure institution (\(Offer.secureText)): paid by a key, not by use")
    case .keyFinanced:
      Phrase(da: "objektivt finansieret: betales efter nøgle, ikke efter brug", en: "key-financed: paid by a key, not by use")
    case .unknownPlaces: Phrase(da: "pladser er ikke oplyst (capacity.csv)", en: "places are not given (capacity.csv)")
    case .neverUsed: Phrase(da: "ingen har boet her endnu", en: "nobody has lived here yet")
    case .noPlaces: Phrase(da: "har ingen pladser nu", en: "has no places now")
    case .unknownCitizens: Phrase(da: "ikke oplyst, hvem der bor her", en: "not given who lives here")
    }
  }
}
