/// What an empty and a missing place cost a period, and what it costs to change the number of places, all in the same unit.
public struct PlaceCosts: Hashable, Sendable {
  /// Of a place that nobody occupies, a period; at least 0.
  public var empty: Double
  /// Of a citizen for whom there is no place, a period; at least 0.
  public var missing: Double
  /// Of opening one place, once; at least 0.
  public var opening: Double
  /// Of closing one place, once; at least 0.
  public var closing: Double

  public init(empty: Double, missing: Double, opening: Double = 0, closing: Double = 0) {
    precondition(min(empty, missing, opening, closing) >= 0, "a cost is at least zero")
    self.empty = empty
    self.missing = missing
    self.opening = opening
    self.closing = closing
  }

  /// Expected cost of holding so many places for a period: empty · E(q − D)⁺ + missing · E(D − q)⁺.
  public func expected(places: Double, demand: [Double]) -> Double {
    guard !demand.isEmpty else { return 0 }
    return demand.reduce(0.0) { $0 + (places >= $1 ? empty * (places - $1) : missing * ($1 - places)) } / Double(demand.count)
  }

  /// The same for every whole number of places from 0 to `most`, in one pass over sorted demand.
  func expected(upTo most: Int, demand: [Double]) -> [Double] {
    let sorted = demand.sorted()
    let total = sorted.reduce(0, +)
    var below = 0
    var sumBelow = 0.0
    return (0...most).map { q in
      let places = Double(q)
      while below < sorted.count, sorted[below] <= places {
        sumBelow += sorted[below]
        below += 1
      }
      guard !sorted.isEmpty else { return 0 }
      let idle = Double(below) * places - sumBelow
      let unmet = (total - sumBelow) - Double(sorted.count - below) * places
      return (empty * idle + missing * unmet) / Double(sorted.count)
    }
  }
}

/// How many places to plan for, from joint draws of demand.
public enum AdvisedPlaces {
  /// The whole number of places with the least expected cost in one period: the quantile missing / (empty + missing) of
  /// demand (the newsvendor problem; Arrow, Harris and Marschak 1951), the smaller of two that cost the same.
  /// Nil without draws, or where both costs are zero.
  public static func newsvendor(demand: [Double], costs: PlaceCosts) -> Int? {
    guard !demand.isEmpty, costs.empty + costs.missing > 0 else { return nil }
    let expected = costs.expected(upTo: highest(demand), demand: demand)
    return expected.indices.min { expected[$0] < expected[$1] }
  }

  /// Whole numbers of places by period, and what they are expected to cost.
  public struct StepPlan: Hashable, Sendable {
    /// By period of the horizon; whole numbers wherever the plan may change them.
    public let places: [Double]
    /// Over the whole horizon, changes included.
    public let expectedCost: Double
    /// Of `expectedCost`: empty and missing places, and changes.
    public let holding: Double
    public let changing: Double
  }

  /// The plan with the least expected cost over the horizon, exact by dynamic programming over whole numbers of places:
  /// V(t, q) = holding(t, q) + min over r of (change(q → r) + V(t + 1, r)). Up to `leadTime` the places are those of
  /// `today`; afterwards each period's may differ from those of the period before, at the cost of the change.
  ///
  /// - Parameters:
  ///   - demand: by period, then by draw; not empty.
  ///   - today: places by period as planned now, as many as `demand`.
  ///   - leadTime: periods before a decision taken at the origin can take effect, at least 0; the whole horizon and more
  ///     leaves today's plan.
  ///   - changeEvery: periods between two changes, at least 1: a plan by year has steps of a year.
  public static func stepPlan(demand: [[Double]], today: [Double], costs: PlaceCosts, leadTime: Int, changeEvery: Int = 1) -> StepPlan {
    precondition(!demand.isEmpty && demand.count == today.count, "one number of places a period")
    precondition(leadTime >= 0 && changeEvery >= 1, "a lead time of at least zero, steps of at least one period")
    let horizon = demand.count
    let lead = min(leadTime, horizon)
    let kept = keeping(Array(today.prefix(lead)), demand: Array(demand.prefix(lead)), costs: costs)
    guard lead < horizon else { return kept }
    let most = max(highest(demand.map { $0.max() ?? 0 }), whole(today.max() ?? 0))
    let steps = stride(from: lead, to: horizon, by: changeEvery).map { start in
      (start..<min(start + changeEvery, horizon)).map { costs.expected(upTo: most, demand: demand[$0]) }
        .reduce(into: [Double](repeating: 0, count: most + 1)) { sum, own in for q in own.indices { sum[q] += own[q] } }
    }
    let path = best(steps, from: lead > 0 ? today[lead - 1] : today[0], costs: costs)
    var places = Array(today.prefix(lead))
    for (step, number) in path.enumerated() {
      let periods = min(changeEvery, horizon - lead - step * changeEvery)
      places += [Double](repeating: Double(number), count: periods)
    }
    return keeping(places, demand: demand, costs: costs, before: today[0])
  }

  /// What a given plan is expected to cost.
  ///
  /// - Parameter before: places before the first period; those of the first where nil.
  public static func keeping(_ places: [Double], demand: [[Double]], costs: PlaceCosts, before: Double? = nil) -> StepPlan {
    var holding = 0.0
    var changing = 0.0
    var last = before ?? places.first ?? 0
    for (number, own) in zip(places, demand) {
      holding += costs.expected(places: number, demand: own)
      changing += change(from: last, to: number, costs)
      last = number
    }
    return StepPlan(places: places, expectedCost: holding + changing, holding: holding, changing: changing)
  }

  private static func change(from: Double, to: Double, _ costs: PlaceCosts) -> Double {
    to > from ? costs.opening * (to - from) : costs.closing * (from - to)
  }

  /// Backwards over the steps: the best numbers of places, step by step.
  private static func best(_ steps: [[Double]], from start: Double, costs: PlaceCosts) -> [Int] {
    let count = steps[0].count
    // Least cost after a step, by the places held in it; then with the step's own.
    var after = [Double](repeating: 0, count: count)
    var from = after
    var successors = [[Int]](repeating: [], count: steps.count)
    for index in steps.indices.reversed() {
      from = zip(steps[index], after).map { $0 + $1 }
      if index > 0 { (after, successors[index]) = cheapest(from, costs) }
    }
    let total = from.indices.map { from[$0] + change(from: start, to: Double($0), costs) }
    var path = [total.indices.min { total[$0] < total[$1] } ?? 0]
    for index in steps.indices.dropFirst() { path.append(successors[index][path[index - 1]]) }
    return path
  }

  /// For each number of places the least of `value` at another number plus the change to it, and that number. A change
  /// costs by the place, so a running minimum from either side finds it; where two cost the same nothing is changed, or less.
  private static func cheapest(_ value: [Double], _ costs: PlaceCosts) -> (cost: [Double], choice: [Int]) {
    var cost = value
    var choice = Array(value.indices)
    for q in value.indices.dropFirst() where cost[q - 1] + costs.closing < cost[q] {
      cost[q] = cost[q - 1] + costs.closing
      choice[q] = choice[q - 1]
    }
    for q in value.indices.dropLast().reversed() where cost[q + 1] + costs.opening < cost[q] {
      cost[q] = cost[q + 1] + costs.opening
      choice[q] = choice[q + 1]
    }
    return (cost, choice)
  }

  private static func highest(_ demand: [Double]) -> Int { whole(demand.max() ?? 0) }

  /// Rounded up, at most a hundred thousand: no plan looks at more places than that.
  private static func whole(_ places: Double) -> Int { Int(min(100_000, max(0, places.rounded(.up)))) }
}
