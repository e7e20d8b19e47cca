import Capacity
import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// A municipality's profile as tables: `plads risk --municipality`.
public struct MunicipalityTables: Sendable {
  private let profile: MunicipalityProfile
  private let request: RiskRequest
  private let panel: Panel

  public init(_ profile: MunicipalityProfile, request: RiskRequest, panel: Panel) {
    self.profile = profile
    self.request = request
    self.panel = panel
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    ["scenario", "municipality", "topic", "area", "kind", "offer", "period", "basis", "measure", "unit", "mean", "median", "lower", "upper", "status"].map {
      .init($0)
    } + [.init("p_closure_24m", unit: "probability")] + RiskMoneyNotes.columns + [.init("observed_until")]
  }

  /// Columns: scenario, municipality, topic (`citizens share homecomings bill own_supply`), area, kind, offer (empty for all), period,
  /// basis (`observed`, `forecast`), measure, unit, mean, median, lower, upper, status, p_closure_24m (of the offer), price_level
  /// (of amounts; empty where several are added), rule_set, cost_behaviour, observed_until (of the running year: a forecast that holds what was observed until then). Amounts are whole kroner at today's prices. Measures of the bill: `bill` (in all, by
  /// offer those who pay by the day), `notice_pay` (of it, for places that were left), `key_financed` (of it, owed whatever the use), `settlement`, `bill_with_settlement`.
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for topic in MunicipalityProfile.Topic.allCases { for row in profile.rows where row.topic == topic { table.append(cells(row)) } }
    table.footnotes = footnotes
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("level", NumberText.machine(100 * request.level)),
      ("rule_set", request.rules.name), ("price_level", profile.priceYears.map(String.init).joined(separator: " ")),
      ("cost_behaviour", request.behaviour.rawValue),
      ("unsettled_years", profile.unsettled.map(String.init).joined(separator: " ")),
    ]
    return table
  }

  private func cells(_ row: MunicipalityProfile.Row) -> [Table.Cell] {
    func text(_ value: String) -> Table.Cell { value.isEmpty ? .empty : .text(value) }
    let risk = row.offer.isEmpty ? nil : profile.risks.first { $0.offer.id == row.offer }
    let numbers = [row.value.mean, row.value.median, row.value.lower, row.value.upper].map { Table.Cell.number(row.unit == "kr." ? $0.rounded() : $0) }
    return [
      .text(profile.plan.name), .text(profile.municipality.code), .text(row.topic.rawValue), text(row.area), text(row.kind?.rawValue ?? ""),
      text(row.offer), .text(row.period), .text(row.isForecast ? "forecast" : "observed"), .text(row.measure), .text(row.unit),
    ] + numbers + [risk.map { .text($0.status.rawValue) } ?? .empty, risk?.outlook.map { .number($0.within24) } ?? .empty] + RiskMoneyNotes.cells(priceLevel(row), request)
      + [isRunning(row) ? .text(panel.origin.description) : .empty]
  }

  private func priceLevel(_ row: MunicipalityProfile.Row) -> Int? {
    row.unit == "kr." && profile.priceYears.count == 1 ? profile.priceYears[0] : nil
  }

  // MARK: For people

  public var sheets: [Table] { [citizens, years] + (ownSupply.map { [$0] } ?? []) }

  private func find(_ topic: MunicipalityProfile.Topic, _ measure: String, area: String = "", kind: ServiceKind? = nil, offer: String = "", _ period: String)
    -> MunicipalityProfile.Row?
  {
    profile.rows.first {
      $0.topic == topic && $0.measure == measure && $0.area == area && $0.kind == kind && $0.offer == offer && $0.period == period
    }
  }

  private func interval(_ row: MunicipalityProfile.Row?, divided: Double = 1, decimals: Int = 0) -> Table.Cell {
    guard let value = row?.value else { return .empty }
    func text(_ language: Language) -> String {
      let ends = [value.median, value.lower, value.upper].map {
        NumberText.display($0 / divided, decimals: decimals, language: language)
      }
      return row?.isForecast == true ? "\(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]" : ends[0]
    }
    return .term(code: text(.en), Phrase(da: text(.da), en: text(.en)))
  }

  /// Areas with their offers: citizens now and ahead, the municipality's share of the offer, its price and its risk.
  private var citizens: Table {
    let now = panel.origin.description
    let ahead = Set(profile.rows.filter { $0.topic == .citizens && $0.isForecast }.map(\.period)).sorted()
    var table = Table(
      title: title,
      columns: [.init("line", heading: Phrase(da: "Område / tilbud", en: "Area / offer")), .init("now", heading: Phrase(da: "Nu", en: "Now"))]
        + ahead.map { .init($0, heading: Phrase($0)) }
        + [
          .init("share", heading: Phrase(da: "Andel %", en: "Share %")), .init("price", heading: Phrase(da: "Pris/dag", en: "Price/day")),
          .init("p24", heading: Phrase(da: "P 24 md.", en: "P 24 mo."), decimals: 2), .init("status", heading: Phrase("Status")),
        ])
    for line in lines {
      table.append(
        [.term(code: line.name.en, line.name), interval(find(.citizens, "citizens", area: line.area, kind: line.kind, offer: line.offer, now))]
          + ahead.map { interval(find(.citizens, "citizens", area: line.area, kind: line.kind, offer: line.offer, $0)) } + rest(line, now))
    }
    if lines.isEmpty { table.footnotes.append(Phrase(da: "Ingen borgere i tilbuddene, og ingen ventes.", en: "No citizens in the offers, and none are expected.")) }
    table.footnotes += footnotes
    return table
  }

  private func rest(_ line: Line, _ now: String) -> [Table.Cell] {
    guard !line.offer.isEmpty else { return [.empty, .empty, .empty, .empty] }
    let risk = profile.risks.first { $0.offer.id == line.offer }
    let share = find(.share, "share_of_offer", area: line.area, kind: line.kind, offer: line.offer, now)?.value.mean
    return [
      share.map { .number(100 * $0) } ?? .empty, profile.prices[line.offer].map { .number($0) } ?? .empty,
      risk?.outlook.map { .number($0.within24) } ?? .empty, risk.map { .term(code: $0.status.rawValue, $0.status.phrase) } ?? .empty,
    ]
  }

  private struct Line {
    let area: String
    let kind: ServiceKind?
    let offer: String
    let name: Phrase
  }

  /// Areas with anybody in their offers, each before these.
  private var lines: [Line] {
    let own = profile.rows.filter { $0.topic == .citizens && !$0.isForecast && !$0.offer.isEmpty }
    let areas = profile.rows.filter { $0.topic == .citizens && !$0.isForecast && $0.offer.isEmpty }
    return areas.flatMap { area -> [Line] in
      let offers = own.filter { $0.area == area.area && $0.kind == area.kind && isShown($0.offer) }
      guard !offers.isEmpty, let kind = area.kind else { return [] }
      let label = LineNames(panel: panel).label(ResultKey(area: area.area, kind: kind))
      return [Line(area: area.area, kind: kind, offer: "", name: label)]
        + offers.map { Line(area: $0.area, kind: $0.kind, offer: $0.offer, name: Phrase("\u{A0}\u{A0}" + offerName($0.offer))) }
    }
  }

  /// Where there is a citizen now, or as likely as not will be.
  private func isShown(_ offer: String) -> Bool {
    profile.rows.contains { $0.topic == .citizens && $0.offer == offer && $0.value.mean >= 0.5 }
  }

  private func offerName(_ id: String) -> String {
    (panel.offers + profile.plan.newOffers).first { $0.id == id }?.name ?? id
  }

  /// Homecomings and the bill, year by year.
  private var years: Table {
    let settles = request.rules.settlement != nil
    var table = Table(
      title: Phrase(da: "Hjemtagninger og regning, år for år", en: "Homecomings and bill, year by year"),
      columns: [
        .init("year", heading: Phrase(da: "År", en: "Year")), .init("homecomings", heading: Phrase(da: "Hjemtagninger", en: "Homecomings")),
        .init("bill", heading: Phrase(da: "Regning, t.kr.", en: "Bill, 1,000 kr.")),
      ] + (hasKey ? [.init("key_financed", heading: Phrase(da: "heraf efter nøgle", en: "of it by key"), decimals: 0)] : []) + (settles
        ? [
          .init("settlement", heading: Phrase(da: "Efterregulering", en: "Settlement")), .init("total", heading: Phrase(da: "I alt", en: "Total")),
        ] : []))
    let homecomings = Dictionary(grouping: profile.rows.filter { $0.topic == .homecomings && $0.kind == .residential }, by: \.period)
    let billed = Set(profile.rows.filter { $0.topic == .bill && $0.offer.isEmpty }.map(\.period))
    for year in Set(homecomings.keys).union(billed).sorted() {
      let cell = homecomings[year].map(sum) ?? .empty
      table.append(
        [.text(year), cell, interval(find(.bill, "bill", year), divided: 1000)]
          + (hasKey ? [find(.bill, "key_financed", year).map { .number($0.value.mean / 1000) } ?? .empty] : [])
          + (settles ? [interval(find(.bill, "settlement", year), divided: 1000), interval(find(.bill, "bill_with_settlement", year), divided: 1000)] : []))
    }
    table.footnotes = billNotes
    return table
  }

  private var hasKey: Bool { !profile.keyFinanced.isEmpty }

  /// Over areas: counts and means add, intervals do not, so that a forecast shows its mean alone.
  private func sum(_ rows: [MunicipalityProfile.Row]) -> Table.Cell {
    let total = rows.reduce(0) { $0 + $1.value.mean }
    return .precise(total, decimals: rows.contains(where: \.isForecast) ? 1 : 0)
  }

  private var ownSupply: Table? {
    let rows = profile.rows.filter { $0.topic == .ownSupply }
    guard !rows.isEmpty else { return nil }
    var table = Table(
      title: Phrase(da: "Kommunens egne pladser (own_supply)", en: "The municipality's own places (own_supply)"),
      columns: [
        .init("area", heading: Phrase(da: "Område", en: "Area")), .init("period", heading: Phrase(da: "Fra", en: "From")),
        .init("measure", heading: Phrase(da: "Mål", en: "Measure")), .init("value", heading: Phrase(da: "Tal", en: "Value"), decimals: 0),
      ])
    for row in rows {
      let name = Phrase(panel.areas.first { $0.id == row.area }?.name ?? row.area)
      let isShare = row.unit == "share"
      table.append([
        .term(code: row.area, name), .text(row.period), .term(code: row.measure, Self.supplyName(row.measure)),
        .precise(isShare ? 100 * row.value.mean : row.value.mean, decimals: 0),
      ])
    }
    return table
  }

  private static func supplyName(_ measure: String) -> Phrase {
    switch measure {
    case "own_places": Phrase(da: "egne pladser, åbne", en: "own places, open")
    case "planned_places": Phrase(da: "egne pladser, planlagte", en: "own places, planned")
    case "open_places": Phrase(da: "egne pladser, åbner", en: "own places, opening")
    case "own_citizens": Phrase(da: "borgere i egne pladser", en: "citizens in own places")
    default: Phrase(da: "selvforsyning, % af borgerne i døgntilbud", en: "self-supply, % of citizens in residential offers")
    }
  }

  private var title: Phrase {
    let scenario = profile.plan.titleSuffix
    return Phrase(
      da: "\(profile.municipality.name) (\(profile.municipality.code)) i \(panel.settings.name), set fra \(panel.origin)",
      en: "\(profile.municipality.name) (\(profile.municipality.code)) in \(panel.settings.name), seen from \(panel.origin)") + scenario
  }

  private var footnotes: [Phrase] {
    let level = NumberText.machine(100 * request.level)
    return [
      Phrase(
        da: "Borgere ved periodens slutning, median og \(level)\u{A0}%-interval. Andel: af tilbuddets borgere nu. P 24 md. og status: tilbuddets, som i plads risk. Tilbud, hvor kommunen ingen borgere har og ventes at få under en halv, står kun i csv og json.",
        en: "Citizens at the period's end, median and \(level)\u{A0}% interval. Share: of the offer's citizens now. P 24 mo. and status: the offer's, as in plads risk. Offers in which the municipality has no citizens and is expected to have below a half are in csv and json alone."),
      RiskTables.model,
    ] + profile.plan.assumptions + panel.settings.assumptions
  }

  private var billNotes: [Phrase] {
    let unpriced = profile.risks.filter { profile.prices[$0.offer.id] == nil && $0.offer.financing != .key }.map(\.offer.name)
    let level = profile.priceYears.isEmpty ? "–" : profile.priceYears.map(String.init).joined(separator: ", ")
    var notes = [
      Phrase(
        da: "Regning: borgernes dage × dagspris nu (kommunens egne borgeres, ellers tilbuddets); hvor et tilbud har for få pladser, deles dets dage efter efterspørgslen. Heri betaling gennem varslet for pladser, som ikke straks tages igen, delt efter hvis borgere der rejste (csv: notice_pay).\(running.da) Prisniveau \(level), regelsæt \(request.rules.name). Hjemtagninger: døgn; fremad middeltal\(hasBegun ? ", i \(panel.origin.lastDay.year) med de faktiske" : "").",
        en: "Bill: the citizens' days × the price a day now (that of the municipality's own citizens, else the offer's); where an offer has too few places, its days are divided by demand. In it is the payment under notice for places that are not taken again at once, divided by whose citizens left (csv: notice_pay).\(running.en) Price level \(level), rule set \(request.rules.name). Homecomings: residential; ahead means\(hasBegun ? ", of \(panel.origin.lastDay.year) with those observed" : "").")
    ] + keyNotes
    if !unpriced.isEmpty {
      let list = unpriced.joined(separator: ", ")
      notes.append(Phrase(da: "Ikke i regningen, pris eller dage pr. år er ukendt: \(list).", en: "Not in the bill, price or days a year are unknown: \(list)."))
    }
    if let rules = request.rules.settlement {
      notes.append(
        Phrase(
          da: "Efterregulering: hvad tilbuddenes resultater ændrer taksterne med \(rules.lagYears) år senere (regelsæt \(request.rules.name), udgifter: \(request.behaviour.rawValue)), fordelt på de dage, der da ventes; + er en regning. Efter horisonten med det sidste hele års dage.",
          en: "Settlement: what the offers' results change tariffs by \(rules.lagYears) years later (rule set \(request.rules.name), costs: \(request.behaviour.rawValue)), over the days then expected; + is a bill. After the horizon with the last whole year's days."))
      if !profile.unsettled.isEmpty {
        let list = profile.unsettled.map(String.init).joined(separator: ", ")
        notes.append(
          Phrase(
            da: "Uden efterregulering af \(list) for tilbud, hvis regnskab, pris eller dage mangler.", en: "Without the settlement of \(list) for offers whose accounts, price or days are missing."))
      }
      notes += request.rules.assumptions([.settlementBand, .settlementLag])
    } else {
      notes.append(
        Phrase(
          da: "Regelsættet \(request.rules.name) efterregulerer ikke; --rules vælger et andet.", en: "The rule set \(request.rules.name) settles nothing later; --rules chooses another."))
    }
    return notes
  }

  /// What of the origin's calendar year was observed.
  private var running: Phrase {
    let year = String(panel.origin.lastDay.year)
    guard profile.rows.contains(where: { $0.topic == .bill && $0.period == year && $0.measure == "bill" }) else { return Phrase("") }
    return Phrase(
      da: " \(year) er de observerede dage til og med \(panel.origin) og prognosen for resten, uden efterregulering, som er i årets takst.",
      en: " \(year) is the days observed up to \(panel.origin) and the forecast for the rest, without settlement, which is in the year's tariff.")
  }

  /// Whether the homecomings of the running year are shown.
  private var hasBegun: Bool {
    profile.rows.contains { $0.topic == .homecomings && isRunning($0) }
  }

  /// Whether a row is of the calendar year that is observed in part.
  private func isRunning(_ row: MunicipalityProfile.Row) -> Bool {
    row.isForecast && row.period == String(panel.origin.lastDay.year) && panel.runningYear(horizon: RiskRun.horizonMonths / panel.length.months) != nil
  }

  private var keyNotes: [Phrase] {
    func names(_ offers: [Offer]) -> String { offers.map(\.name).joined(separator: ", ") }
    var notes: [Phrase] = []
    if hasKey {
      notes.append(
        Phrase(
          da: "Efter nøgle (financing = key), uanset brug: \(names(profile.keyFinanced)). Det seneste års udgifter, fordelt på indbyggere i regionens kommuner, eller i hele landet for landsdækkende tilbud (antagelse).",
          en: "By key (financing = key), whatever the use: \(names(profile.keyFinanced)). The latest year's costs, divided by inhabitants of the region's municipalities, or of the whole country for nation-wide offers (assumption)."))
      notes += request.rules.assumptions([.keyAgeFrom, .keyAgeTo])
    }
    if !profile.keyUnknown.isEmpty {
      notes.append(
        Phrase(
          da: "Efter nøgle, men ikke i regningen, fordi udgifter (economy.csv) eller en kommunes indbyggere (population.csv) mangler: \(names(profile.keyUnknown)).",
          en: "By key, but not in the bill, since costs (economy.csv) or a municipality's inhabitants (population.csv) are missing: \(names(profile.keyUnknown))."))
    }
    return notes
  }
}
