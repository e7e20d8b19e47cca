public import Demand
public import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// Results as tables: the promised columns for machines, a compact sheet for people.
public struct ResultTables: Sendable {
  let run: ScenarioRun
  let request: RunRequest
  let panel: Panel
  let horizon: Int
  private let footnotes: [Phrase]
  private let meta: [(key: String, value: String)]

  /// - Parameters:
  ///   - notes: what the forecast rests on instead of the demand model's own assumptions; nil for those.
  ///   - meta: what the machine's table says besides.
  public init(
    run: ScenarioRun, request: RunRequest, demand: FittedDemand, notes: [Phrase]? = nil, meta: [(key: String, value: String)] = []
  ) {
    self.meta = meta
    self.run = run
    self.request = request
    panel = demand.panel
    horizon = demand.horizon
    footnotes = Self.overrideNotes(run) + demand.panel.settings.assumptions + (notes ?? demand.assumptions)
  }

  private static func overrideNotes(_ run: ScenarioRun) -> [Phrase] {
    let (applied, unseen) = run.overridden
    guard applied + unseen > 0 else { return [] }
    let rest = Phrase(
      da: unseen > 0 ? " Uden linje i denne opdeling og derfor ikke brugt: \(unseen)." : "",
      en: unseen > 0 ? " Without a line in this split, so not used: \(unseen)." : "")
    return [
      Phrase(
        da: "Overskrevet af analytikere: belægningen er ikke modellens alene; overskrivninger brugt: \(applied) (se --overrides).",
        en: "Overridden by analysts: the stock is not the model's alone; overrides used: \(applied) (see --overrides).") + rest
    ]
  }

  // MARK: Machine formats

  static let keyColumns: [Table.Column] = [
    .init("region"), .init("area"), .init("municipality"), .init("offer"), .init("kind"), .init("measure"), .init("unit"),
    .init("mean"), .init("median"), .init("lower"), .init("upper"),
  ]

  public static let forecastColumns = [Table.Column("origin"), Table.Column("period")] + keyColumns + [Table.Column("level", unit: "percent")]
  public static let scenarioColumns =
    [Table.Column("scenario"), Table.Column("base"), Table.Column("period")] + keyColumns + differenceColumns + [Table.Column("level", unit: "percent")]

  /// Columns: origin, period, region, area, municipality, offer, kind, measure, unit, mean, median, lower, upper, level.
  public func forecast() -> Table {
    var table = Table(
      title: Phrase(da: "Prognose", en: "Forecast"),
      columns: Self.forecastColumns)
    for row in run.rows where row.plan == 0 {
      table.append([.text(panel.origin.description), .text(row.period.description)] + Self.keyCells(row) + Self.summaryCells(row.value) + [level])
    }
    return described(table)
  }

  /// Columns: scenario, base, period, region, area, municipality, offer, kind, measure, unit, mean, median, lower, upper,
  /// delta_mean, delta_lower, delta_upper, p_worse, level.
  public func scenario() -> Table {
    var table = Table(
      title: Phrase(da: "Scenarier", en: "Scenarios"),
      columns: Self.scenarioColumns)
    for row in run.rows {
      let plan = run.plans[row.plan]
      table.append(
        [.text(plan.name), .text(run.plans[run.baseOfPlan[row.plan]].name), .text(row.period.description)] + Self.keyCells(row)
          + Self.summaryCells(row.value) + Self.differenceCells(row) + [level])
    }
    return described(table)
  }

  private var level: Table.Cell { .number(100 * request.level) }

  static func keyCells(_ row: ResultRow) -> [Table.Cell] {
    func cell(_ text: String) -> Table.Cell { text.isEmpty ? .empty : .text(text) }
    return [
      cell(row.key.region), cell(row.key.area), cell(row.key.municipality), cell(row.key.offer), .text(row.key.kind.rawValue),
      .text(row.measure.rawValue), .text(row.measure.unit),
    ]
  }

  static func summaryCells(_ summary: DrawSummary) -> [Table.Cell] {
    [.number(summary.mean), .number(summary.median), .number(summary.lower), .number(summary.upper)]
  }

  static let differenceColumns: [Table.Column] = [
    .init("delta_mean"), .init("delta_lower"), .init("delta_upper"), .init("p_worse", unit: "probability"),
  ]

  static func differenceCells(_ row: ResultRow) -> [Table.Cell] {
    [
      .number(row.difference.mean), .number(row.difference.lower), .number(row.difference.upper), row.probabilityWorse.map { .number($0) } ?? .empty,
    ]
  }

  private func described(_ table: Table) -> Table {
    var table = table
    table.footnotes = footnotes + run.plans.flatMap(\.assumptions)
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("base_period", panel.length.rawValue), ("horizon", String(horizon)), ("draws", String(request.draws)), ("seed", String(request.seed)),
    ]
    table.meta += meta
    if run.overridden.applied + run.overridden.unseen > 0 { table.meta.append(("overrides_applied", String(run.overridden.applied))) }
    if !panel.settings.attribution.isEmpty { table.meta.append(("attribution", panel.settings.attribution)) }
    for (number, plan) in run.plans.enumerated() {
      for (index, assumption) in plan.assumptions.enumerated() {
        table.meta.append(("assumption_\(number)_\(index + 1)", assumption.en))
      }
    }
    return table
  }

  // MARK: For people

  /// The periods that a sheet shows: the ends of 12, 24 and 36 months; of a yearly forecast a third, two thirds and the end.
  public static func shownPeriods(panel: Panel, horizon: Int, every: PeriodLength) -> [Period] {
    let steps: [Int] =
      panel.length == .year
      ? [(horizon + 2) / 3, (2 * horizon + 2) / 3, horizon]
      : [1, 2, 3].map { $0 * panel.length.perYear }.filter { $0 <= horizon }
    let chosen = steps.isEmpty ? [horizon] : steps
    let length = max(every, panel.length)
    if length > panel.length { return wholePeriods(panel: panel, horizon: horizon, every: length) }
    return chosen.map { panel.origin.advanced(by: $0) }
  }

  /// Longer periods that lie wholly in the horizon; empty when it is too short for one.
  public static func wholePeriods(panel: Panel, horizon: Int, every length: PeriodLength) -> [Period] {
    var periods: [Period] = []
    for step in 1...horizon {
      let whole = panel.origin.advanced(by: step).enclosing(length)
      let isWhole = whole.firstDay > panel.origin.lastDay && whole.lastDay <= panel.origin.advanced(by: horizon).lastDay
      if isWhole, periods.last != whole { periods.append(whole) }
    }
    return periods
  }

  /// One sheet a measure: the base's level with its interval, and each scenario's difference from its base.
  public func scenarioSheets(_ measures: [Measure]) -> [Table] { measures.map { sheet($0, comparing: true) } }

  /// - Parameter periods: that are shown; nil for all there are.
  public func forecastSheets(_ measures: [Measure], periods: Set<Period>? = nil) -> [Table] {
    measures.map { sheet($0, comparing: false, only: periods) }
  }

  private func sheet(_ measure: Measure, comparing: Bool, only: Set<Period>? = nil) -> Table {
    let periods = Set(run.rows.filter { $0.measure == measure && (only?.contains($0.period) ?? true) }.map(\.period)).sorted()
    var table = sheet(measure, comparing: comparing, columns: columns(periods, measure, comparing: comparing))
    let byLine = Dictionary(grouping: run.rows.filter { $0.measure == measure }) { Line(plan: $0.plan, key: $0.key) }
    for (key, _) in lines(of: measure) {
      for plan in run.plans.indices where comparing || plan == 0 {
        guard let line = byLine[Line(plan: plan, key: key)] else { continue }
        if plan == 0 || !line.allSatisfy(isNegligible) { table.append(cells(line, key, plan, periods, comparing: comparing)) }
      }
    }
    return table
  }

  /// What stands around a sheet's rows.
  func sheet(_ measure: Measure, comparing: Bool, columns: [Table.Column]) -> Table {
    var table = Table(title: title(measure, comparing: comparing), columns: columns)
    table.footnotes = sheetFootnotes(run.rows.filter { $0.measure == measure }, measure, comparing: comparing)
    return table
  }

  /// The lines of a measure in reading order, each with the plain forecast's rows in order of time.
  func lines(of measure: Measure) -> [(key: ResultKey, rows: [ResultRow])] {
    let own = run.rows.filter { $0.measure == measure }
    let reference = Dictionary(grouping: own.filter { $0.plan == 0 }, by: \.key)
    return Set(own.map(\.key)).sorted { order($0) < order($1) }.map { ($0, reference[$0] ?? []) }
  }

  /// Nothing that a sheet's decimals could show.
  private func isNegligible(_ row: ResultRow) -> Bool {
    let least = row.measure.negligible
    let isIntervalNone = row.measure == .pClosure || (row.difference.lower == 0 && row.difference.upper == 0)
    return row.isUnchanged || (abs(row.difference.mean) < least && isIntervalNone)
  }

  private func negligible(_ measure: Measure, _ language: Language) -> String {
    NumberText.display(measure.negligible * measure.shownScale, decimals: measure == .pClosure ? 3 : measure.needsMoney ? 1 : 2, language: language)
  }

  private struct Line: Hashable {
    let plan: Int
    let key: ResultKey
  }

  private func order(_ key: ResultKey) -> (String, String, String, Int) {
    let kind = ServiceKind.allCases.firstIndex(of: key.kind) ?? 0
    return (key.region, areaName(key.area), key.municipality.isEmpty ? offerName(key.offer) : municipalityName(key.municipality), kind)
  }

  private func title(_ measure: Measure, comparing: Bool) -> Phrase {
    let level = NumberText.machine(100 * request.level)
    let what = measure.isFlow ? measure.shownPhrase + perPeriod : measure.shownPhrase
    let name = panel.settings.name
    if measure == .pClosure {
      let compared = comparing ? Phrase(da: ": basis, og scenariernes forskel fra deres basis", en: ": the base, and each scenario's difference from its base") : Phrase("")
      return Phrase(
        da: "\(name): fra \(panel.origin). \(what.da.capitalisedFirst)\(compared.da).", en: "\(name): from \(panel.origin). \(what.en.capitalisedFirst)\(compared.en).")
    }
    guard comparing else {
      return Phrase(
        da: "\(name): prognose fra \(panel.origin). \(what.da.capitalisedFirst), median og \(level)\u{A0}%-interval.",
        en: "\(name): forecast from \(panel.origin). \(what.en.capitalisedFirst), median and \(level)\u{A0}% interval.")
    }
    return Phrase(
      da: "\(name): scenarier fra \(panel.origin). \(what.da.capitalisedFirst): basis' median, scenariernes forskel fra deres basis, med \(level)\u{A0}%-interval.",
      en: "\(name): scenarios from \(panel.origin). \(what.en.capitalisedFirst): the base's median, each scenario's difference from its base, with \(level)\u{A0}% interval.")
  }

  /// Flows and days are those of one period, not the sum since now.
  var perPeriod: Phrase {
    switch request.every {
    case .month: Phrase(da: " i måneden", en: " in the month")
    case .quarter: Phrase(da: " i kvartalet", en: " in the quarter")
    case .year: Phrase(da: " i året", en: " in the year")
    }
  }

  private func columns(_ periods: [Period], _ measure: Measure, comparing: Bool) -> [Table.Column] {
    var columns: [Table.Column] = [.init("line", heading: lineHeading)]
    if comparing { columns.append(.init("scenario", heading: Phrase(da: "Scenarie", en: "Scenario"))) }
    if measure == .stock { columns.append(.init("now", heading: Phrase(da: "Nu", en: "Now"), decimals: 0)) }
    columns += periods.map { .init($0.description, heading: Phrase($0.description)) }
    if comparing, measure.worse != nil {
      columns.append(.init("p_worse", heading: Phrase(da: "P(værre)", en: "P(worse)"), decimals: 2))
    }
    return columns
  }

  private var lineHeading: Phrase {
    switch request.grouping {
    case .total: Phrase(da: "Art", en: "Kind")
    case .region: Phrase("Region")
    case .municipality: Phrase(da: "Kommune", en: "Municipality")
    case .area: Phrase(da: "Specialområde", en: "Specialty area")
    case .offer: Phrase(da: "Tilbud", en: "Offer")
    }
  }

  private func cells(_ rows: [ResultRow], _ key: ResultKey, _ plan: Int, _ periods: [Period], comparing: Bool) -> [Table.Cell] {
    let measure = rows[0].measure
    var cells: [Table.Cell] = [.term(code: label(key).en, label(key))]
    if comparing { cells.append(.text(planLabel(plan))) }
    if measure == .stock { cells.append(plan == 0 ? run.openingStock[key].map { .number($0) } ?? .empty : .empty) }
    for period in periods {
      let row = rows.first { $0.period == period }
      let text = row.map { plan == 0 ? levelText($0.value, measure) : Self.differenceText($0.difference, measure) }
      cells.append(text.map { .term(code: $0.en, $0) } ?? .empty)
    }
    if comparing, measure.worse != nil {
      let last = rows.last { $0.probabilityWorse != nil }
      cells.append(plan == 0 ? .empty : last?.probabilityWorse.map { .number($0) } ?? .empty)
    }
    return cells
  }

  private func planLabel(_ plan: Int) -> String {
    let base = run.baseOfPlan[plan]
    let name = run.plans[plan].name
    return plan == 0 || base == 0 ? name : "\(name) (mod \(run.plans[base].name))"
  }

  func levelText(_ whole: DrawSummary, _ measure: Measure) -> Phrase {
    let summary = whole.scaled(by: measure.shownScale)
    return phrase { language in
      let numbers = [summary.median, summary.lower, summary.upper].map {
        NumberText.display($0, decimals: measure.decimals, language: language)
      }
      return numbers[1] == numbers[2] ? numbers[0] : "\(numbers[0]) [\(numbers[1]);\u{A0}\(numbers[2])]"
    }
  }

  /// Differences keep one decimal below ten: half a citizen on average is a message.
  static func differenceText(_ whole: DrawSummary, _ measure: Measure) -> Phrase {
    let summary = whole.scaled(by: measure.shownScale)
    return Phrase { language in
      func signed(_ value: Double, _ decimals: Int) -> String {
        let text = NumberText.display(value, decimals: decimals, language: language)
        return value > 0 && text.contains { $0 >= "1" && $0 <= "9" } ? "+" + text : text
      }
      if summary.lower == summary.upper, summary.mean == summary.lower { return signed(summary.mean, measure.decimals) }
      let decimals = abs(summary.mean) < 10 ? max(1, measure.decimals) : measure.decimals
      return "\(signed(summary.mean, decimals)) [\(signed(summary.lower, measure.decimals));\u{A0}\(signed(summary.upper, measure.decimals))]"
    }
  }

  private func phrase(_ text: (Language) -> String) -> Phrase { Phrase(da: text(.da), en: text(.en)) }

  func label(_ key: ResultKey) -> Phrase {
    let name =
      !key.offer.isEmpty
      ? offerName(key.offer)
      : !key.municipality.isEmpty ? municipalityName(key.municipality) : !key.area.isEmpty ? areaName(key.area) : key.region
    if request.grouping == .total { return key.kind.phrase }
    if key.kind == .residential { return Phrase(name.isEmpty ? "–" : name) }
    return Phrase(name + ", ") + key.kind.phrase
  }

  private func areaName(_ id: String) -> String { panel.areas.first { $0.id == id }?.name ?? id }

  private func municipalityName(_ code: String) -> String { panel.municipalities.first { $0.code == code }?.name ?? code }

  private func offerName(_ id: String) -> String {
    panel.offers.first { $0.id == id }?.name ?? run.plans.flatMap(\.newOffers).first { $0.id == id }?.name ?? id
  }

  private static let meaningOfMoreClosures = Phrase(
    da: "P(værre): andelen af fremtider, hvor grænsen nås i scenariet og ikke i basis. Den er forskellen selv, når ingen når den i basis alene: at risikoen stiger, ses af forskellen.",
    en: "P(worse): the share of futures in which the limit is reached in the scenario and not in the base. It is the difference itself where none reaches it in the base alone: whether the risk rises is seen from the difference.")

  private static func meaning(of worse: Measure.Worse) -> Phrase {
    switch worse {
    case .lower:
      Phrase(
        da: "P(værre): sandsynligheden for, at tallet er lavere end i basis i den sidste periode.",
        en: "P(worse): the probability that the figure is lower than in the base in the last period.")
    case .higher:
      Phrase(
        da: "P(værre): sandsynligheden for, at tallet er højere end i basis i den sidste periode.",
        en: "P(worse): the probability that the figure is higher than in the base in the last period.")
    }
  }

  /// Wanted measures of which there is not a single row, for formats that have no place for a note.
  public func missing(_ measures: [Measure]) -> [Finding] {
    measures.filter { measure in !run.rows.contains { $0.measure == measure } }.map {
      Finding(.warning, value: $0.rawValue, message: emptyNote($0), remedy: Phrase(""))
    }
  }

  /// Why a sheet has no lines, and where to look.
  private func emptyNote(_ measure: Measure) -> Phrase {
    if measure == .pClosure {
      return Phrase(
        da: "Ingen tal: sandsynligheden vises med --by offer, for tilbud med kendte pladser (capacity.csv).",
        en: "No figures: the probability is shown with --by offer, for offers with known places (capacity.csv).")
    }
    if measure == .income {
      return Phrase(
        da: "Ingen tal: indtægt kræver priser (tariffs.csv, eller price i stays.csv) for alle linjens tilbud, og vises efter total, area eller offer, for alle kommuner.",
        en: "No figures: income needs prices (tariffs.csv, or price in stays.csv) of all offers of a line, and is shown by total, area or offer, for all municipalities.")
    }
    if measure.needsMoney {
      return Phrase(
        da: "Ingen tal: resultat kræver udgifter (economy.csv med offer, period og costs) og priser (tariffs.csv) for alle linjens tilbud, og vises efter total, area eller offer, for alle kommuner.",
        en: "No figures: a result needs costs (economy.csv with offer, period and costs) and prices (tariffs.csv) of all offers of a line, and is shown by total, area or offer, for all municipalities.")
    }
    if measure.needsPlaces {
      return Phrase(
        da: "Ingen tal: pladser kræver capacity.csv og vises efter total, area eller offer, for alle kommuner.",
        en: "No figures: places need capacity.csv and are shown by total, area or offer, for all municipalities.")
    }
    if measure == .admissions || measure == .homecomings || measure == .otherExits {
      return Phrase(
        da: "Ingen tal: data har ingen bevægelser her. Se --measure stock.", en: "No figures: the data has no flows here. See --measure stock.")
    }
    return Phrase(
      da: "Ingen tal: data siger ikke, hvor mange borgere der er indskrevet (stock). Se --measure admissions eller homecomings.",
      en: "No figures: the data does not say how many citizens there are (stock). See --measure admissions or homecomings.")
  }

  private func sheetFootnotes(_ rows: [ResultRow], _ measure: Measure, comparing: Bool) -> [Phrase] {
    var notes: [Phrase] = rows.isEmpty ? [emptyNote(measure)] : []
    if comparing, !rows.isEmpty {
      let quiet = run.plans.indices.dropFirst().filter { plan in rows.filter { $0.plan == plan }.allSatisfy { isNegligible($0) } }
      if !quiet.isEmpty {
        let names = quiet.map { run.plans[$0].name }.joined(separator: ", ")
        let note = Phrase(da: "Uden virkning her: \(names).", en: "No effect here: \(names).")
        let hint = Phrase(da: " Se --by offer eller --measure occupancy.", en: " See --by offer or --measure occupancy.")
        let mayShowElsewhere = request.grouping != .offer && !measure.needsPlaces && quiet.contains { !run.plans[$0].places.isEmpty }
        let onlyMoney = quiet.contains { !run.plans[$0].money.isEmpty || !run.plans[$0].rules.isEmpty }
        let elsewhere = measure.needsMoney
          ? Phrase(da: " Efterregulering er ikke i resultatet: se plads risk --years.", en: " Later settlement is not in the result: see plads risk --years.")
          : Phrase(da: " Takster, udgifter og regler: se --measure result og plads risk --years.", en: " Tariffs, costs and rules: see --measure result and plads risk --years.")
        notes.append((mayShowElsewhere ? note + hint : note) + (onlyMoney ? elsewhere : Phrase("")))
      }
      if run.plans.count > quiet.count + 1 {
        notes.append(
          Phrase(
            da: "En linje mangler, hvor scenariet ændrer intet eller under \(negligible(measure, .da)).",
            en: "A line is left out where the scenario changes nothing or less than \(negligible(measure, .en))."))
        if measure == .pClosure {
          notes.append(Self.meaningOfMoreClosures)
        } else if let worse = measure.worse {
          notes.append(Self.meaning(of: worse))
        }
        if measure.needsMoney, measure != .pClosure, request.every == .month {
          notes.append(
            Phrase(
              da: "Hvert tal er én måneds; hvad der sker mellem kolonnerne, er ikke med: --every year lægger årets måneder sammen.",
              en: "Each figure is one month's; what happens between the columns is not in it: --every year adds up the year's months."))
        }
      }
      for plan in run.plans.dropFirst() where !plan.assumptions.isEmpty || plan.title != plan.name {
        notes.append(Phrase("\(plan.name): \(plan.title)"))
      }
      notes += run.plans.flatMap(\.assumptions)
    } else {
      notes += run.plans.first?.assumptions ?? []
    }
    notes += footnotes
    if !panel.settings.attribution.isEmpty { notes.append(Phrase(da: "Kilde: \(panel.settings.attribution)", en: "Source: \(panel.settings.attribution)")) }
    return notes
  }
}

extension String {
  fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
