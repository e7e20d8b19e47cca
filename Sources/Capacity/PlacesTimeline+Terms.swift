public import Placements
import Scenarios

/// What a plan says of staff and rent, besides the places.
extension PlacesTimeline {
  /// Whether the plan says how many of the offer's places are staffed on any day.
  public func statesStaff(of offer: String) -> Bool { terms[offer]?.contains { $0.staffed != nil } ?? false }

  /// Staffed places at the end of a period, as the plan states them; never more than the places, nil where it does not.
  public func staffedAtEnd(of period: Period, offer: String) -> Double? {
    atEnd(of: period, offer: offer).flatMap { places in staffed(offer, on: min(period.lastDay, lastDay)).map { min($0, places) } }
  }

  /// The sum over the days of a period of what is made of the day's places and of the staffed ones, which are never more; nil where the
  /// places of a day are unknown.
  /// - Parameter value: of the places, and of the staffed ones; nil on a day of which the plan says nothing.
  public func sum(in period: Period, offer: String, _ value: (_ places: Double, _ staffed: Double?) -> Double) -> Double? {
    var sum = 0.0
    for day in days(of: period) {
      guard let places = places(offer, on: day) else { return nil }
      sum += value(places, staffed(offer, on: day).map { min($0, places) })
    }
    return sum
  }

  /// What the plan's rents come to in a period, kroner: a year's rent is spread over the days of its year.
  public func rent(in period: Period, offer: String) -> Double {
    (terms[offer] ?? []).reduce(0) { sum, own in
      guard let rent = own.rent else { return sum }
      let last = [own.to, ends[offer]?.advanced(by: -1), period.lastDay].compactMap(\.self).min() ?? period.lastDay
      return sum + rent * Double(max(0, last - max(own.from, period.firstDay) + 1)) / Double(period.enclosing(.year).days)
    }
  }

  /// The last change that says it holds.
  private func staffed(_ offer: String, on day: Day) -> Double? {
    terms[offer]?.last { $0.staffed != nil && $0.from <= day && $0.to.map { $0 >= day } ?? true }?.staffed
  }
}
