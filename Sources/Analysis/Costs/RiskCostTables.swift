import Capacity
import Demand
import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// Closing, reducing and carrying on compared: `plads risk --costs`.
public struct RiskCostTables: Sendable {
  private let run: RiskRun
  private let request: RiskRequest
  private let panel: Panel

  public init(run: RiskRun, request: RiskRequest, panel: Panel) {
    self.run = run
    self.request = request
    self.panel = panel
  }

  private var notes: RiskMoneyNotes { RiskMoneyNotes(run: run, request: request) }

  private static let amounts = ["idle_cost", "closing_cost", "account_settled", "tariff_change_per_day", "bill_change"]

  public static var machineColumns: [Table.Column] {
    var columns: [Table.Column] = ["scenario", "alternative", "offer", "payer", "year"].map { Table.Column($0) }
    columns += [Table.Column("citizens", unit: "citizens"), Table.Column("share_of_days", unit: "share")]
    for name in amounts {
      let unit = name == "tariff_change_per_day" ? "kr. a day" : "kr."
      columns += ["", "_lower", "_upper"].map { Table.Column(name + $0, unit: unit) }
    }
    columns += [Table.Column("tariff_year"), Table.Column("months", unit: "months"), Table.Column("places", unit: "places")]
    columns += ["", "_lower", "_upper"].map { Table.Column("citizens_affected" + $0, unit: "citizens") }
    columns += [Table.Column("full_time_staff_affected", unit: "full-time staff"), Table.Column("price_level")]
    return columns + ["result", "not_yet_settled"].flatMap { name in ["", "_lower", "_upper"].map { Table.Column(name + $0, unit: "kr.") } } + RiskMoneyNotes.columns.dropFirst()
      + ["_lower", "_upper"].map { Table.Column("full_time_staff_affected" + $0, unit: "full-time staff") }
  }

  /// Columns: scenario, alternative (`close`, `reduce`, `carry_on`), offer, payer (code; empty for all), year (empty for the whole
  /// horizon), citizens (at the origin), share_of_days, then idle_cost, closing_cost, account_settled, tariff_change_per_day and
  /// bill_change, each a mean with `_lower` and `_upper`, tariff_year, months (of the year inside the horizon), places (afterwards),
  /// citizens_affected with its interval and full_time_staff_affected (in the line of all payers and years), price_level, result with
  /// its interval (income less costs, before settlement; in the lines of all payers), not_yet_settled with its interval (what of the
  /// result is on no bill: over the horizon result = not_yet_settled − bill_change), rule_set, cost_behaviour, the ends of
  /// full_time_staff_affected (staff go with the places, which a choice fixes: both are the number itself). An offer that the scenario opens has the
  /// alternative `open`, for all payers by year: bill_change is what the year's tariffs collect of its start-up deficit. Kroner to the øre; what the rules do not settle is
  /// empty.
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for offer in run.costs {
      for option in offer.options {
        addTotals(offer, option, to: &table)
        for year in option.years { addYear(offer, option, year, to: &table) }
      }
    }
    for (risk, opening) in OpeningTables(run: run, request: request).openings {
      for year in opening.years { table.append(openingRow(risk, opening, year)) }
    }
    table.footnotes = footnotes + OpeningTables(run: run, request: request).notes
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("level", NumberText.machine(100 * request.level)),
      ("closing_months", String(request.closingMonths)), ("closing_days_years", String(request.rules.closingYears)),
      ("change_cost", NumberText.machine(request.advice.change)),
    ] + notes.meta
    return table
  }

  private func cells(_ own: DrawSummary?, rounded decimals: Double = 100) -> [Table.Cell] {
    guard let own else { return [.empty, .empty, .empty] }
    return [own.mean, own.lower, own.upper].map { .number(($0 * decimals).rounded() / decimals) }
  }

  private func key(_ offer: OfferCosts, _ option: OfferCosts.Option, payer: OfferCosts.Payer?, year: Int?) -> [Table.Cell] {
    let citizens = payer.map { Double($0.citizens) } ?? run.risks.first { $0.offer.id == offer.offer.id }?.citizens
    var key: [Table.Cell] = [.text(run.plan.name), .text(option.alternative.rawValue), .text(offer.offer.id)]
    key.append(payer.map { .text($0.municipality.code) } ?? .empty)
    key.append(year.map { .integer($0) } ?? .empty)
    return key + [citizens.map { .number($0) } ?? .empty, .number(payer?.share ?? 1)]
  }

  /// An amount, then each payer's part of it by its days. The means are rounded so that the payers' add up to the whole to the øre.
  /// - Parameter intervals: of the payers' parts where they are known otherwise than by their share.
  private func parts(_ whole: DrawSummary?, _ payers: [OfferCosts.Payer], intervals: [DrawSummary?] = []) -> [DrawSummary?] {
    guard let whole else { return [nil] + payers.map { _ in nil } }
    // Fifteen digits of the shares.
    let weights = payers.compactMap { Quantity(1e9 * $0.share) }
    let means = Amount(kroner: whole.mean)?.split(by: weights)
    return [whole] + payers.indices.map { index in
      let own = intervals.indices.contains(index) ? intervals[index] : nil
      let scaled = own ?? whole.scaled(by: payers[index].share)
      return means.map { DrawSummary(mean: $0[index].kroner, median: scaled.median, lower: scaled.lower, upper: scaled.upper) } ?? scaled
    }
  }

  private func addTotals(_ offer: OfferCosts, _ option: OfferCosts.Option, to table: inout Table) {
    let idle = parts(option.idle, option.payers)
    let closing = parts(option.closing, option.payers, intervals: option.payers.map(\.closing))
    let settled = parts(option.settled, option.payers)
    let bill = parts(option.bill, option.payers)
    let unsettled = parts(option.unsettled, option.payers)
    for (index, payer) in ([nil] + option.payers.map { Optional($0) }).enumerated() {
      var row = key(offer, option, payer: payer, year: nil)
      row += cells(idle[index]) + cells(closing[index]) + cells(settled[index])
      row += cells(nil)
      row += cells(bill[index])
      row += [.empty, .empty, .number(option.places)]
      row += payer == nil ? cells(option.citizens, rounded: 10) + [option.staff.map { .number($0) } ?? .empty] : [.empty, .empty, .empty, .empty]
      let staff: Table.Cell = payer == nil ? option.staff.map { .number($0) } ?? .empty : .empty
      table.append(
        row + [.integer(offer.priceYear)] + cells(payer == nil ? option.result : nil) + cells(unsettled[index]) + notes.cells(nil).dropFirst() + [staff, staff])
    }
  }

  private func addYear(_ offer: OfferCosts, _ option: OfferCosts.Option, _ year: OfferCosts.Year, to table: inout Table) {
    let idle = parts(year.idle, option.payers)
    let closing = parts(year.closing, option.payers, intervals: year.year == option.effectYear ? option.payers.map(\.closing) : [])
    let settled = parts(year.settled, option.payers)
    let bill = parts(year.bill, option.payers)
    let unsettled = parts(year.unsettled, option.payers)
    for (index, payer) in ([nil] + option.payers.map { Optional($0) }).enumerated() {
      var row = key(offer, option, payer: payer, year: year.year)
      row += cells(idle[index]) + cells(closing[index]) + cells(settled[index])
      row += cells(year.tariffChange)
      row += cells(bill[index])
      row += [year.tariffYear.map { .integer($0) } ?? .empty, .integer(year.months), .number(option.places)]
      row += [.empty, .empty, .empty, .empty]
      table.append(
        row + [.integer(offer.priceYear)] + cells(payer == nil ? year.result : nil) + cells(unsettled[index]) + notes.cells(nil).dropFirst() + [.empty, .empty])
    }
  }

  private func openingRow(_ risk: OfferRisk, _ opening: OfferOpening, _ year: OfferOpening.Year) -> [Table.Cell] {
    var row: [Table.Cell] = [.text(run.plan.name), .text("open"), .text(risk.offer.id), .empty, .integer(year.year), .empty, .number(1)]
    row += cells(nil) + cells(nil) + cells(nil) + cells(year.tariffChange) + cells(year.charge)
    row += [year.tariffYear.map { .integer($0) } ?? .empty, .integer(year.months), .number(opening.terms.places), .empty, .empty, .empty, .empty]
    return row + [.integer(opening.economics.priceYear)] + cells(year.result) + cells(nil) + notes.cells(nil).dropFirst() + [.empty, .empty]
  }

  // MARK: For people

  /// Offers in danger, or all of them where few are asked for.
  private var shown: [OfferCosts] {
    let endangered = run.costs.filter { $0.status != .green }
    return run.costs.count <= 5 || endangered.isEmpty ? run.costs : endangered
  }

  private func millions(_ own: DrawSummary) -> Phrase { .interval(own.mean / 1e6, own.lower / 1e6, own.upper / 1e6, decimals: 1) }

  /// What each choice does, what it costs, then who pays.
  public var sheets: [Table] { [effectSheet, moneySheet, payerSheet] + [OpeningTables(run: run, request: request).sheet].compactMap(\.self) }

  private func column(_ name: String, _ da: String, _ en: String, _ decimals: Int = 0) -> Table.Column {
    Table.Column(name, heading: Phrase(da: da, en: en), decimals: decimals)
  }

  private func rows(of table: inout Table, _ cells: (OfferCosts.Option) -> [Table.Cell]) {
    for offer in shown {
      for (number, option) in offer.options.enumerated() {
        table.append([number == 0 ? .text(offer.offer.name) : .empty, .phrase(option.alternative.phrase)] + cells(option))
      }
    }
  }

  private var effectSheet: Table {
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title,
      columns: [
        column("offer", "Tilbud", "Offer"), column("alternative", "Valg", "Choice"), column("places", "Pladser", "Places"),
        column("citizens", "Borgere flytter [\(level)]", "Citizens move [\(level)]"), column("staff", "Årsværk væk", "Staff gone", 1),
        column("idle", "Tomgang, mio. kr. [\(level)]", "Idle, million kr. [\(level)]"),
        column("closing", "Luk inkl. tomgang el. skift, mio. kr. [\(level)]", "Close incl. idle, or change, million kr. [\(level)]"),
      ])
    rows(of: &table) { option in
      let own = option.citizens
      return [
        .number(option.places), option.alternative == .carryOn ? .phrase(Phrase("0")) : .phrase(.interval(own.mean, own.lower, own.upper, decimals: 0)),
        option.staff.map { .number($0) } ?? .empty, .phrase(millions(option.idle)),
        option.alternative == .carryOn ? .phrase(Phrase("0")) : .phrase(millions(option.closing)),
      ]
    }
    if run.costs.isEmpty {
      table.footnotes.append(
        Phrase(da: "Ingen vurderede tilbud med kendte pladser, udgifter (economy.csv) og priser.", en: "No assessed offers with known places, costs (economy.csv) and prices."))
    }
    table.footnotes += closing
    table.footnotes += footnotes
    if shown.count < run.costs.count {
      let left = run.costs.count - shown.count
      table.footnotes.append(
        Phrase(da: "\(left) grønne tilbud er ikke vist; --offer viser et enkelt, --format csv alle.", en: "\(left) green offers are not shown; --offer shows a single one, --format csv all."))
    }
    return table
  }

  private var moneySheet: Table {
    let level = NumberText.machine(100 * request.level)
    let settles = request.rules.settlement != nil
    var columns = [
      column("offer", "Tilbud", "Offer"), column("alternative", "Valg", "Choice"),
      column("result", "Resultat [\(level)]", "Result [\(level)]"), column("bill", "Regning [\(level)]", "Bill [\(level)]"),
    ]
    if settles {
      columns += [
        column("open", "Ej opgjort [\(level)]", "Not settled [\(level)]"), column("tariff", "Takst op til, kr./dag [\(level)]", "Tariff up to, kr./day [\(level)]"),
      ]
    }
    var table = Table(
      title: Phrase(
        da: "Hvad det koster: mio. kr. over horisonten på \(RiskRun.horizonMonths) måneder", en: "What it costs: million kr. over the horizon of \(RiskRun.horizonMonths) months"),
      columns: columns)
    rows(of: &table) { option in
      let own: [Table.Cell] = [.phrase(millions(option.result)), .phrase(millions(option.bill))]
      // As a bill: a deficit above zero.
      return settles ? own + [option.unsettled.map { .phrase(millions($0.scaled(by: -1))) } ?? .empty, tariff(option)] : own
    }
    return table
  }

  /// The largest expected change of a later tariff, and its year.
  private func tariff(_ option: OfferCosts.Option) -> Table.Cell {
    let changes = option.years.compactMap { year in year.tariffChange.flatMap { own in year.tariffYear.map { (year: $0, change: own) } } }
    guard let largest = changes.max(by: { $0.change.mean.magnitude < $1.change.mean.magnitude }) else { return .empty }
    let own = largest.change
    return .phrase(Phrase("\(largest.year): ") + .interval(own.mean, own.lower, own.upper, decimals: 0))
  }

  private static let shownPayers = 4

  private var payerSheet: Table {
    var table = Table(
      title: Phrase(da: "Hvem betaler: kommunernes regning i alt, mio. kr.", en: "Who pays: the municipalities' bill in all, million kr."),
      columns: [
        .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("payer", heading: Phrase(da: "Kommune", en: "Municipality")),
        .init("citizens", heading: Phrase(da: "Borgere", en: "Citizens")), .init("share", heading: Phrase(da: "Andel af dage, %", en: "Share of days, %")),
      ] + OfferCosts.Alternative.allCases.map { .init($0.rawValue, heading: $0.phrase) })
    for offer in shown {
      guard let payers = offer.options.first?.payers, !payers.isEmpty else { continue }
      func bills(_ share: Double) -> [Table.Cell] {
        OfferCosts.Alternative.allCases.map { alternative in
          guard let option = offer.options.first(where: { $0.alternative == alternative }) else { return .empty }
          return .phrase(millions(option.bill.scaled(by: share)))
        }
      }
      for (number, payer) in payers.prefix(Self.shownPayers).enumerated() {
        let key: [Table.Cell] = [
          number == 0 ? .text(offer.offer.name) : .empty, .text(payer.municipality.name), .integer(payer.citizens), .number(100 * payer.share),
        ]
        table.append(key + bills(payer.share))
      }
      let rest = payers.dropFirst(Self.shownPayers)
      guard !rest.isEmpty else { continue }
      let share = rest.reduce(0) { $0 + $1.share }
      let label = Phrase(da: "\(rest.count) andre", en: "\(rest.count) others")
      table.append([.empty, .phrase(label), .integer(rest.reduce(0) { $0 + $1.citizens }), .number(100 * share)] + bills(share))
    }
    table.footnotes = [shares]
    return table
  }

  // MARK: Notes

  /// What the payers' parts leave out.
  private var shares: Phrase {
    let years = request.rules.closingYears
    return Phrase(
      da: "Andelene er dagene i de seneste \(years) år, også for det, som senere takster opkræver af dem, der da bor der. Kommunernes intervaller rummer ikke, at deres egne dage kan blive andre.",
      en: "Shares are the days of the last \(years) years, also for what later tariffs collect from those who then live there. The municipalities' intervals leave out that their own days may become others.")
  }

  /// Parts of the closing cost besides idle places and the account: those that the rules state, and those that are left out.
  private var once: Phrase {
    let names: [(key: RuleKey, name: Phrase)] = [
      (.closingSeverance, Phrase(da: "fratrædelse", en: "severance")), (.closingLease, Phrase(da: "lejemål", en: "lease")),
      (.closingResidual, Phrase(da: "restværdi", en: "residual value")), (.closingInventory, Phrase(da: "inventar", en: "inventory")),
    ]
    func list(_ isStated: Bool, _ language: Language) -> String {
      let own = names.filter { (request.rules.text($0.key) != nil) == isStated }
      return own.map { $0.name[language] + (isStated ? " " + (request.rules.text($0.key)?[language] ?? "") : "") }.joined(separator: ", ")
    }
    var phrase = Phrase("")
    if !list(true, .da).isEmpty {
      phrase = Phrase(da: ", af et års udgifter: \(list(true, .da))", en: ", of a year's costs: \(list(true, .en))")
    }
    guard !list(false, .da).isEmpty else { return phrase }
    return phrase + Phrase(
      da: "; \(list(false, .da)) kendes ikke og er ikke med (regelsættets [closing])", en: "; \(list(false, .en)) are not known and not in it (the rule set's [closing])")
  }

  /// Offers that the scenario closes have their own time until then.
  private var closing: [Phrase] {
    run.costs.compactMap { costs in
      costs.closes.map { day in
        Phrase(
          da: "\(costs.offer.name) lukker i scenariet \(day.iso): vist er lukning den dag mod at fortsætte, begge som i den rene prognose.",
          en: "The scenario closes \(costs.offer.name) on \(day.iso): shown is closing on that day against carrying on, both as in the plain forecast.")
      }
    }
  }

  private var footnotes: [Phrase] {
    let change = NumberText.machine(100 * request.advice.change)
    var lines = [
      Phrase(
        da: "Luk: besluttes nu og lukket efter \(request.closingMonths) måneder (antagelse; --closing-time). Ingen nye indskrives; borgerne flytter selv som ellers, og de, der er tilbage efter varslet på \(RiskJudge.residentsNoticeMonths) måneder, jævnt til anden plads til samme pris (antagelser). Borgere flytter: de, der ikke flytter selv inden da. Luk koster tomgangen indtil da\(request.rules.settlement == nil ? "" : " og hvad der er tilbage på kontoen")\(once.da). Regningen deles efter dagene i de seneste \(request.rules.closingYears) år\(request.rules.isAssumption(.closingYears) ? " (antagelse)" : "").",
        en: "Close: decided now and closed after \(request.closingMonths) months (assumption; --closing-time). Nobody new is admitted; citizens leave of themselves as otherwise, and those who are left after the notice of \(RiskJudge.residentsNoticeMonths) months move evenly to another place at the same price (assumptions). Citizens move: those who do not leave of themselves before. Closing costs the idle places until then\(request.rules.settlement == nil ? "" : " and what is left on the account")\(once.en). The bill is shared by the days of the last \(request.rules.closingYears) years\(request.rules.isAssumption(.closingYears) ? " (assumption)" : "")."),
      Phrase(
        da: "Årsværk væk: de følger pladserne, som valget fastlægger, og har derfor intet interval. Reducér: til de rådede pladser efter tilpasningstiden; skiftet koster \(change) % af et års takst pr. plads (antagelse; --change-cost). Uden linje, hvor færre pladser ikke rådes. Rådet er som i plads risk, uden prisen for skift; --places og --explain har den med. Fortsæt: pladser som planlagt.",
        en: "Staff gone: they go with the places, which the choice fixes, and so have no interval. Reduce: to the advised places after the adaptation time; the change costs \(change) % of a year's tariff a place (assumption; --change-cost). No line where fewer places are not advised. The advice is that of plads risk, without the cost of changes; --places and --explain reckon with it. Carry on: places as planned."),
      Phrase(
        da: "Tomgang: udgifter, som ikke falder med den indtægt, der udebliver, mod det år udgifterne er fra; betaling gennem varslet er trukket fra. Summer over horisonten på \(RiskRun.horizonMonths) måneder, i hver fremtid; csv har hvert år og hver kommune.",
        en: "Idle: costs that do not fall with the income that stays away, against the year that the costs are from; payment under notice is taken off. Sums over the horizon of \(RiskRun.horizonMonths) months, in each future; csv has every year and municipality."),
    ]
    lines.append(
      request.rules.settlement == nil
        ? Phrase(
          da: "Regelsættet \(request.rules.name) efterregulerer ikke: resultatet bliver hos driftsherren, og kommunernes regning er kun lukningens. Resultat: over horisonten, før lukkeudgiften er delt.",
          en: "The rule set \(request.rules.name) settles nothing later: the result stays with the operator, and the municipalities' bill is closing's alone. Result: over the horizon, before the closing cost is shared.")
        : Phrase(
          da: "Regning: delt lukkeudgift, og hvad senere takster opkræver (eller betaler tilbage) af hele års resultat ud over båndet\(wholeYears); kontoen begynder på nul (antagelse). Ej opgjort: underskud, som ingen regning har med: hvad der bliver på kontoen, og år, som horisonten kun når en del af\(partYears). Regning plus ej opgjort dækker de samme \(RiskRun.horizonMonths) måneder i alle valg.",
          en: "Bill: shared closing cost, and what later tariffs collect (or pay back) of whole years' results beyond the band\(wholeYears); the account begins at zero (assumption). Not settled: deficits that are on no bill: what stays on the account, and years that the horizon reaches in part\(partYears). Bill plus not settled cover the same \(RiskRun.horizonMonths) months in every choice."))
    // The notes name some of the same assumptions.
    let assumptions = request.rules.assumptions(Set([.adaptationMonths] + RuleSet.Closing.keys)).filter { !notes.footnotes.contains($0) }
    return lines + notes.footnotes + assumptions + run.plan.assumptions
  }

  private var wholeYears: String { Self.list(years { $0 == 12 }) }
  private var partYears: String { Self.list(years { $0 != 12 }) }

  private func years(_ isShown: (Int) -> Bool) -> [Int] {
    (run.costs.first?.options.first?.years ?? []).filter { isShown($0.months) }.map(\.year)
  }

  private static func list(_ years: [Int]) -> String { years.isEmpty ? "" : " (" + years.map(String.init).joined(separator: ", ") + ")" }

  private var title: Phrase {
    let scenario = run.plan.titleSuffix
    return Phrase(
      da: "\(panel.settings.name): lukke, reducere eller fortsætte, set fra \(panel.origin)\(scenario.da)",
      en: "\(panel.settings.name): closing, reducing or carrying on, seen from \(panel.origin)\(scenario.en)")
  }
}

extension OfferCosts.Alternative {
  var phrase: Phrase {
    switch self {
    case .close: Phrase(da: "luk", en: "close")
    case .reduce: Phrase(da: "reducér", en: "reduce")
    case .carryOn: Phrase(da: "fortsæt", en: "carry on")
    }
  }
}
