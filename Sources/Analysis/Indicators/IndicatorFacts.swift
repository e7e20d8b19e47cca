import Capacity
public import Demand
public import Forecasting
public import Placements
public import Scenarios

/// One number of one indicator; empty keys mean all. What is not known has no fact.
public struct IndicatorFact: Sendable {
  public let indicator: Indicator
  public let isForecast: Bool
  /// A calendar year; of satisfaction the source's own period.
  public let period: Period
  public let area: String
  /// Nil for all.
  public let kind: ServiceKind?
  public let offer: String
  public let municipality: String
  /// Of satisfaction alone.
  public let respondent: String
  /// Observed, or the forecast's mean.
  public let value: Double
  /// Of a forecast alone.
  public let interval: DrawSummary?
  /// Of what was observed alone: above and below the line.
  public let parts: (numerator: Double, denominator: Double)?
  /// Of amounts: that year's prices. Nil for what is no money, and where offers at different levels are added.
  public var priceYear: Int?
  /// Of the running year alone: the last period in it that was observed; the rest of the year is forecast.
  public var observedUntil: Period?

  var grain: Indicator.Grain { !municipality.isEmpty ? .municipality : offer.isEmpty ? .area : .offer }
}

/// The indicators of whole calendar years: those that were observed, the running one, observed in part, and those ahead.
public struct IndicatorFacts: Sendable {
  public let plan: Plan
  /// Sorted by indicator, grain, keys and time.
  public let facts: [IndicatorFact]

  /// - Parameters:
  ///   - plans: the plain forecast first.
  ///   - judged: index of the plan that is shown.
  ///   - grains: for which facts are made.
  /// - Throws: `FindingsError` where nothing is counted by offer.
  public init(
    demand: FittedDemand, extracts: Extracts, plans: [Plan], judged: Int, indicators: Set<Indicator>, grains: Set<Indicator.Grain>, request: RiskRequest
  ) throws {
    plan = plans[judged]
    func wants(_ indicator: Indicator, _ grain: Indicator.Grain) -> Bool { indicators.contains(indicator) && grains.contains(grain) && indicator.grains.contains(grain) }
    var facts: [IndicatorFact] = []
    if Indicator.allCases.contains(where: { $0 != .satisfaction && (wants($0, .offer) || wants($0, .area)) }) {
      facts += try OfferIndicators(demand: demand, extracts: extracts, plans: plans, judged: judged, request: request).facts()
    }
    if Indicator.allCases.contains(where: { $0 != .satisfaction && wants($0, .municipality) }) {
      facts += PayerIndicators(demand: demand, extracts: extracts, plans: plans, judged: judged, request: request).facts()
    }
    facts += Self.satisfaction(extracts, areas: request.areas)
    let order = Dictionary(uniqueKeysWithValues: Indicator.allCases.enumerated().map { ($1, $0) })
    func key(_ fact: IndicatorFact) -> (Int, String, String, String, String, Int) {
      let kind = fact.kind.flatMap { ServiceKind.allCases.firstIndex(of: $0) } ?? -1
      return (order[fact.indicator] ?? 0, fact.grain.rawValue, fact.area, "\(kind)|\(fact.offer)|\(fact.municipality)", fact.respondent, fact.period.firstDay.number)
    }
    self.facts = facts.filter { wants($0.indicator, $0.grain) }.sorted { key($0) < key($1) }
  }

  private static func satisfaction(_ extracts: Extracts, areas: Set<String>) -> [IndicatorFact] {
    extracts.satisfaction.filter { areas.isEmpty || areas.contains($0.area) }.map { own in
      IndicatorFact(
        indicator: .satisfaction, isForecast: false, period: own.period, area: own.area,
        kind: extracts.offers.first { $0.id == own.offer }?.kind, offer: own.offer, municipality: own.municipality, respondent: own.respondent.rawValue,
        value: own.score, interval: nil, parts: (own.score, Double(own.scale)))
    }
  }
}

extension Period {
  /// The calendar years that lie wholly between two periods, both included.
  static func wholeYears(from first: Period, to last: Period) -> [Period] {
    let years = first.firstDay.year...max(first.firstDay.year, last.lastDay.year)
    return years.compactMap { year in
      guard let day = Day(year: year, month: 1, day: 1) else { return nil }
      let whole = Period(containing: day, length: .year)
      return whole.firstDay >= first.firstDay && whole.lastDay <= last.lastDay ? whole : nil
    }
  }
}
