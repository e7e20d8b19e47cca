public import Placements
public import Scenarios

/// The standard places of every offer on every day of the horizon under a plan.
///
/// Unknown before an offer's first row of capacity, unless it did not exist yet (`valid_from`): then it has none.
public struct PlacesTimeline: Sendable {
  private let firstDay: Day
  private let days: Int
  /// By offer id, what the plan says of staff and rent, in the order in which it was written.
  let terms: [String: [PlaceTerms]]
  /// By offer id, the first day on which it is gone.
  let ends: [String: Day]
  /// By offer id, nil on days of which nothing is said; offers of which nothing is said at all are not in it.
  private let places: [String: [Double?]]
  private let known: Set<String>

  /// - Parameters:
  ///   - terms: a plan's, of staff and rent.
  ///   - closed: offers that the plan closes or has taken over, with the first day on which they are gone.
  ///   - until: the last day, included.
  public init(
    offers: [Offer], capacity: [CapacityStep], changes: [PlacesChange], terms: [PlaceTerms] = [], closed: [String: Day] = [:], from firstDay: Day,
    until: Day
  ) {
    self.firstDay = firstDay
    self.terms = Dictionary(grouping: terms, by: \.offer)
    let expired = offers.compactMap { offer in offer.validTo.map { (offer.id, $0.advanced(by: 1)) } }
    ends = closed.merging(expired) { min($0, $1) }
    let days = until - firstDay + 1
    self.days = days
    var steps: [String: [CapacityStep]] = [:]
    for step in capacity { steps[step.offer, default: []].append(step) }
    var places: [String: [Double?]] = [:]
    for offer in offers {
      let own = steps[offer.id] ?? []
      let changed = changes.filter { $0.offer == offer.id }
      guard !own.isEmpty || changed.contains(where: { if case .set = $0.effect { true } else { false } }) else { continue }
      places[offer.id] = Self.daily(offer, own.sorted { $0.from < $1.from }, changed, firstDay: firstDay, days: days)
    }
    self.places = places
    known = Set(places.filter { !$0.value.contains(nil) }.keys)
  }

  private static func daily(_ offer: Offer, _ steps: [CapacityStep], _ changes: [PlacesChange], firstDay: Day, days: Int) -> [Double?] {
    var values = [Double?](repeating: nil, count: days)
    for step in steps {
      let start = max(0, step.from - firstDay)
      for day in start..<max(start, days) { values[day] = step.places }
    }
    for change in changes {
      let start = max(0, change.from - firstDay)
      let end = min(days - 1, change.to.map { $0 - firstDay } ?? days - 1)
      guard start <= end else { continue }
      for day in start...end {
        switch change.effect {
        case .add(let number): values[day] = values[day].map { max(0, $0 + number) }
        case .multiply(let factor): values[day] = values[day].map { $0 * factor }
        case .set(let number): values[day] = number
        }
      }
    }
    for day in 0..<days where !exists(offer, on: firstDay.advanced(by: day)) { values[day] = 0 }
    return values
  }

  private static func exists(_ offer: Offer, on day: Day) -> Bool {
    (offer.validFrom.map { day >= $0 } ?? true) && (offer.validTo.map { day <= $0 } ?? true)
  }

  var lastDay: Day { firstDay.advanced(by: days - 1) }

  /// Those of a period that lie inside the timeline.
  func days(of period: Period) -> [Day] {
    let (first, last) = (max(period.firstDay, firstDay), min(period.lastDay, lastDay))
    return first <= last ? (0...(last - first)).map { first.advanced(by: $0) } : []
  }

  /// Nil when unknown; the day lies inside the timeline.
  func places(_ offer: String, on day: Day) -> Double? { places[offer].flatMap { $0[day - firstDay] } }

  /// Whether the places of an offer are known on every day.
  public func knows(_ offer: String) -> Bool { known.contains(offer) }

  /// Places at the end of a period inside the timeline; nil when unknown.
  public func atEnd(of period: Period, offer: String) -> Double? {
    places[offer].flatMap { $0[min(max(0, period.lastDay - firstDay), days - 1)] }
  }

  /// Place-days of a period: the sum of the places over its days; nil when unknown on one of them.
  public func placeDays(in period: Period, offer: String) -> Double? {
    guard let values = places[offer] else { return nil }
    let start = max(0, period.firstDay - firstDay)
    let end = min(days - 1, period.lastDay - firstDay)
    guard start <= end else { return 0 }
    var sum = 0.0
    for day in start...end {
      guard let places = values[day] else { return nil }
      sum += places
    }
    return sum
  }
}
