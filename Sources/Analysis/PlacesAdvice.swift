import Capacity
public import Forecasting
public import Placements

/// What is assumed of the cost of places, as shares of the tariff.
public struct PlaceAssumptions: Hashable, Sendable {
  /// Of a day's tariff, for a day of a place that nobody occupies; at least 0.
  public var empty: Double
  /// Of a day's tariff, for a day on which a citizen has no place; at least 0.
  public var missing: Double
  /// Of a year's tariff, for opening or closing one place, once; at least 0.
  public var change: Double

  /// - Parameter change: by default the empty place's cost over half a year, which is how long adapting takes.
  public init(empty: Double = 0.30, missing: Double = 0.30, change: Double = 0.15) {
    self.empty = empty
    self.missing = missing
    self.change = change
  }

  /// By period, in the unit of `price`, a day's tariff.
  func costs(price: Double, length: PeriodLength) -> PlaceCosts {
    let days = 365 / Double(length.perYear)
    return PlaceCosts(empty: empty * price * days, missing: missing * price * days, opening: change * price * 365, closing: change * price * 365)
  }
}

/// How many places an offer should have, or the offers of an area and kind together, and what today's plan is expected to cost
/// beside it.
public struct PlacesAdvice: Sendable {
  /// Periods between two changes of places.
  public struct Step: Hashable, Sendable {
    public let first: Period
    public let last: Period
    /// Places at the end of the step's first period as planned now.
    public let today: Double
    public let advised: Double
    /// Citizens who want a place, on average over the step.
    public let demand: DrawSummary
    /// Expected cost of empty and missing places and of changes: kroner, or days of the tariff where no price is known.
    public let costToday: Double
    public let costAdvised: Double
  }

  public let area: String
  public let kind: ServiceKind
  /// Nil for all judged offers of the area and kind together.
  public let offer: Offer?
  public let steps: [Step]
  /// Kroner a day; nil where it is not known.
  public let price: Double?
  /// Nil without a price, or where the offers of an area differ.
  public let priceYear: Int?

  /// What an offer's advice is made from, and an area's is added up from.
  struct Line {
    let area: String
    let kind: ServiceKind
    let offer: Offer?
    /// Citizens who want a place by period and draw.
    var demand: [[Double]]
    /// Places by period as planned now.
    var places: [Double]
    let price: Double?
    let priceYear: Int?
  }

  /// - Parameters:
  ///   - leadTime: periods before a decision made now takes effect; a step until then, then one a year.
  init(_ line: Line, assumptions: PlaceAssumptions, leadTime: Int, from first: Period, level: Double) {
    (area, kind, offer, price, priceYear) = (line.area, line.kind, line.offer, line.price, line.priceYear)
    let perYear = first.length.perYear
    let costs = assumptions.costs(price: line.price ?? 1, length: first.length)
    let plan = AdvisedPlaces.stepPlan(demand: line.demand, today: line.places, costs: costs, leadTime: leadTime, changeEvery: perYear)
    let lead = min(leadTime, line.demand.count)
    let starts = (lead > 0 ? [0] : []) + Array(stride(from: lead, to: line.demand.count, by: perYear))
    steps = starts.enumerated().map { index, start in
      let end = index + 1 < starts.count ? starts[index + 1] : line.demand.count
      let demand = Array(line.demand[start..<end])
      func cost(_ places: [Double]) -> Double {
        AdvisedPlaces.keeping(Array(places[start..<end]), demand: demand, costs: costs, before: places[max(0, start - 1)]).expectedCost
      }
      var mean = demand[0].indices.map { d in demand.reduce(0) { $0 + $1[d] } / Double(demand.count) }
      return Step(
        first: first.advanced(by: start), last: first.advanced(by: end - 1), today: line.places[start], advised: plan.places[start],
        demand: DrawSummary(&mean, level: level), costToday: cost(line.places), costAdvised: cost(plan.places))
    }
  }
}

extension PlacesAdvice.Line {
  /// The offers of one area and kind together, demand within each draw; nil for fewer than two, which say it themselves.
  static func sum(_ lines: [PlacesAdvice.Line]) -> PlacesAdvice.Line? {
    guard let first = lines.first, lines.count > 1 else { return nil }
    var demand = first.demand
    var places = first.places
    for line in lines.dropFirst() {
      for t in demand.indices {
        places[t] += line.places[t]
        for d in demand[t].indices { demand[t][d] += line.demand[t][d] }
      }
    }
    let priced = lines.filter { $0.price != nil }
    let weight = priced.reduce(0) { $0 + ($1.places.first ?? 0) }
    let price = priced.count == lines.count && weight > 0 ? priced.reduce(0) { $0 + ($1.price ?? 0) * ($1.places.first ?? 0) } / weight : nil
    let years = Set(lines.map(\.priceYear))
    return PlacesAdvice.Line(
      area: first.area, kind: first.kind, offer: nil, demand: demand, places: places, price: price, priceYear: years.count == 1 ? first.priceYear : nil)
  }
}
