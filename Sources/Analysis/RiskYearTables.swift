import Capacity
import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// What the money of a risk run rests on, said with every table that shows it.
struct RiskMoneyNotes {
  let run: RiskRun
  let request: RiskRequest

  /// Whole calendar years ahead for which anything is known, sorted.
  var years: [Int] { Set(run.risks.flatMap { $0.outlook?.years.map(\.year) ?? [] }).sorted() }

  /// Of which a part was observed; nil where none of it is known.
  var runningYear: Int? { run.risks.lazy.compactMap { $0.outlook?.runningYear?.year }.first }

  /// The price level of all offers that are known; nil where they differ or none is.
  var priceYear: Int? {
    let years = Set(run.risks.compactMap { try? $0.economics.get().priceYear })
    return years.count == 1 ? years.first : nil
  }

  /// What each row of money for machines ends with.
  static let columns: [Table.Column] = [.init("price_level"), .init("rule_set"), .init("cost_behaviour")]

  /// - Parameter priceYear: of the row's amounts; nil where it has none.
  func cells(_ priceYear: Int?) -> [Table.Cell] { Self.cells(priceYear, request) }

  static func cells(_ priceYear: Int?, _ request: RiskRequest) -> [Table.Cell] {
    [priceYear.map { .integer($0) } ?? .empty, .text(request.rules.name), .text(request.behaviour.rawValue)]
  }

  var meta: [(key: String, value: String)] {
    [
      ("rule_set", request.rules.name), ("price_level", priceYear.map(String.init) ?? ""), ("cost_behaviour", request.behaviour.rawValue),
      ("costs_unconverted", run.unconverted.map(String.init).joined(separator: " ")),
    ]
  }

  var footnotes: [Phrase] {
    var lines = [basis]
    if request.rules.adjustment?.tolerance == nil {
      lines.append(
        Phrase(
          da: "Regelsættet \(request.rules.name) har ingen tolerance, så sandsynligheden for at ligge uden for den er tom.",
          en: "The rule set \(request.rules.name) states no tolerance, so the probability of being outside it is empty."))
    }
    if let tolerance = request.rules.adjustment?.tolerance {
      let percent = NumberText.machine(100 * tolerance.value)
      lines.append(
        Phrase(
          da: "P uden for tolerance: at årets udgifter afviger mere end \(percent) % fra budgettet, reguleret for belægningen. Et underskud, som fandtes i forvejen, fordi udgifterne var højere end indtægten, regnes som budgetteret og tæller ikke.",
          en: "P outside tolerance: that the year's costs deviate by more than \(percent) % from the budget, adjusted for occupancy. A deficit that was there before, since costs were above income, counts as budgeted and does not show in it."))
    }
    if let settlement = request.rules.settlement {
      let band = NumberText.machine(100 * settlement.band.value)
      lines.append(
        Phrase(
          da: "Takst: hvad årets resultat ud over båndet på \(band) % af udgifterne ændrer taksten med \(settlement.lagYears) år senere; underskud hæver den. Kontoens saldo er ikke regnet med.\(growth.da)",
          en: "Tariff: what the year's result beyond the band of \(band) % of the costs changes the tariff by \(settlement.lagYears) years later; a deficit raises it. The account's balance is not counted.\(growth.en)"))
    }
    if !run.unconverted.isEmpty {
      let list = run.unconverted.map(String.init).joined(separator: ", ")
      lines.append(
        Phrase(
          da: "Udgifter fra \(list) er ikke omregnet til taksternes prisniveau: indices.csv mangler årene.",
          en: "Costs of \(list) are not brought to the tariffs' price level: indices.csv lacks the years."))
    }
    return lines + missing + uncovered + request.rules.assumptions(used)
  }

  /// What a bound on tariffs keeps out of them.
  private var growth: Phrase {
    guard let most = request.rules.tariff.growthCap else { return Phrase("") }
    let percent = NumberText.machine(100 * most.value)
    return Phrase(
      da: " Taksten må højst stige \(percent) % realt fra prisen nu (tariff.growth_cap); hvad et underskud kræver derudover, opkræves ikke.",
      en: " The tariff may rise by \(percent) % at most in real terms from today's price (tariff.growth_cap); what a deficit asks beyond that is not collected.")
  }

  private var used: Set<RuleKey> {
    let tolerance: Set<RuleKey> = request.rules.adjustment == nil ? [] : [.adjustmentShare, .adjustmentBase, .tolerance]
    let growth: Set<RuleKey> = request.rules.tariff.growthCap == nil ? [] : [.growthCap]
    let settlement: Set<RuleKey> = request.rules.settlement == nil ? [] : growth.union([.settlementBand, .settlementLag])
    return request.behaviour.rulesUsed(request.rules).union(tolerance).union(settlement).union([.noticeKind, .noticeMonths]).union(RuleSet.Waiting.rulesUsed)
  }

  private var basis: Phrase {
    let level = priceYear.map(String.init) ?? "–"
    return Phrase(
      da: "Resultat: indtægt (dage × borgernes dagspris nu, med betaling gennem opsigelsesvarslet) minus udgifter, før efterregulering, prisniveau \(level). Udgifterne er det seneste års, de \(request.behaviour.phrase.da) (--cost-behaviour \(request.behaviour.rawValue)), og ændres pladserne, følger budgettet med (et mindre antal tager de tomme pladser først: antagelse). Dage er dem, som borgere med plads har (plads forecast --measure served): den, et fuldt tilbud ikke har plads til, får plads i et andet af samme område, art og paragraf, venter eller går til andre. Regelsæt: \(request.rules.name) (\(request.rules.title.da)).",
      en: "Result: income (days × the citizens' price a day now, with payment under notice) less costs, before later settlement, price level \(level). Costs are the latest year's; they \(request.behaviour.phrase.en) (--cost-behaviour \(request.behaviour.rawValue)), and where places change the budget goes along (a cut takes empty places first: assumption). Days are those of citizens served (plads forecast --measure served): whom a full offer has no place for finds one in another of the same area, kind and legal section, waits or goes elsewhere. Rule set: \(request.rules.name) (\(request.rules.title.en)).")
  }

  private var missing: [Phrase] {
    OfferEconomics.Missing.allCases.compactMap { reason in
      let offers = run.risks.filter { $0.outlook != nil && $0.economics == .failure(reason) }
      guard !offers.isEmpty else { return nil }
      let list = offers.prefix(6).map(\.offer.name).joined(separator: ", ") + (offers.count > 6 ? ", …" : "")
      return Phrase(da: "Uden resultat, \(reason.phrase.da): \(list).", en: "Without a result, \(reason.phrase.en): \(list).")
    }
  }

  private var uncovered: [Phrase] {
    let years = years.filter { !request.rules.covers($0) }
    guard !years.isEmpty else { return [] }
    let list = years.map(String.init).joined(separator: ", ")
    return [
      Phrase(
        da: "Regelsættet \(request.rules.name) gælder ikke i \(list); at dets regler fortsætter, er en antagelse.",
        en: "The rule set \(request.rules.name) does not cover \(list); that its rules go on is an assumption.")
    ]
  }
}

/// The money of offers by year: `plads risk --years`.
public struct RiskYearTables: Sendable {
  private let run: RiskRun
  private let request: RiskRequest
  private let settings: ProjectSettings
  private let origin: Period

  public init(run: RiskRun, request: RiskRequest, panel: Panel) {
    self.run = run
    self.request = request
    settings = panel.settings
    origin = panel.origin
  }

  private var notes: RiskMoneyNotes { RiskMoneyNotes(run: run, request: request) }

  private struct Row {
    let risk: OfferRisk
    /// Nil where nothing of the offer's money is known.
    let year: OfferRisk.YearResult?
    let number: Int
  }

  /// Every judged offer in every whole year, those without money empty; the most endangered first.
  private var rows: [Row] {
    run.risks.filter { $0.outlook != nil }.flatMap { risk in
      (notes.runningYear.map { [Row(risk: risk, year: risk.outlook?.runningYear, number: $0)] } ?? [])
        + notes.years.map { year in Row(risk: risk, year: risk.outlook?.years.first { $0.year == year }, number: year) }
    }
  }

  /// Columns: scenario, offer, year, p_outside_tolerance, result_mean, result_lower, result_upper, price_level, tariff_year,
  /// tariff_change_mean, tariff_change_lower, tariff_change_upper: what the year's result settles in the tariff of a later year; rule_set,
  /// cost_behaviour, revised_budget (as given, at the price level; of the running year, whose tolerance it stands for). The running year
  /// comes first: its observed part with what is ahead of it. Of offers that the scenario opens, from their opening on: start_up_deficit
  /// (costs less income of the year's start-up months) and start_up_charge (what its tariffs collect of the whole deficit, where the rule
  /// set spreads it), each a mean with `_lower` and `_upper`, start_up_charge_per_day, months (of the year after opening).
  /// Amounts are whole kroner, changes of tariffs kroner a day to the øre.
  public var machine: Table {
    var table = Table(title: title, columns: Self.machineColumns)
    for row in rows {
      let amounts = row.year.map { [$0.result.mean, $0.result.lower, $0.result.upper] }
      let level = (try? row.risk.economics.get().priceYear).map { Table.Cell.integer($0) } ?? .empty
      let change = row.year?.tariffChange.map { [$0.mean, $0.lower, $0.upper] }
      var cells: [Table.Cell] = [.text(run.plan.name), .text(row.risk.offer.id), .integer(row.number)]
      cells.append(row.year?.outsideTolerance.map { .number($0) } ?? .empty)
      cells += amounts?.map { .number($0.rounded()) } ?? [.empty, .empty, .empty]
      cells += [level, row.year?.tariffYear.map { .integer($0) } ?? .empty]
      cells += change?.map { .number((100 * $0).rounded() / 100) } ?? [.empty, .empty, .empty]
      cells += notes.cells(nil).dropFirst()
      cells.append(row.year?.revisedBudget.map { .number($0.rounded()) } ?? .empty)
      cells += [Table.Cell](repeating: .empty, count: Self.openingColumns.count)
      table.append(cells)
    }
    for (risk, opening) in openings.openings { for year in opening.years { table.append(openingRow(risk, opening, year)) } }
    table.footnotes = notes.footnotes + running + openings.notes
    table.meta = [
      ("project", settings.name), ("synthetic", settings.isSynthetic ? "true" : "false"), ("origin", origin.description),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("level", NumberText.machine(100 * request.level)),
    ] + notes.meta
    return table
  }

  public static var machineColumns: [Table.Column] {
    func three(_ name: String, _ unit: String) -> [Table.Column] { ["mean", "lower", "upper"].map { Table.Column("\(name)_\($0)", unit: unit) } }
    var columns = [Table.Column("scenario"), Table.Column("offer"), Table.Column("year"), Table.Column("p_outside_tolerance", unit: "probability")]
    columns += three("result", "kr.") + [Table.Column("price_level"), Table.Column("tariff_year")]
    columns += three("tariff_change", "kr. a day") + RiskMoneyNotes.columns.dropFirst()
    return columns + [Table.Column("revised_budget", unit: "kr.")] + openingColumns
  }

  private static let openingColumns: [Table.Column] =
    ["start_up_deficit", "start_up_charge"].flatMap { name in ["", "_lower", "_upper"].map { Table.Column(name + $0, unit: "kr.") } }
    + [.init("start_up_charge_per_day", unit: "kr. a day"), .init("months", unit: "months")]

  private var openings: OpeningTables { OpeningTables(run: run, request: request) }

  private func openingRow(_ risk: OfferRisk, _ opening: OfferOpening, _ year: OfferOpening.Year) -> [Table.Cell] {
    func three(_ own: DrawSummary?, _ scale: Double = 1) -> [Table.Cell] {
      own.map { [$0.mean, $0.lower, $0.upper].map { .number(($0 * scale).rounded() / scale) } } ?? [.empty, .empty, .empty]
    }
    var row: [Table.Cell] = [.text(run.plan.name), .text(risk.offer.id), .integer(year.year), .empty]
    row += three(year.result) + [.integer(opening.economics.priceYear), year.tariffYear.map { .integer($0) } ?? .empty]
    row += three(year.tariffChange, 100) + notes.cells(nil).dropFirst() + [.empty] + three(year.deficit) + three(year.charge)
    return row + [year.chargePerDay.map { .number((100 * $0.mean).rounded() / 100) } ?? .empty, .integer(year.months)]
  }

  // MARK: For people

  /// The offers' years, then those that the scenario opens.
  public var sheets: [Table] { [sheet] + [openings.sheet].compactMap(\.self) }

  private var showsTolerance: Bool { request.rules.adjustment?.tolerance != nil }
  private var showsTariff: Bool { request.rules.settlement != nil }

  public var sheet: Table {
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title,
      columns: [
        .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("year", heading: Phrase(da: "År", en: "Year")),
        .init("result", heading: Phrase(da: "Resultat, t.kr., middel [\(level) %]", en: "Result, 1,000 kr., mean [\(level) %]")),
      ] + (showsTolerance ? [.init("p_outside_tolerance", heading: Phrase(da: "P uden for tolerance", en: "P outside tolerance"), decimals: 2)] : [])
        + (showsTariff ? [.init("tariff_change", heading: Phrase(da: "Takstændring, kr./dag, middel", en: "Tariff change, kr./day, mean"))] : []))
    for row in rows { table.append(sheetRow(row)) }
    if rows.isEmpty { table.footnotes.append(Phrase(da: "Ingen tilbud med kendte pladser, udgifter (economy.csv) og priser, som er åbne i hele år.", en: "No offers with known places, costs (economy.csv) and prices that are open for whole years.")) }
    table.footnotes += notes.footnotes + running
    return table
  }

  private var running: [Phrase] {
    guard let year = notes.runningYear else { return [] }
    let tolerance = showsTolerance
      ? Phrase(
        da: " P uden for tolerance er mod årets oprindelige budget (economy), reguleret for de dage, som bliver flere eller færre, end taksten forudsætter; uden oprindeligt budget eller forudsat belægning mod det korrigerede, som det er oplyst; uden begge er den tom.",
        en: " P outside tolerance is against the year's original budget (economy), adjusted for the days that become more or fewer than the tariff assumes; without an original budget or an assumed occupancy against the revised one as it is given; without both it is empty.") : Phrase("")
    return [
      Phrase(
        da: "\(year): til og med \(origin) som observeret, resten simuleret. Udgifter som de seneste hele års, tilpasset; hvor economy har udgifter for en måned eller et kvartal af året, er det dem.",
        en: "\(year): until \(origin) as observed, the rest simulated. Costs as the latest whole year's, adapted; where economy has costs of a month or quarter of the year, those.")
        + tolerance
    ]
  }

  private func sheetRow(_ row: Row) -> [Table.Cell] {
    func tariff(_ language: Language) -> String {
      guard let change = row.year?.tariffChange, let year = row.year?.tariffYear else { return "" }
      let ends = [change.mean, change.lower, change.upper].map { NumberText.display($0, decimals: 0, language: language) }
      return "\(year): \(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]"
    }
    func text(_ language: Language) -> String {
      guard let result = row.year?.result else { return "" }
      let ends = [result.mean, result.lower, result.upper].map { NumberText.display($0 / 1000, decimals: 0, language: language) }
      return "\(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]"
    }
    return [
      .text(row.risk.offer.name), .text(String(row.number)), row.year == nil ? .empty : .term(code: text(.en), Phrase(da: text(.da), en: text(.en))),
    ] + (showsTolerance ? [row.year?.outsideTolerance.map { .number($0) } ?? .empty] : [])
      + (showsTariff ? [row.year?.tariffChange == nil ? .empty : .term(code: tariff(.en), Phrase(da: tariff(.da), en: tariff(.en)))] : [])
  }

  private var title: Phrase {
    let scenario = run.plan.titleSuffix
    return Phrase(
      da: "\(settings.name): tilbuddenes resultat år for år, set fra \(origin)\(scenario.da)",
      en: "\(settings.name): the offers' results year by year, seen from \(origin)\(scenario.en)")
  }
}

extension OfferEconomics.Missing {
  var phrase: Phrase {
    switch self {
    case .costs: Phrase(da: "intet helt år af udgifter (economy.csv)", en: "no whole year of costs (economy.csv)")
    case .price: Phrase(da: "ingen pris pr. dag (tariffs.csv, eller price i stays.csv)", en: "no price a day (tariffs.csv, or price in stays.csv)")
    case .days: Phrase(da: "dage pr. år mangler (capacity.csv)", en: "days a year are missing (capacity.csv)")
    case .citizens: Phrase(da: "ukendt, hvor mange udgifterne blev afholdt for", en: "unknown for how many the costs were held")
    }
  }
}
