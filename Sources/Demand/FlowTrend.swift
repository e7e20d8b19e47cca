import Glibc
public import Placements
import Probability
import Regression

/// How often a flow happens in a group of cells and how that changes: what was counted, and what the fitted regression
/// says of the middle of the data and of its end.
///
/// The mix of municipalities and strata is that of the whole window at both times, so a change is one of rates, not of mix.
public struct FlowTrend: Sendable {
  public enum Group: Hashable, Sendable {
    case total
    case area(id: String)
    /// Empty where the source does not say.
    case legalBasis(String)
    case municipality(code: String)
  }

  /// An estimate with its 95 % interval.
  public struct Interval: Hashable, Sendable {
    public let value: Double
    public let lower: Double
    public let upper: Double
  }

  public let flow: Flow
  public let group: Group
  /// Kinds are never added together.
  public let kind: ServiceKind
  /// Events behind the rate.
  public let events: Double
  /// Homecomings and other exits: person-years over 100. Admissions: inhabitant-years over 10,000, of the ages that the
  /// group's areas take.
  public let exposure: Double
  /// Events over exposure, as counted.
  public let observedRate: Double
  /// Rate in the middle of the data by the model; nil where the data is too short for a trend.
  public let middle: Interval?
  /// Rate at the end of the data by the model, season evened out.
  public let now: Interval
  /// Mean relative change a year from the middle of the data to its end: 0.03 is 3 % a year.
  public let change: Interval?
  /// The change's logarithm over its standard error; 0 without a trend.
  public let score: Double
}

extension FittedDemand {
  /// Rates and trends of a flow: in total, then by area, by legal section and by municipality, each by kind.
  ///
  /// - Parameters:
  ///   - areas: ids to which the rates are limited; empty for all.
  ///   - municipalities: codes to which the rates are limited; empty for all.
  /// - Returns: empty where the flow was not fitted. Admissions leave out municipalities without population, and count
  ///   those outside the home region only by municipality, unless the municipalities are named.
  public func trends(of flow: Flow, areas: Set<String> = [], municipalities: Set<String> = []) -> [FlowTrend] {
    guard let fit = flows.first(where: { $0.flow == flow }) else { return [] }
    let clock = FlowClock(panel: panel, horizon: horizon)
    var rates = GroupRates(fit: fit, panel: panel, clock: clock)
    let payers = panel.municipalities.indices.filter { municipalities.isEmpty || municipalities.contains(panel.municipalities[$0].code) }
    let home = payers.filter { panel.isHome(panel.municipalities[$0]) }
    // Inhabitants of the whole country would thin out the rates of a region that some of them hardly use.
    let together = flow == .admission && municipalities.isEmpty && !home.isEmpty ? home : payers
    return TrendGroups(panel: panel, areas: areas, together: together, payers: payers).all.compactMap { rates.trend($0) }
  }
}

/// The groups for which trends are asked, in reading order.
private struct TrendGroups {
  struct Cells {
    let group: FlowTrend.Group
    let kind: ServiceKind
    let municipalities: [Int]
    let strata: [Int]
  }

  private(set) var all: [Cells] = []

  /// - Parameters:
  ///   - together: the municipalities of all groups but their own.
  ///   - payers: the municipalities that have a group each.
  init(panel: Panel, areas: Set<String>, together: [Int], payers: [Int]) {
    let wanted = panel.strata.indices.filter { areas.isEmpty || areas.contains(panel.strata[$0].area) }
    let kinds = ServiceKind.allCases.map { kind in (kind, wanted.filter { panel.strata[$0].kind == kind }) }.filter { !$0.1.isEmpty }
    for (kind, strata) in kinds { all.append(Cells(group: .total, kind: kind, municipalities: together, strata: strata)) }
    for area in panel.areas {
      for (kind, strata) in kinds {
        let own = strata.filter { panel.strata[$0].area == area.id }
        if !own.isEmpty { all.append(Cells(group: .area(id: area.id), kind: kind, municipalities: together, strata: own)) }
      }
    }
    for section in Set(wanted.map { panel.strata[$0].legalBasis }).sorted() {
      for (kind, strata) in kinds {
        let own = strata.filter { panel.strata[$0].legalBasis == section }
        if !own.isEmpty { all.append(Cells(group: .legalBasis(section), kind: kind, municipalities: together, strata: own)) }
      }
    }
    for payer in payers {
      for (kind, strata) in kinds {
        all.append(Cells(group: .municipality(code: panel.municipalities[payer].code), kind: kind, municipalities: [payer], strata: strata))
      }
    }
  }
}

/// Rates of groups of cells under one fit, with the delta method's intervals on the log scale.
private struct GroupRates {
  private let fit: FlowFit
  private let panel: Panel
  private let clock: FlowClock
  private var inhabitants: InhabitantYears

  init(fit: FlowFit, panel: Panel, clock: FlowClock) {
    self.fit = fit
    self.panel = panel
    self.clock = clock
    inhabitants = InhabitantYears(panel)
  }

  private struct Cell {
    let municipality: Int
    let stratum: Int
    /// Exposure of the whole window, in the unit of the fit's rates.
    let exposure: Double
    /// The exposure that factors of time since admission weigh.
    let weighted: Double
    let counted: FlowFit.CountedCell
  }

  /// Nil where the group has no exposure.
  mutating func trend(_ group: TrendGroups.Cells) -> FlowTrend? {
    let cells = self.cells(group)
    let exposure = self.exposure(group, cells)
    guard exposure > 0 else { return nil }
    let observed = cells.reduce(0) { $0 + $1.counted.events * $1.exposure / $1.counted.exposure } / exposure
    let events = cells.reduce(0) { $0 + $1.counted.events }
    func result(_ now: LogRate, middle: LogRate? = nil, change: LogRate? = nil) -> FlowTrend {
      FlowTrend(
        flow: fit.flow, group: group.group, kind: group.kind, events: events, exposure: exposure, observedRate: observed,
        middle: middle?.interval(over: exposure), now: now.interval(over: exposure), change: change?.relativeChange,
        score: change.map { $0.deviation > 0 ? $0.value / $0.deviation : 0 } ?? 0)
    }
    switch fit.parameters {
    case .constant(let events, let years, let prior):
      return result(constant(cells, events, years, prior))
    case .regression(let regression, let terms):
      let now = total(cells, regression, terms, trend: clock.trendAtOrigin, ramp: clock.rampAtOrigin)
      guard terms.hasTrend else { return result(now.rate(regression)) }
      let middle = total(cells, regression, terms, trend: 0, ramp: clock.rampAtMiddle)
      return result(
        now.rate(regression), middle: middle.rate(regression), change: now.change(since: middle, years: clock.trendAtOrigin, regression))
    }
  }

  private mutating func cells(_ group: TrendGroups.Cells) -> [Cell] {
    var cells: [Cell] = []
    for m in group.municipalities {
      for s in group.strata {
        let counted = fit.cells[m * panel.strata.count + s]
        guard counted.exposure > 0 else { continue }
        let area = panel.areas[panel.areaOfStratum[s]]
        // Unknown counts leave gaps in the exposure of admissions; the model knows the rate there, too.
        let whole = fit.exposure == .population ? inhabitants.of(m, ages: area.ageFrom...area.ageTo) : counted.exposure
        let weighted = fit.exposure == .population ? whole : counted.weighted
        if let whole, let weighted { cells.append(Cell(municipality: m, stratum: s, exposure: whole, weighted: weighted, counted: counted)) }
      }
    }
    return cells
  }

  /// What the rates are counted against: several strata of a municipality share its inhabitants, so those count once.
  private mutating func exposure(_ group: TrendGroups.Cells, _ cells: [Cell]) -> Double {
    guard fit.exposure == .population else { return cells.reduce(0) { $0 + $1.exposure } / 100 }
    let areas = group.strata.map { panel.areas[panel.areaOfStratum[$0]] }
    guard let youngest = areas.map(\.ageFrom).min(), let oldest = areas.map(\.ageTo).max() else { return 0 }
    var sum = 0.0
    for m in Set(cells.map(\.municipality)).sorted() { sum += inhabitants.of(m, ages: youngest...oldest) ?? 0 }
    return sum
  }

  /// Expected events of the cells together, and how their logarithm depends on each coefficient.
  private func total(
    _ cells: [Cell], _ regression: FittedPenalizedGLM, _ terms: FlowTerms, trend: Double, ramp: Double
  ) -> ExpectedEvents {
    let level = terms.level(layout: regression.layout, panel: panel)
    var sum = 0.0
    var gradient = [Double](repeating: 0, count: regression.coefficients.count)
    for cell in cells {
      let weights = level(cell.municipality, cell.stratum, trend, ramp)
      let expected = cell.weighted * exp(regression.estimate(of: weights))
      sum += expected
      for weight in weights { gradient[weight.coefficient] += expected * weight.factor }
    }
    return ExpectedEvents(
      sum: sum * terms.meanSeason(regression, clock: clock), gradient: gradient.map { $0 / sum })
  }

  /// Each stratum's gamma posterior; their sum's logarithm is taken as normal.
  private func constant(
    _ cells: [Cell], _ events: [Double], _ years: [Double], _ prior: (events: Double, exposure: Double)
  ) -> LogRate {
    var exposures = [Double](repeating: 0, count: panel.strata.count)
    for cell in cells { exposures[cell.stratum] += cell.exposure }
    var mean = 0.0
    var variance = 0.0
    for s in exposures.indices {
      let shape = events[s] + prior.events
      let perYear = exposures[s] / (years[s] + prior.exposure)
      mean += shape * perYear
      variance += shape * perYear * perYear
    }
    return LogRate(value: log(max(mean, 1e-12)), deviation: mean > 0 ? variance.squareRoot() / mean : 0)
  }
}

private struct ExpectedEvents {
  let sum: Double
  /// Derivatives of the sum's logarithm by the coefficients.
  let gradient: [Double]

  func rate(_ fit: FittedPenalizedGLM) -> LogRate {
    LogRate(value: log(sum), deviation: Self.deviation(gradient, fit))
  }

  func change(since earlier: ExpectedEvents, years: Double, _ fit: FittedPenalizedGLM) -> LogRate {
    let difference = zip(gradient, earlier.gradient).map { ($0 - $1) / years }
    return LogRate(value: log(sum / earlier.sum) / years, deviation: Self.deviation(difference, fit))
  }

  private static func deviation(_ gradient: [Double], _ fit: FittedPenalizedGLM) -> Double {
    let weights = gradient.indices.filter { gradient[$0] != 0 }.map { FittedPenalizedGLM.Weight($0, gradient[$0]) }
    return max(0, fit.variance(of: weights)).squareRoot()
  }
}

/// A number on the log scale with its standard error.
private struct LogRate {
  let value: Double
  let deviation: Double

  func interval(over exposure: Double) -> FlowTrend.Interval { interval { exp($0) / exposure } }

  var relativeChange: FlowTrend.Interval { interval { exp($0) - 1 } }

  private func interval(_ transform: (Double) -> Double) -> FlowTrend.Interval {
    let margin = Normal.quantile(0.975) * deviation
    return FlowTrend.Interval(value: transform(value), lower: transform(value - margin), upper: transform(value + margin))
  }
}

/// Years of 10,000 inhabitants over the panel's window, by municipality and ages; nil without population.
private struct InhabitantYears {
  private let panel: Panel
  private let years: [Double]
  private var known: [ClosedRange<Int>: [Double?]] = [:]

  init(_ panel: Panel) {
    self.panel = panel
    years = (0..<panel.count).map { Double(panel.first.advanced(by: $0).days) / FlowFrame.daysPerYear }
  }

  mutating func of(_ municipality: Int, ages: ClosedRange<Int>) -> Double? {
    if let table = known[ages] { return table[municipality] }
    let table = panel.municipalities.map { sum($0.code, ages) }
    known[ages] = table
    return table[municipality]
  }

  private func sum(_ code: String, _ ages: ClosedRange<Int>) -> Double? {
    guard panel.population.covers(code) else { return nil }
    var sum = 0.0
    for t in 0..<panel.count {
      let persons = panel.population.persons(
        municipality: code, ageFrom: ages.lowerBound, ageTo: ages.upperBound, middleOf: panel.first.advanced(by: t))
      guard let persons else { return nil }
      sum += persons / 10_000 * years[t]
    }
    return sum
  }
}
