import Demand
import Forecasting
public import Placements
import Scenarios

/// A published forecast with what is needed to make it again.
public struct PublishedBasis: Sendable {
  public let label: String
  /// The counts that it was made from.
  public let panel: Panel
  public let horizon: Int
  public let draws: Int
  public let seed: UInt64
  /// By area, base periods.
  public let values: [PublishedValue]
  /// The same, of what the archived counts alone gave on the day of publication.
  public let rebuilt: [PublishedValue]

  public init(
    label: String, panel: Panel, horizon: Int, draws: Int, seed: UInt64, values: [PublishedValue], rebuilt: [PublishedValue]
  ) {
    self.label = label
    self.panel = panel
    self.horizon = horizon
    self.draws = draws
    self.seed = seed
    self.values = values
    self.rebuilt = rebuilt
  }
}

/// Why today's expected stock differs from a published one: runs in which one thing after another is changed, in this order:
/// the program and its model, the random numbers, the settings, the population, the history until the published forecast's last
/// period, and what came after. The steps add up to the whole difference exactly; another order would share it out otherwise.
public struct ForecastExplanation: Sendable {
  public enum Component: String, CaseIterable, Sendable {
    /// What was published.
    case published
    /// What it moves that only counts are kept of the stays then; those of today are counted in the same way for the steps.
    case aggregation
    /// The same counts with today's program: model, version, numerical library.
    case model
    /// Other draws or another seed.
    case simulation
    /// The home region and the areas' age bands.
    case assumptions
    /// Population and projection.
    case population
    /// The history as it is known today, until the published forecast's last period.
    case revisedData = "revised_data"
    /// What came true since: the stock at the new last period less what was expected of it then.
    case cameTrue = "came_true"
    /// Different development ahead, as the new data shows it.
    case outlook
    /// Today's forecast.
    case forecast
  }

  public struct Row: Hashable, Sendable {
    public let key: ResultKey
    public let period: Period
    /// By component in their order; all but the first and last add up to their difference.
    public let values: [Double]

    public subscript(_ component: Component) -> Double {
      Component.allCases.firstIndex(of: component).map { values[$0] } ?? 0
    }
  }

  /// By key, then period.
  public let rows: [Row]
  /// Lines of only one of both forecasts, which cannot be compared.
  public let unmatched: [ResultKey]
  /// Standard error by which the simulation alone moves a step, of the line where it is largest.
  public let standardError: Double

  /// - Parameters:
  ///   - extracts: of today, with their panel.
  ///   - horizon: of today's forecast.
  ///   - request: today's draws, seed and threads.
  ///   - periods: base periods that both forecasts reach.
  /// - Throws: `FindingsError` where the history until then makes no panel.
  public init(basis: PublishedBasis, extracts: Extracts, panel: Panel, horizon: Int, request: RunRequest, periods: [Period]) throws {
    let runs = try Runs(basis: basis, extracts: extracts, panel: panel, horizon: horizon, request: request)
    let published = Self.means(basis.values)
    let rebuilt = Self.means(basis.rebuilt)
    let today = Set(runs.today.map(\.key.key))
    let then = Set(published.keys.map(\.key))
    unmatched = today.symmetricDifference(then).sorted()
    standardError = runs.standardError(periods)
    var rows: [Row] = []
    for key in today.intersection(then).sorted() {
      for period in periods.sorted() {
        let cell = Cell(key: key, period: period)
        guard let said = published[cell], let now = runs.today[cell] else { continue }
        rows.append(Row(key: key, period: period, values: Self.waterfall(from: said, rebuilt: rebuilt[cell] ?? said, to: now, runs, cell)))
      }
    }
    self.rows = rows
  }

  private static func means(_ values: [PublishedValue]) -> [Cell: Double] {
    var means: [Cell: Double] = [:]
    for value in values where value.measure == .stock { means[Cell(key: value.key, period: value.period)] = value.value.mean }
    return means
  }

  /// A run that lacks the line moves nothing.
  private static func waterfall(from said: Double, rebuilt: Double, to now: Double, _ runs: Runs, _ cell: Cell) -> [Double] {
    var level = rebuilt
    var steps: [Double] = []
    for run in runs.then {
      let next = run[cell] ?? level
      steps.append(next - level)
      level = next
    }
    let whole = runs.thenWhole[cell] ?? level
    let aggregation = (rebuilt - said) + (whole - level)
    let expected = runs.thenWhole[Cell(key: cell.key, period: runs.lastPeriod)]
    let surprise = runs.hasNewPeriods ? expected.map { (runs.stock[cell.key] ?? 0) - $0 } ?? 0 : 0
    return [said, aggregation] + steps + [surprise, now - whole - surprise, now]
  }

  fileprivate struct Cell: Hashable {
    let key: ResultKey
    let period: Period
  }
}

/// The runs between the published forecast and today's.
private struct Runs {
  typealias Means = [ForecastExplanation.Cell: Double]

  /// With one thing more changed at each: program, random numbers, settings, population, history.
  private(set) var then: [Means] = []
  /// The last of them from the stays themselves.
  private(set) var thenWhole: Means = [:]
  private(set) var today: Means = [:]
  /// Of today, at the last period.
  private(set) var stock: [ResultKey: Double] = [:]
  let lastPeriod: Period
  let hasNewPeriods: Bool
  private var spreads: Means = [:]
  private let draws: Int

  init(basis: PublishedBasis, extracts: Extracts, panel: Panel, horizon: Int, request: RunRequest) throws {
    draws = min(basis.draws, request.draws)
    lastPeriod = panel.origin
    hasNewPeriods = panel.origin > basis.panel.origin
    var old = request
    old.draws = basis.draws
    old.seed = basis.seed
    var archive = basis.panel.archive()
    then.append(Self.run(basis.panel, basis.horizon, old).means)
    then.append(old.draws == request.draws && old.seed == request.seed ? then[0] : Self.run(basis.panel, basis.horizon, request).means)
    var changed = basis.panel
    for change in [{ (panel: Panel) in panel.with(assumptionsOf: extracts.settings) }, { $0.with(population: extracts.population) }] {
      changed = change(changed)
      append(changed, basis.horizon, request, unless: &archive)
    }
    let cut = hasNewPeriods ? try Panel(extracts.asOf(basis.panel.origin)) : panel
    guard let counted = try? Panel(archive: cut.archive()) else { preconditionFailure("an archive that cannot be read again") }
    append(counted, basis.horizon, request, unless: &archive)
    thenWhole = cut.residents.contains { $0.since != nil } ? Self.run(cut, basis.horizon, request).means : then[then.count - 1]
    let (means, opening, spreads) = Self.run(panel, horizon, request)
    today = means
    stock = opening
    self.spreads = spreads
  }

  /// The means of the run before stand where nothing has changed.
  private mutating func append(_ panel: Panel, _ horizon: Int, _ request: RunRequest, unless archive: inout [UInt8]) {
    let own = panel.archive()
    then.append(own == archive ? then[then.count - 1] : Self.run(panel, horizon, request).means)
    archive = own
  }

  private static func run(_ panel: Panel, _ horizon: Int, _ request: RunRequest) -> (means: Means, opening: [ResultKey: Double], spreads: Means) {
    var wanted = request
    wanted.grouping = .area
    wanted.filter = ResultFilter()
    wanted.every = panel.length
    wanted.measures = [.stock]
    wanted.level = 0.8
    wanted.onlyPeriods = nil
    wanted.innerLevel = nil
    let demand = FittedDemand(panel: panel, horizon: horizon, threads: request.threads)
    let builder = PlanBuilder(panel: panel, horizon: horizon, capacity: [], scenarios: [])
    let run = ScenarioRun(demand: demand, capacity: [], plans: [builder.reference(named: "basis")], request: wanted)
    var means: Means = [:]
    var spreads: Means = [:]
    for row in run.rows {
      let cell = ForecastExplanation.Cell(key: row.key, period: row.period)
      means[cell] = row.value.mean
      spreads[cell] = row.value.upper - row.value.lower
    }
    return (means, run.openingStock, spreads)
  }

  /// From the interval's width: 2.56 standard deviations hold 80 % of a normal distribution.
  func standardError(_ periods: [Period]) -> Double {
    let widest = spreads.filter { periods.contains($0.key.period) }.map(\.value).max() ?? 0
    return widest / 2.56 / Double(draws).squareRoot()
  }
}
