public import Demand
public import Forecasting
public import Groundwork
import Placements
import Scenarios

/// A scenario's waterfall as tables.
public struct WaterfallTables: Sendable {
  private let waterfall: ScenarioWaterfall
  private let run: ScenarioRun
  private let request: RunRequest
  private let panel: Panel
  private let notes: [Phrase]
  private let meta: [(key: String, value: String)]
  private let lines: LineNames

  /// - Parameters:
  ///   - run: of the waterfall's plans, with its interaction.
  ///   - notes: what the forecast rests on.
  ///   - meta: likewise, for machine formats.
  public init(
    _ waterfall: ScenarioWaterfall, run: ScenarioRun, request: RunRequest, demand: FittedDemand, notes: [Phrase],
    meta: [(key: String, value: String)]
  ) {
    self.waterfall = waterfall
    self.run = run
    self.request = request
    self.notes = notes
    self.meta = meta
    panel = demand.panel
    lines = LineNames(panel: panel, newOffers: run.plans.flatMap(\.newOffers))
  }

  /// A line of the waterfall, with the index of its rows' plan.
  private struct Step {
    let component: String
    let part: ScenarioWaterfall.Part?
    let plan: Int
  }

  private var steps: [Step] {
    [Step(component: "base", part: nil, plan: waterfall.interaction.base)]
      + zip(waterfall.parts, waterfall.interaction.parts).map { Step(component: "change", part: $0, plan: $1) }
      + [
        Step(component: "interaction", part: nil, plan: run.plans.count), Step(component: "scenario", part: nil, plan: waterfall.interaction.whole),
      ]
  }

  // MARK: Machine formats

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    ["scenario", "base", "component", "change", "lever", "period"].map { .init($0) } + ResultTables.keyColumns + ResultTables.differenceColumns
      + [.init("level", unit: "percent"), .init("assumption")]
  }

  /// Columns: scenario, base, component (`base change interaction scenario`), change (its position in the file, from 1; several joined
  /// by `+`), lever, period, region, area, municipality, offer, kind, measure, unit, mean, median, lower, upper, delta_mean,
  /// delta_lower, delta_upper, p_worse, level, assumption. The figure is that of the base with the one change alone, the difference
  /// its difference from the base in the same draws; the interaction has a difference alone. In every draw and so in the mean
  /// the differences of the changes and the interaction add up to the scenario's.
  public func machine() -> Table {
    var table = Table(
      title: title(nil),
      columns: Self.machineColumns)
    for step in steps {
      let start: [Table.Cell] = [
        .text(waterfall.scenario.name), .text(waterfall.base.name), .text(step.component),
        step.part.map { .text($0.numbers.map(String.init).joined(separator: "+")) } ?? .empty,
        step.part.map { .text($0.levers.map(\.rawValue).joined(separator: "+")) } ?? .empty,
      ]
      let end: [Table.Cell] = [.number(100 * request.level), step.part.map { .text($0.assumptions.map(\.en).joined(separator: "; ")) } ?? .empty]
      for row in run.rows where row.plan == step.plan {
        var figures = ResultTables.keyCells(row) + ResultTables.summaryCells(row.value)
        var difference = ResultTables.differenceCells(row)
        if step.component == "interaction" { (figures, difference) = (ResultTables.keyCells(row) + [.empty, .empty, .empty, .empty], Array(difference.prefix(3)) + [.empty]) }
        if step.component == "base" { difference = [.empty, .empty, .empty, .empty] }
        table.append(start + [.text(row.period.description)] + figures + difference + end)
      }
    }
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("scenario", waterfall.scenario.name), ("base", waterfall.base.name), ("draws", String(request.draws)), ("seed", String(request.seed)),
    ]
    table.meta += meta
    return table
  }

  private func title(_ measure: Measure?) -> Phrase {
    let (name, base) = (waterfall.scenario.name, waterfall.base.name)
    let start = Phrase(
      da: "\(panel.settings.name): hvad scenariet »\(name)« ændrer i forhold til »\(base)«",
      en: "\(panel.settings.name): what the scenario “\(name)” changes against “\(base)”")
    guard let measure else { return start }
    let level = NumberText.machine(100 * request.level)
    return start
      + Phrase(
        da: ", ændring for ændring: \(measure.shownPhrase.da), middel med \(level)\u{A0}%-interval.",
        en: ", change by change: \(measure.shownPhrase.en), mean with \(level)\u{A0}% interval.")
  }

  // MARK: For people

  /// One sheet a measure.
  /// - Parameter bar: width of the bars of the last period; 0 for none.
  public func sheets(_ measures: [Measure], bar: Int) -> [Table] { measures.map { sheet($0, bar: bar) } }

  private func sheet(_ measure: Measure, bar: Int) -> Table {
    let rows = Dictionary(grouping: run.rows.filter { $0.measure == measure }) { $0.key }
    let periods = Set(rows.values.flatMap { $0.map(\.period) }).sorted()
    var table = Table(
      title: title(measure),
      columns: [.init("line", heading: Phrase(da: "Linje", en: "Line")), .init("part", heading: Phrase(da: "Del", en: "Part"))]
        + periods.map { .init($0.description, heading: Phrase($0.description)) }
        + (bar > 0 ? [.init("bar", heading: Phrase(periods.last?.description ?? ""))] : []))
    var quiet: [ResultKey] = []
    let keys = lines.sorted(rows.keys)
    let ends = keys.map { key in self.ends(shownSteps(rows[key] ?? []), (rows[key] ?? []).filter { $0.period == periods.last }) }
    for (key, own) in zip(keys, keys.map { rows[$0] ?? [] }) {
      let shown = shownSteps(own)
      guard !shown.isEmpty else {
        quiet.append(key)
        continue
      }
      let bars = bar > 0 ? self.bars(self.ends(shown, own.filter { $0.period == periods.last }), among: ends.flatMap { $0 }, width: bar) : []
      for (number, step) in shown.enumerated() {
        let cells = periods.map { period -> Table.Cell in
          guard let row = own.first(where: { $0.plan == step.plan && $0.period == period }) else { return .empty }
          let text = step.component == "base" || step.component == "scenario" ? levelText(row.value, measure) : changeText(row.difference, measure)
          return .term(code: text.en, text)
        }
        table.append([number == 0 ? .term(code: lines.label(key).en, lines.label(key)) : .empty, name(step)] + cells + (bar > 0 ? [.text(bars[number])] : []))
      }
    }
    if table.rows.isEmpty { table = Table(title: table.title, columns: []) }
    table.footnotes = footnotes(measure, quiet: quiet, isEmpty: rows.isEmpty, hasBars: bar > 0 && !table.rows.isEmpty)
    return table
  }

  /// The steps of a line that change what its figures show; none where nothing does.
  private func shownSteps(_ own: [ResultRow]) -> [Step] {
    let moved = steps.filter { step in step.component != "base" && own.contains { $0.plan == step.plan && !isNegligible($0) } }
    guard !moved.isEmpty else { return [] }
    let acting = moved.count { $0.component == "change" }
    return steps.filter { step in
      switch step.component {
      case "change": moved.contains { $0.plan == step.plan }
      case "interaction": acting > 1 || moved.contains { $0.plan == step.plan }
      default: true
      }
    }
  }

  private func name(_ step: Step) -> Table.Cell {
    let phrase: Phrase
    switch step.component {
    case "base": phrase = Phrase(waterfall.base.name)
    case "interaction": phrase = Phrase(da: "samspil", en: "interaction")
    case "scenario": phrase = Phrase("=\u{A0}\(waterfall.scenario.name)")
    default:
      let part = step.part
      let numbers = (part?.numbers ?? []).map(String.init).joined(separator: "+")
      func words(_ language: Language) -> String {
        var seen: Set<Lever> = []
        return (part?.levers ?? []).filter { seen.insert($0).inserted }.map { $0.phrase[language] }.joined(separator: ", ")
      }
      phrase = Phrase(da: "\(numbers)\u{A0}\(words(.da))", en: "\(numbers)\u{A0}\(words(.en))")
    }
    return .term(code: phrase.en, phrase)
  }

  /// One more than whole citizens need, so that the eye can add them up; thousands of kroner have none.
  private func decimals(_ measure: Measure) -> Int { measure.unit.hasPrefix("kr") ? 0 : max(1, measure.decimals) }

  /// The least that does not round to nought.
  private func smallestShown(_ measure: Measure) -> Double { [0.5, 0.05, 0.005, 0.0005][min(3, decimals(measure))] / measure.shownScale }

  /// Nothing that the sheet's decimals could show.
  private func isNegligible(_ row: ResultRow) -> Bool {
    row.isUnchanged || (abs(row.difference.mean) < smallestShown(row.measure) && row.difference.lower == 0 && row.difference.upper == 0)
  }

  private func levelText(_ whole: DrawSummary, _ measure: Measure) -> Phrase {
    let summary = whole.scaled(by: measure.shownScale)
    return Phrase { language in
      let mean = NumberText.display(summary.mean, decimals: decimals(measure), language: language)
      let ends = [summary.lower, summary.upper].map { NumberText.display($0, decimals: measure.decimals, language: language) }
      return ends[0] == ends[1] ? mean : "\(mean) [\(ends[0]);\u{A0}\(ends[1])]"
    }
  }

  private func changeText(_ whole: DrawSummary, _ measure: Measure) -> Phrase {
    let summary = whole.scaled(by: measure.shownScale)
    let mean = Phrase.change(summary.mean, decimals: decimals(measure))
    guard summary.lower != summary.upper || summary.mean != summary.lower else { return mean }
    let ends = [summary.lower, summary.upper].map { Phrase.change($0, decimals: measure.decimals) }
    return mean + Phrase(" [") + ends[0] + Phrase(";\u{A0}") + ends[1] + Phrase("]")
  }

  /// Each part from where the parts before it leave off, the scenario from the base. What shows as nought has no length.
  private func ends(_ steps: [Step], _ rows: [ResultRow]) -> [(from: Double, to: Double)] {
    var ends: [(from: Double, to: Double)] = []
    var sum = 0.0
    for step in steps {
      let row = step.component == "base" ? nil : rows.first { $0.plan == step.plan }
      let change = row?.difference.mean ?? 0
      let from = step.component == "scenario" ? 0 : sum
      ends.append((from, row.map { abs(change) < smallestShown($0.measure) } ?? true ? from : from + change))
      if step.component != "scenario" { sum += change }
    }
    return ends
  }

  /// The base is the upright line. All lines of the table have one scale, or one that hardly moves looks like one that moves much.
  private func bars(_ ends: [(from: Double, to: Double)], among all: [(from: Double, to: Double)], width: Int) -> [String] {
    let low = all.reduce(0) { min($0, $1.from, $1.to) }
    let high = all.reduce(0) { max($0, $1.from, $1.to) }
    guard high > low else { return ends.map { _ in "" } }
    func column(_ value: Double) -> Int { Int(((value - low) / (high - low) * Double(width - 1)).rounded()) }
    // A line of its own for the base, so that a bar that begins there does not hide it.
    let zero = column(0)
    return ends.map { end in
      let (from, to) = (column(min(end.from, end.to)), column(max(end.from, end.to)))
      let cells = (0..<width).map { place -> Character in
        if place == zero { return "│" }
        return place >= from && place <= to && from != to ? "▇" : "\u{A0}"
      }
      return String(cells)
    }
  }

  private func footnotes(_ measure: Measure, quiet: [ResultKey], isEmpty: Bool, hasBars: Bool) -> [Phrase] {
    var notes: [Phrase] = []
    if isEmpty { notes.append(Phrase(da: "Ingen tal for \(measure.phrase.da).", en: "No figures for \(measure.phrase.en).")) }
    if let note = lines.withoutEffect(quiet) {
      notes.append(note)
      if request.grouping != .offer, !measure.needsPlaces, !waterfall.scenario.places.isEmpty {
        notes.append(
          Phrase(
            da: "Scenariet ændrer også pladser: se --by offer eller --measure occupancy.", en: "The scenario changes places, too: see --by offer or --measure occupancy."))
      }
    }
    notes += waterfall.parts.flatMap { part in
      let number = part.numbers.map(String.init).joined(separator: "+")
      return part.assumptions.map { text in
        // Whose change it is stands in the title.
        Phrase { language in
          let start = waterfall.scenario.name + ": "
          return "\(number): " + (text[language].hasPrefix(start) ? String(text[language].dropFirst(start.count)) : text[language])
        }
      }
    }
    for part in waterfall.parts where part.numbers.count > 1 {
      let numbers = part.numbers.map(String.init).joined(separator: "+")
      notes.append(
        Phrase(
          da: "\(numbers) er én del: de senere ændringer kan ikke stå uden den første.", en: "\(numbers) are one part: the later changes cannot stand without the first."))
    }
    notes += [
      Phrase(
        da: "Hver ændring er regnet alene oven på »\(waterfall.base.name)«, på de samme fremtider. Samspil: det, ændringerne gør sammen, ud over summen af dem hver for sig. Middeltallene går op i hver fremtid; intervaller kan ikke lægges sammen.",
        en: "Each change is computed alone on top of “\(waterfall.base.name)”, on the same futures. Interaction: what the changes do together beyond the sum of each alone. The means add up in every future; intervals cannot be added."),
      Phrase(
        da: "En del mangler, hvor den ændrer intet, som tallenes decimaler kan vise.",
        en: "A part is left out where it changes nothing that the figures' decimals can show."),
    ]
    if hasBars {
      notes.append(
        Phrase(
          da: "Søjlerne er den sidste periodes middel: │ er »\(waterfall.base.name)«, hver del begynder, hvor delene over den slutter.",
          en: "The bars are the last period's means: │ is “\(waterfall.base.name)”, each part begins where those above it end."))
    }
    if waterfall.interaction.base != 0 {
      notes.append(
        Phrase(
          da: "Det, scenariet arver af »\(waterfall.base.name)«, ligger i udgangspunktet: --scenario \(waterfall.base.name) deler det op.",
          en: "What the scenario inherits from “\(waterfall.base.name)” is in the base: --scenario \(waterfall.base.name) takes it apart."))
    }
    return notes + panel.settings.assumptions + self.notes
  }
}
