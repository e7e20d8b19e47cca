import Capacity
public import Demand
public import Forecasting
public import Placements

/// What was observed of each line of a run, in the periods of its results.
public struct ObservedHistory {
  public struct Value: Hashable, Sendable {
    public let period: Period
    public let value: Double
  }

  private let panel: Panel
  private let index: KeyIndex
  private let keyOfCell: (Int, Int) -> Int
  private let timeline: PlacesTimeline
  private let every: PeriodLength
  private let horizon: Int

  /// - Throws: `FindingsError` where the extracts count nothing by offer and the request is by offer.
  public init(extracts: Extracts, demand: FittedDemand, request: RunRequest) throws {
    try self.init(extracts: extracts, panel: demand.panel, horizon: demand.horizon, request: request)
  }

  /// - Parameter horizon: future periods for which places are given.
  /// - Throws: as above.
  public init(extracts: Extracts, panel: Panel, horizon: Int, request: RunRequest) throws {
    let index = KeyIndex(panel: panel, offers: panel.offers, grouping: request.grouping, filter: request.filter, detail: request.detail)
    self.index = index
    every = max(request.every, panel.length)
    self.horizon = horizon
    timeline = PlacesTimeline(
      offers: panel.offers, capacity: extracts.capacity, changes: [], from: panel.first.firstDay,
      until: panel.origin.advanced(by: horizon).lastDay)
    if request.grouping == .offer {
      let byOffer = try Panel(byOffer: extracts)
      self.panel = byOffer
      let offerOfStratum = byOffer.strata.map { stratum in panel.offers.firstIndex { $0.id == stratum.area } }
      let payerCounts = byOffer.municipalities.map { request.filter.municipalities.isEmpty || request.filter.municipalities.contains($0.code) }
      let counted = panel.municipalities.firstIndex { request.filter.municipalities.isEmpty || request.filter.municipalities.contains($0.code) } ?? 0
      keyOfCell = { m, s in payerCounts[m] ? offerOfStratum[s].map { index.tally.key(municipality: counted, stratum: s, offer: $0) } ?? -1 : -1 }
    } else {
      self.panel = panel
      keyOfCell = { m, s in index.tally.key(municipality: m, stratum: s, offer: -1) }
    }
  }

  /// The measure over the observed periods; unknown ones are left out.
  public func series(_ measure: Measure, of key: ResultKey) -> [Value] {
    guard let line = index.keys.firstIndex(of: key) else { return [] }
    let cells = panel.municipalities.indices.flatMap { m in
      panel.strata.indices.filter { keyOfCell(m, $0) == line }.map { (m, $0) }
    }
    return periods(in: panel.first...panel.origin).compactMap { whole, base in
      value(measure, line, cells, whole, base).map { Value(period: whole, value: $0) }
    }
  }

  /// The line's standard places at the end of each period, also ahead; empty where they are not known.
  public func places(of key: ResultKey) -> [Value] {
    guard let line = index.keys.firstIndex(of: key) else { return [] }
    return periods(in: panel.first...panel.origin.advanced(by: horizon)).compactMap { whole, _ in
      places(line) { timeline.atEnd(of: whole, offer: $0) }.flatMap { $0 > 0 ? Value(period: whole, value: $0) : nil }
    }
  }

  /// Periods of the results that lie wholly in a range, each with the base periods in it.
  private func periods(in range: ClosedRange<Period>) -> [(whole: Period, base: [Period])] {
    let all = (0...(range.upperBound - range.lowerBound)).map { range.lowerBound.advanced(by: $0) }
    let groups = Dictionary(grouping: all) { $0.enclosing(every) }
    return groups.sorted { $0.key < $1.key }.filter { $0.value.count == every.months / panel.length.months }.map { ($0.key, $0.value) }
  }

  private func value(_ measure: Measure, _ line: Int, _ cells: [(Int, Int)], _ whole: Period, _ base: [Period]) -> Double? {
    func sum(_ quantity: Panel.Quantity, _ periods: [Period]) -> Double? {
      var sum = 0.0
      var isKnown = false
      for (m, s) in cells {
        for period in periods {
          let value = panel.value(quantity, municipality: m, stratum: s, period: period - panel.first)
          // A payer whom nobody counts adds nothing; with one of whom the number is not known the sum is unknown.
          if panel.isUncounted(quantity, municipality: m, stratum: s, period: period - panel.first) { return nil }
          if !value.isNaN {
            sum += value
            isKnown = true
          }
        }
      }
      return isKnown ? sum : nil
    }
    let stock = { sum(.stock, base.suffix(1)) }
    let days = { sum(.occupiedDays, base) }
    switch measure {
    case .stock: return stock()
    case .admissions: return sum(.admissions, base)
    case .homecomings: return sum(.homecomings, base)
    case .otherExits: return sum(.otherExits, base)
    case .occupiedDays: return days()
    case .fullYearPlaces, .served: return days().map { $0 / Double(whole.days) }
    case .places: return places(line) { timeline.atEnd(of: whole, offer: $0) }
    case .vacant:
      guard let places = places(line, { timeline.atEnd(of: whole, offer: $0) }), let stock = stock() else { return nil }
      return places - stock
    // Nobody counted those who had no place, nor the days of those who had one by kind.
    case .demand, .waiting, .left, .freePlaces, .servedDays, .servedFullYearPlaces, .approvedPlaces, .staffedPlaces, .income, .result, .pClosure: return nil
    case .occupancy, .servedOccupancy:
      guard let placeDays = places(line, { timeline.placeDays(in: whole, offer: $0) }), placeDays > 0, let days = days() else { return nil }
      return 100 * days / placeDays
    }
  }

  /// The sum over the line's offers; nil where one is unknown.
  private func places(_ line: Int, _ value: (String) -> Double?) -> Double? {
    var sum = 0.0
    for offer in index.offersOfKey[line] {
      guard let places = value(index.offerID(offer)) else { return nil }
      sum += places
    }
    return index.offersOfKey[line].isEmpty ? nil : sum
  }
}
