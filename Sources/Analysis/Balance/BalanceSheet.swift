import Capacity
public import Demand
public import Forecasting
public import Placements
public import Scenarios

/// Need and supply of one area and kind for all payers, one region's or one municipality's, on average over a period.
///
/// Over an area, in each draw: demand = served + waiting + left, as `plads forecast` has them.
public struct BalanceRow: Sendable {
  public let area: String
  public let kind: ServiceKind
  /// Empty for all.
  public let region: String
  /// Code; empty for a region or all.
  public let municipality: String
  public let period: Period
  /// Standard places of the offers that lie there, on average; nil where one is unknown.
  public let places: Double?
  /// Places that municipalities run themselves (`own_supply`), open or planned by the period's end; nil where nothing is said of them.
  public let ownPlaces: Double?
  /// Citizens who want a place, with those of today's waiting list; below the area's line these by share of its demand in each draw.
  public let demand: DrawSummary
  /// Places less demand; nil for municipalities, whose citizens live in each other's offers.
  public let gap: DrawSummary?
  /// Citizens waiting; below the area's line the area's, by share of its demand in each draw.
  public let waiting: DrawSummary?
  public let left: DrawSummary?
  /// Of the area's demand, on average, a share of 1.
  public let share: Double
}

/// Places against demand, area by area, with the use that each municipality is expected to make of them.
public struct BalanceSheet: Sendable {
  public let plan: Plan
  public let rows: [BalanceRow]

  /// - Parameters:
  ///   - plans: the plain forecast first.
  ///   - judged: index of the plan that is shown.
  ///   - areas: ids; empty for all.
  ///   - periods: for which rows are made.
  public init(
    demand: FittedDemand, extracts: Extracts, plans: [Plan], judged: Int, basis: OccupancyBasis, areas: Set<String>, periods: [Period],
    draws: Int, seed: UInt64, threads: Int, level: Double
  ) {
    plan = plans[judged]
    let maker = BalanceMaker(
      demand: demand, extracts: extracts, plans: plans, judged: judged, basis: basis, areas: areas, periods: periods, draws: draws, seed: seed,
      threads: threads, level: level)
    rows = maker.rows()
  }
}

/// An area and kind, whose payers are added up.
private struct BalanceLine: Hashable, Comparable {
  let area: String
  let kind: ServiceKind

  static func < (left: BalanceLine, right: BalanceLine) -> Bool {
    func order(_ line: BalanceLine) -> (String, Int) { (line.area, ServiceKind.allCases.firstIndex(of: line.kind) ?? 0) }
    return order(left) < order(right)
  }
}

private struct BalanceMaker {
  let demand: FittedDemand
  let extracts: Extracts
  let plans: [Plan]
  let judged: Int
  let basis: OccupancyBasis
  let areas: Set<String>
  let periods: [Period]
  let draws: Int
  let seed: UInt64
  let threads: Int
  let level: Double

  private var panel: Panel { demand.panel }

  func rows() -> [BalanceRow] {
    let lines = Set(panel.strata.filter { areas.isEmpty || areas.contains($0.area) }.map { BalanceLine(area: $0.area, kind: $0.kind) }).sorted()
    let queues = queues()
    let payers = PayerMeans(
      demand: demand, plans: plans, judged: judged,
      lines: lines.map { line in panel.strata.indices.filter { panel.strata[$0].area == line.area && panel.strata[$0].kind == line.kind } },
      spans: periods.map { ($0 - panel.origin - 1)..<($0 - panel.origin) }, draws: draws, seed: seed, threads: threads)
    return lines.indices.flatMap { line in
      rows(lines[line], citizens: panel.municipalities.indices.map { payers.citizens(line: line, municipality: $0) }, queues[lines[line]])
    }
  }

  private struct Queue {
    /// Of today's waiting list, in demand besides the simulated.
    var listed: [[Double]]
    var waiting: [[Double]]
    var left: [[Double]]
  }

  /// Who is on today's list, who waits and who left by line: `[period][draw]`; lines of which an offer's places are unknown are not in it.
  private func queues() -> [BalanceLine: Queue] {
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: plans, grouping: .offer, filter: ResultFilter(areas: areas), detail: .events, draws: draws,
      seed: seed, threads: threads, progress: nil)
    let occupier = Occupier(demand: demand, simulated: simulated, plans: plans, basis: basis, draws: draws)
    var found: [BalanceLine: Queue] = [:]
    let zeros = [[Double]](repeating: [Double](repeating: 0, count: draws), count: periods.count)
    for group in OfferGroup.all(simulated) {
      let line = BalanceLine(area: group.stratum.area, kind: group.stratum.kind)
      var sums = found[line] ?? Queue(listed: zeros, waiting: zeros, left: zeros)
      for own in occupier.paths(of: group, plan: judged) {
        for (p, period) in periods.enumerated() {
          let step = period - panel.origin - 1
          for d in 0..<draws {
            sums.listed[p][d] += own.listed[step][d]
            sums.waiting[p][d] += own.waiting[step][d]
            sums.left[p][d] += own.left[step][d]
          }
        }
      }
      found[line] = sums
    }
    for offer in panel.offers where !simulated.timelines[judged].knows(offer.id) { found[BalanceLine(area: offer.area, kind: offer.kind)] = nil }
    return found
  }

  private func rows(_ line: BalanceLine, citizens: [[[Double]]?], _ queue: Queue?) -> [BalanceRow] {
    let known = panel.municipalities.indices.filter { citizens[$0] != nil }
    guard !known.isEmpty else { return [] }
    func sum(_ members: [Int], _ p: Int) -> [Double] {
      var total = [Double](repeating: 0, count: draws)
      for m in members { for d in 0..<draws { total[d] += citizens[m]?[p][d] ?? 0 } }
      return total
    }
    var rows: [BalanceRow] = []
    let regions = Set(known.map { panel.municipalities[$0].region }).filter { !$0.isEmpty }.sorted()
    for (p, period) in periods.enumerated() {
      let all = sum(known, p)
      let allRow = Scope(line: line, region: "", municipality: "", period: period)
      rows.append(row(allRow, demand: all, of: all, queue, p))
      for region in regions {
        let members = known.filter { panel.municipalities[$0].region == region }
        rows.append(row(Scope(line: line, region: region, municipality: "", period: period), demand: sum(members, p), of: all, queue, p))
      }
      for m in known {
        let own = panel.municipalities[m]
        rows.append(row(Scope(line: line, region: own.region, municipality: own.code, period: period), demand: sum([m], p), of: all, queue, p))
      }
    }
    return rows
  }

  private struct Scope {
    let line: BalanceLine
    let region: String
    let municipality: String
    let period: Period
  }

  private func row(_ scope: Scope, demand own: [Double], of all: [Double], _ queue: Queue?, _ p: Int) -> BalanceRow {
    func summary(_ values: [Double]) -> DrawSummary {
      var copy = values
      return DrawSummary(&copy, level: level)
    }
    let (places, total) = (places(scope), all.reduce(0, +))
    let isArea = scope.region.isEmpty && scope.municipality.isEmpty
    let usual = total > 0 ? own.reduce(0, +) / total : 0
    /// In each draw those of the area, by the share of its simulated demand; by the usual share where there is none.
    func part(_ values: [Double]) -> [Double] {
      isArea ? values : (0..<draws).map { values[$0] * (all[$0] > 0 ? own[$0] / all[$0] : usual) }
    }
    let wanted = queue.map { zip(own, part($0.listed[p])).map { $0 + $1 } } ?? own
    return BalanceRow(
      area: scope.line.area, kind: scope.line.kind, region: scope.region, municipality: scope.municipality, period: scope.period, places: places,
      ownPlaces: ownPlaces(scope), demand: summary(wanted), gap: scope.municipality.isEmpty ? places.map { open in summary(wanted.map { open - $0 }) } : nil,
      waiting: queue.map { summary(part($0.waiting[p])) }, left: queue.map { summary(part($0.left[p])) }, share: usual)
  }

  private func places(_ scope: Scope) -> Double? {
    let timeline = timeline
    var sum = 0.0
    for offer in panel.offers + plans[judged].newOffers where offer.area == scope.line.area && offer.kind == scope.line.kind {
      guard scope.municipality.isEmpty ? scope.region.isEmpty || offer.region == scope.region : offer.hostMunicipality == scope.municipality else { continue }
      guard let own = timeline.placeDays(in: scope.period, offer: offer.id) else { return nil }
      sum += own / Double(scope.period.days)
    }
    return sum
  }

  private var timeline: PlacesTimeline {
    PlacesTimeline(
      offers: panel.offers + plans[judged].newOffers, capacity: extracts.capacity, changes: plans[judged].places, from: panel.origin.firstDay,
      until: panel.origin.advanced(by: demand.horizon).lastDay)
  }

  /// Own supply is given by area and counts as residential; of each status the newest step holds.
  private func ownPlaces(_ scope: Scope) -> Double? {
    guard scope.line.kind == .residential else { return nil }
    return OwnSupply(extracts.ownSupply).places(area: scope.line.area, on: scope.period.lastDay) { code in
      if !scope.municipality.isEmpty { return code == scope.municipality }
      return scope.region.isEmpty || panel.municipalities.contains { $0.code == code && $0.region == scope.region }
    }
  }
}
