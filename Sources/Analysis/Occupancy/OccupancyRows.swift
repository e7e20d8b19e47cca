import Capacity
import Demand
import Dispatch
import Forecasting
import Placements
import Scenarios

/// Served, waiting and those who left, as rows of results.
struct OccupancyRows: Sendable {
  private let occupiers: [Occupier]
  let request: RunRequest
  let bases: [Int]
  private let interaction: PlanInteraction?
  private let windows: [ResultWindow]

  /// - Parameter occupier: of each plan, on one simulation.
  init(occupiers: [Occupier], request: RunRequest, bases: [Int], interaction: PlanInteraction? = nil) {
    self.occupiers = occupiers
    self.interaction = interaction
    self.request = request
    self.bases = bases
    windows = ResultWindow.all(request, panel: occupiers[0].demand.panel, horizon: occupiers[0].demand.horizon)
  }

  /// Places belong to offers, not to payers: by region, by municipality and for chosen payers there are no rows.
  static func apply(to request: RunRequest) -> Bool {
    request.measures?.contains(where: \.needsAllocation) == true && areBy(request)
  }

  static func areBy(_ request: RunRequest) -> Bool {
    request.grouping != .region && request.grouping != .municipality && request.filter.municipalities.isEmpty
  }

  private var simulated: SimulatedPlans { occupiers[0].simulated }

  /// Rows in the order plan, key, measure, period.
  func rows() -> [ResultRow] {
    let jobs = jobs()
    let results = Slots<[ResultRow]>(count: jobs.count)
    let chunks = max(1, min(request.threads, jobs.count))
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
      for job in stride(from: chunk, to: jobs.count, by: chunks) { results.set(rows(of: jobs[job]), at: job) }
    }
    let order = Dictionary(uniqueKeysWithValues: Measure.allCases.enumerated().map { ($1, $0) })
    return results.values.flatMap { $0 ?? [] }.sorted {
      ($0.plan, $0.key, order[$0.measure] ?? 0, $0.period) < ($1.plan, $1.key, order[$1.measure] ?? 0, $1.period)
    }
  }

  /// Groups whose offers are added up, or each by itself.
  private func jobs() -> [[OfferGroup]] {
    let groups = OfferGroup.all(simulated)
    guard request.grouping != .offer else { return groups.map { [$0] } }
    let byLine = Dictionary(grouping: groups) { line($0.members[0].offer) }
    // A sum without one of its offers would be too small.
    let incomplete = Set(occupiers[0].demand.panel.offers.filter { !simulated.timelines[0].knows($0.id) }.map(line))
    return byLine.keys.filter { !incomplete.contains($0) }.sorted().map { byLine[$0] ?? [] }
  }

  private func line(_ offer: Offer) -> ResultKey { request.grouping.line(of: offer) }

  private func rows(of job: [OfferGroup]) -> [ResultRow] {
    var lines: [ResultKey: [[Measure: [[Double]]]]] = [:]
    for (plan, occupier) in occupiers.enumerated() {
      var sums: [ResultKey: OccupancySums] = [:]
      for group in job {
        for paths in occupier.paths(of: group, plan: plan) where isWanted(paths.offer) {
          let key = line(paths.offer)
          let own = windows.map { OccupancySums.Step(paths, $0, basis: occupier.basis, timeline: simulated.timelines[plan]) }
          sums[key] = sums[key].map { $0.adding(own) } ?? OccupancySums(steps: own)
        }
      }
      for (key, own) in sums { lines[key, default: []].append(own.measures(request.measures ?? [])) }
    }
    return lines.keys.sorted().flatMap { key in rows(key, lines[key] ?? []) }
  }

  private func isWanted(_ offer: Offer) -> Bool { request.filter.offers.isEmpty || request.filter.offers.contains(offer.id) }

  private func rows(_ key: ResultKey, _ plans: [[Measure: [[Double]]]]) -> [ResultRow] {
    var rows: [ResultRow] = []
    for plan in plans.indices {
      for measure in Measure.allCases {
        guard let values = plans[plan][measure] else { continue }
        let base = plans[bases[plan]][measure]
        for (w, window) in windows.enumerated() {
          rows.append(
            ResultRow(
              plan: plan, key: key, period: window.period, measure: measure, values: values[w],
              base: base?[w] ?? [Double](repeating: 0, count: values[w].count), request: request))
        }
      }
    }
    return rows + interactions(key, plans)
  }

  private func interactions(_ key: ResultKey, _ plans: [[Measure: [[Double]]]]) -> [ResultRow] {
    guard let interaction else { return [] }
    return Measure.allCases.flatMap { measure in
      windows.enumerated().compactMap { w, window in
        interaction.row(plans.map { $0[measure]?[w] }, key: key, period: window.period, measure: measure, request: request)
      }
    }
  }
}

/// Amounts of one line that add up over offers, one step a period of the results.
struct OccupancySums {
  /// Means over the period's days by draw, and what belongs to the places.
  struct Step {
    var demand: [Double]
    var served: [Double]
    var waiting: [Double]
    var left: [Double]
    var free: [Double]
    /// Nil where the days of one offer are not known.
    var days: [Double]?
    /// Days over those that a place is open.
    var fullYear: [Double]?
    var places: Double
    var approved: Double?
    var staffed: Double?

    init(_ paths: OccupancyPaths, _ window: ResultWindow, basis: OccupancyBasis, timeline: PlacesTimeline) {
      let (steps, lengths) = (window.steps, window.lengths)
      let total = lengths.reduce(0, +)
      let draws = paths.demand[steps.lowerBound].count
      func mean(_ value: (Int, Int) -> Double) -> [Double] {
        (0..<draws).map { d in zip(steps, lengths).reduce(0) { $0 + $1.1 * value($1.0, d) } / total }
      }
      demand = mean { paths.demand[$0][$1] }
      served = mean { paths.served[$0][$1] }
      waiting = mean { paths.waiting[$0][$1] }
      left = mean { paths.left[$0][$1] }
      free = mean { max(0, paths.places[$0] - paths.served[$0][$1]) }
      places = zip(steps, lengths).reduce(0) { $0 + $1.1 * paths.places[$1.0] } / total
      let open = steps.map { paths.days[$0] }
      if !open.contains(nil) {
        let all = open.reduce(0) { $0 + ($1 ?? 0) }
        days = (0..<draws).map { d in zip(steps, open).reduce(0) { $0 + ($1.1 ?? 0) * paths.served[$1.0][d] } }
        fullYear = all > 0 ? days?.map { $0 / all } : nil
      }
      let step = basis.step(paths.offer.id, on: window.period.lastDay)
      let isOpen = (paths.places.indices.contains(steps.upperBound - 1) ? paths.places[steps.upperBound - 1] : 0) > 0
      approved = isOpen ? step?.approvedPlaces : 0
      staffed = isOpen ? timeline.staffedAtEnd(of: window.period, offer: paths.offer.id) ?? step?.staffedPlaces : 0
    }

    mutating func add(_ other: Step) {
      func sum(_ a: [Double]?, _ b: [Double]?) -> [Double]? { a.flatMap { a in b.map { b in zip(a, b).map { $0 + $1 } } } }
      for d in demand.indices {
        demand[d] += other.demand[d]
        served[d] += other.served[d]
        waiting[d] += other.waiting[d]
        left[d] += other.left[d]
        free[d] += other.free[d]
      }
      days = sum(days, other.days)
      fullYear = sum(fullYear, other.fullYear)
      places += other.places
      approved = approved.flatMap { own in other.approved.map { own + $0 } }
      staffed = staffed.flatMap { own in other.staffed.map { own + $0 } }
    }
  }

  private(set) var steps: [Step]

  init(steps: [Step]) { self.steps = steps }

  func adding(_ other: [Step]) -> OccupancySums {
    var sums = self
    for index in steps.indices { sums.steps[index].add(other[index]) }
    return sums
  }

  /// By draw for each step; measures that are not known in every step are left out.
  func measures(_ wanted: [Measure]) -> [Measure: [[Double]]] {
    var found: [Measure: [[Double]]] = [:]
    for measure in wanted where measure.needsAllocation {
      let values = steps.compactMap { Self.value(measure, $0) }
      if values.count == steps.count { found[measure] = values }
    }
    return found
  }

  private static func value(_ measure: Measure, _ step: Step) -> [Double]? {
    switch measure {
    case .demand: step.demand
    case .served: step.served
    case .waiting: step.waiting
    case .left: step.left
    case .freePlaces: step.free
    case .servedDays: step.days
    case .servedFullYearPlaces: step.fullYear
    case .servedOccupancy: step.places > 0 ? step.served.map { 100 * $0 / step.places } : nil
    case .approvedPlaces: step.approved.map { [Double](repeating: $0, count: step.served.count) }
    case .staffedPlaces: step.staffed.map { [Double](repeating: $0, count: step.served.count) }
    default: nil
    }
  }
}
