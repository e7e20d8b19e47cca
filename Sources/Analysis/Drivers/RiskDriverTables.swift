import Capacity
import Demand
import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// Whose homecomings drive the danger of offers: `plads risk --drivers`.
public struct RiskDriverTables: Sendable {
  private let drivers: RiskDrivers
  private let run: RiskRun
  private let request: RiskRequest
  private let panel: Panel

  public init(drivers: RiskDrivers, run: RiskRun, request: RiskRequest, panel: Panel) {
    self.drivers = drivers
    self.run = run
    self.request = request
    self.panel = panel
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    ["scenario", "offer", "held", "part", "municipality"].map { .init($0) } + [.init("months", unit: "months"), .init("citizens", unit: "citizens")]
      + ["rate_before", "rate_ahead"].map { .init($0, unit: "homecomings a year per 100 citizens") }
      + ["p_closure", "p_change", "p_change_lower", "p_change_upper"].map { .init($0, unit: "probability") }
      + ["citizens_change_mean", "citizens_change_lower", "citizens_change_upper"].map { .init($0, unit: "citizens") }
  }

  /// Columns: scenario, offer, held (`zero`, `before`), part (`municipality`, `others`, `all`, `remainder`), municipality (code),
  /// months, citizens (at the origin), rate_before, rate_ahead (homecomings a year per 100 citizens), p_closure, p_change,
  /// p_change_lower, p_change_upper (of the mean of paired draws), citizens_change_mean, citizens_change_lower,
  /// citizens_change_upper. The single effects, those of the others and the remainder add up to `all`.
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for line in drivers.lines { for effect in line.effects { table.append(machineRow(line, effect)) } }
    table.footnotes = footnotes
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("level", NumberText.machine(100 * request.level)),
      ("closure_share", NumberText.machine(request.trigger.share)), ("closure_months", String(triggerMonths)),
    ]
    return table
  }

  private func machineRow(_ line: RiskDrivers.Line, _ effect: RiskDrivers.Effect) -> [Table.Cell] {
    let rates = rates(effect.part)
    var key: [Table.Cell] = [.text(effect.part.name), .empty]
    if case .municipality(let m) = effect.part { key[1] = .text(panel.municipalities[m].code) }
    let numbers = [line.within24, effect.probability.mean, effect.probability.lower, effect.probability.upper]
    let citizens = [effect.citizens.mean, effect.citizens.lower, effect.citizens.upper]
    return [.text(run.plan.name), .text(line.offer.id), .text(effect.held.rawValue)] + key
      + [.integer(24), line.now[effect.part].map { .integer($0) } ?? .empty]
      + [rates.before, rates.ahead].map { $0.map { .number(100 * $0) } ?? .empty } + numbers.map { .number($0) } + citizens.map { .number($0) }
  }

  private func rates(_ part: RiskDrivers.Part) -> (before: Double?, ahead: Double?) {
    guard case .municipality(let m) = part else { return (nil, nil) }
    return (drivers.rates.before[m], drivers.rates.ahead[m])
  }

  // MARK: For people

  /// Municipalities that a sheet shows for an offer.
  private static let shownMunicipalities = 3

  /// Offers in danger, or all of them where few are asked for.
  private var shown: [RiskDrivers.Line] {
    let endangered = drivers.lines.filter { $0.status != .green }
    return drivers.lines.count <= 5 || endangered.isEmpty ? drivers.lines : endangered
  }

  public var sheet: Table {
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title,
      columns: [
        .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("municipality", heading: Phrase(da: "Kommune", en: "Municipality")),
        .init("citizens", heading: Phrase(da: "Nu", en: "Now")),
        .init("rate_before", heading: Phrase(da: "Før %", en: "Before %"), decimals: 0),
        .init("rate_ahead", heading: Phrase(da: "Frem %", en: "Ahead %"), decimals: 0),
        .init("zero_p", heading: Phrase(da: "Uden: P", en: "None: P")),
        .init("zero_citizens", heading: Phrase(da: "borgere [\(level)]", en: "citizens [\(level)]")),
        .init("before_p", heading: Phrase(da: "Som før: P", en: "As before: P")),
        .init("before_citizens", heading: Phrase(da: "borgere [\(level)]", en: "citizens [\(level)]")),
      ])
    for line in shown { addRows(of: line, to: &table) }
    if drivers.lines.isEmpty { table.footnotes.append(Phrase(da: "Ingen vurderede tilbud.", en: "No assessed offers.")) }
    table.footnotes += footnotes
    if shown.count < drivers.lines.count {
      let left = drivers.lines.count - shown.count
      table.footnotes.append(
        Phrase(
          da: "\(left) grønne tilbud er ikke vist; --offer viser et enkelt, --format csv alle tilbud og kommuner.",
          en: "\(left) green offers are not shown; --offer shows a single one, --format csv all offers and municipalities."))
    }
    return table
  }

  private func addRows(of line: RiskDrivers.Line, to table: inout Table) {
    func effect(_ held: RiskDrivers.Held, _ part: RiskDrivers.Part) -> RiskDrivers.Effect? { line.effects.first { $0.held == held && $0.part == part } }
    let parts = line.effects.filter { $0.held == .zero }.map(\.part)
    let municipalities = parts.filter { if case .municipality = $0 { true } else { false } }
    let shown = municipalities.prefix(Self.shownMunicipalities)
    for (number, part) in (shown + [.all, .remainder]).enumerated() {
      if part == .all { addRest(of: line, municipalities.dropFirst(Self.shownMunicipalities) + parts.filter { $0 == .others }, to: &table) }
      let rates = rates(part)
      let name = number == 0 ? Phrase { "\(line.offer.name) (\(NumberText.display(line.within24, decimals: 2, language: $0)))" } : Phrase("")
      table.append(
        [
          number == 0 ? .phrase(name) : .empty, .phrase(label(part)), line.now[part].map { .integer($0) } ?? .empty,
          rates.before.map { .number(100 * $0) } ?? .empty, rates.ahead.map { .number(100 * $0) } ?? .empty,
        ] + cells(effect(.zero, part), part) + cells(effect(.before, part), part))
    }
  }

  /// The municipalities that have no row of their own, so that the rows add up; means add, intervals do not.
  private func addRest(of line: RiskDrivers.Line, _ rest: [RiskDrivers.Part], to table: inout Table) {
    guard !rest.isEmpty else { return }
    func sums(_ held: RiskDrivers.Held) -> [Table.Cell] {
      let own = line.effects.filter { $0.held == held && rest.contains($0.part) }
      guard !own.isEmpty else { return [.empty, .empty] }
      return [
        .phrase(.change(own.reduce(0) { $0 + $1.probability.mean }, decimals: 2)), .phrase(.change(own.reduce(0) { $0 + $1.citizens.mean }, decimals: 1)),
      ]
    }
    let label = Phrase(da: "øvrige kommuner", en: "other municipalities")
    table.append([.empty, .phrase(label), .integer(rest.reduce(0) { $0 + (line.now[$1] ?? 0) }), .empty, .empty] + sums(.zero) + sums(.before))
  }

  private func cells(_ effect: RiskDrivers.Effect?, _ part: RiskDrivers.Part) -> [Table.Cell] {
    guard let effect else { return [.empty, .empty] }
    let probability = Phrase.change(effect.probability.mean, decimals: 2)
    guard part != .remainder else { return [.phrase(probability), .empty] }
    let own = effect.citizens
    let ends = Phrase.interval(own.mean, own.lower, own.upper, decimals: 1, ends: 0)
    return [.phrase(probability), .phrase(own.mean > 0.05 ? Phrase("+") + ends : ends)]
  }

  private func label(_ part: RiskDrivers.Part) -> Phrase {
    switch part {
    case .municipality(let m): Phrase(panel.municipalities[m].name)
    case .others: Phrase(da: "andre", en: "others")
    case .all: Phrase(da: "alle tilsammen", en: "all together")
    case .remainder: Phrase(da: "uforklaret", en: "unexplained")
    }
  }

  private var triggerMonths: Int { request.trigger.periods(of: panel.length) * panel.length.months }

  private var footnotes: [Phrase] {
    let share = NumberText.machine(100 * request.trigger.share)
    let level = NumberText.machine(100 * request.level)
    return [
      Phrase(
        da: "Hvad der ville ske inden 24 måneder, hvis kommunen slet ikke hjemtog (uden), eller hjemtog som i gennemsnit før de seneste \(HomecomingRates.years) år (som før): ændringen af sandsynligheden for at nå grænsen (under \(share) % af pladserne i \(triggerMonths) måneder, antagelse; i parentes sandsynligheden nu) og af borgerne om 24 måneder, i hver simuleret fremtid mod den samme uden ændringen. Simulerede fremtider: \(NumberText.display(Double(request.draws), decimals: 0, language: .da)).",
        en: "What would happen within 24 months if the municipality took nobody home (none), or as often as on average before the last \(HomecomingRates.years) years (as before): the change of the probability of reaching the limit (below \(share) % of the places for \(triggerMonths) months, assumption; in brackets the probability now) and of the citizens in 24 months, in each simulated future against the same one without the change. Simulated futures: \(NumberText.display(Double(request.draws), decimals: 0, language: .en))."),
      Phrase(
        da: "Før og frem: kommunens hjemtagninger pr. år af 100 borgere, på alle områder; varslede hjemtagninger bliver. Uforklaret: alle tilsammen mindre summen af de enkelte kommuner; borgere lægges sammen uden rest. Interval \(level) %: af borgere over fremtiderne; csv og json har også sandsynlighedens, som er gennemsnittets usikkerhed.",
        en: "Before and ahead: the municipality's homecomings a year per 100 citizens, in all areas; noticed homecomings stay. Unexplained: all together less the sum of the single municipalities; citizens add up without a rest. Interval \(level) %: of citizens over the futures; csv and json also have the probability's, which is the mean's uncertainty."),
    ] + (drivers.knowsBefore ? [] : [
      Phrase(da: "Data går ikke længere tilbage end \(HomecomingRates.years) år, så »som før« er tom.", en: "The data reach no further back than \(HomecomingRates.years) years, so “as before” is empty."),
    ]) + run.plan.assumptions + panel.settings.assumptions
  }

  private var title: Phrase {
    let scenario = run.plan.titleSuffix
    return Phrase(
      da: "\(panel.settings.name): hvilke kommuners hjemtagninger driver risikoen, set fra \(panel.origin)\(scenario.da)",
      en: "\(panel.settings.name): whose homecomings drive the risk, seen from \(panel.origin)\(scenario.en)")
  }
}

extension RiskDrivers.Part {
  var name: String {
    switch self {
    case .municipality: "municipality"
    case .others: "others"
    case .all: "all"
    case .remainder: "remainder"
    }
  }
}
