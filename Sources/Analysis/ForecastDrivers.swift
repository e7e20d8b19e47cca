public import Demand
public import Placements
import Scenarios

/// What moves the expected stock from the origin to a period ahead, adding up exactly.
///
/// `now + population + admissions − homecomings − other exits − age outs + transfers + drift = forecast`, all means over the draws, flows
/// summed over the periods from the origin. `otherExits` are here without those at an age limit. `admissions` are those with the
/// population held as it is at the origin; `population` is what the projection adds to them, from a paired run on the same random
/// numbers. Where only stocks are known, `population` is its effect on the stock and `drift` what the share of the inhabitants adds.
public struct ForecastDrivers: Sendable {
  public struct Row: Hashable, Sendable {
    public let key: ResultKey
    public let period: Period
    public let now: Double
    public let population: Double
    public let admissions: Double
    public let homecomings: Double
    public let otherExits: Double
    public let ageOuts: Double
    public let transfers: Double
    public let drift: Double
    public let forecast: Double
  }

  /// By key, then period; lines without a known stock are left out.
  public let rows: [Row]

  /// - Parameters:
  ///   - demand: the fitted demand of the panel.
  ///   - request: its grouping, filter, draws, seed, threads and `onlyPeriods` (base periods) count.
  public init(demand: FittedDemand, request: RunRequest) {
    let panel = demand.panel
    let whole = Totals(demand, request)
    let held: Totals
    if panel.population.isEmpty {
      held = whole
    } else {
      let still = panel.with(population: panel.population.held(fromEndOf: panel.origin))
      held = Totals(FittedDemand(panel: still, horizon: demand.horizon, threads: request.threads), request)
    }
    rows = whole.lines.indices.flatMap { line in
      whole.lines[line].steps.indices.compactMap { step -> Row? in
        let period = panel.origin.advanced(by: step + 1)
        guard request.onlyPeriods?.contains(period) ?? true else { return nil }
        return Self.row(whole.lines[line], held.lines[line], step, period)
      }
    }
  }

  private static func row(_ whole: Totals.Line, _ held: Totals.Line, _ step: Int, _ period: Period) -> Row {
    let (with, without) = (whole.steps[step], held.steps[step])
    return Row(
      key: whole.key, period: period, now: whole.now,
      population: with.admissions - without.admissions + with.stockOnly - without.stockOnly, admissions: without.admissions,
      homecomings: with.homecomings, otherExits: with.otherExits - with.ageOuts, ageOuts: with.ageOuts, transfers: with.transfers,
      drift: without.stockOnly - (whole.now - whole.flowNow),
      forecast: whole.flowNow + with.admissions - with.homecomings - with.otherExits + with.transfers + with.stockOnly)
  }
}

/// Mean flows since the origin by line and step of one run.
private struct Totals {
  struct Step {
    var admissions = 0.0
    var homecomings = 0.0
    /// With `ageOuts` among them.
    var otherExits = 0.0
    var ageOuts = 0.0
    var transfers = 0.0
    /// Stock at the step's end where only stocks are known.
    var stockOnly = 0.0
  }

  struct Line {
    let key: ResultKey
    let now: Double
    /// Of `now`, the part whose flows are known.
    let flowNow: Double
    var steps: [Step]
  }

  let lines: [Line]

  init(_ demand: FittedDemand, _ request: RunRequest) {
    let builder = PlanBuilder(panel: demand.panel, horizon: demand.horizon, capacity: [], scenarios: [])
    let simulated = SimulatedPlans(
      demand: demand, capacity: [], plans: [builder.reference(named: "basis")], grouping: request.grouping, filter: request.filter,
      detail: .causes, draws: request.draws, seed: request.seed, threads: request.threads, progress: nil)
    let draws = simulated.draws
    lines = simulated.index.keys.enumerated().compactMap { index, key -> Line? in
      guard draws.hasFlowStock(key: index) || draws.hasStockOnly(key: index) else { return nil }
      var sum = Step()
      var steps: [Step] = []
      for step in 0..<demand.horizon {
        func mean(_ add: (inout [Double]) -> Void) -> Double {
          var sums = [Double](repeating: 0, count: request.draws)
          add(&sums)
          return sums.reduce(0, +) / Double(request.draws)
        }
        sum.admissions += mean { draws.add(.admissions, plan: 0, key: index, step: step, to: &$0) }
        sum.homecomings += mean { draws.add(.homecomings, plan: 0, key: index, step: step, to: &$0) }
        sum.otherExits += mean { draws.add(.otherExits, plan: 0, key: index, step: step, to: &$0) }
        sum.ageOuts += mean { draws.add(.ageOuts, plan: 0, key: index, step: step, to: &$0) }
        sum.transfers += mean { draws.add(.netMoves, plan: 0, key: index, step: step, to: &$0) }
        if draws.hasStockOnly(key: index) { sum.stockOnly = mean { draws.addStockOnly(plan: 0, key: index, step: step, to: &$0) } }
        steps.append(sum)
      }
      return Line(key: key, now: draws.openingStock(key: index), flowNow: Double(draws.openingFlowStock(key: index)), steps: steps)
    }
  }
}
