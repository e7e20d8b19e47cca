import Capacity
import Placements

/// How much of its demand one offer serves, as its results and the bills count it: no more than it has places, or than live there now
/// where that is more. Whom it cannot take is not moved to another offer.
struct ServedLimit {
  private let timeline: PlacesTimeline
  private let offer: String
  /// Citizens over places now, at least 1.
  let crowding: Double

  /// - Parameters:
  ///   - now: standard places at the origin; nil where unknown.
  ///   - citizens: on average over the last observed period; nil where unknown.
  init(_ timeline: PlacesTimeline, offer: String, now: Double?, citizens: Double?) {
    self.timeline = timeline
    self.offer = offer
    crowding = now.map { $0 > 0 ? max(1, (citizens ?? 0) / $0) : 1 } ?? 1
  }

  /// Standard places on average; nil where unknown, and without a limit.
  func places(in period: Period) -> Double? { timeline.placeDays(in: period, offer: offer).map { $0 / Double(period.days) } }

  /// Of occupied days wanted in a period, those served, by draw.
  func served(_ days: [Double], in period: Period) -> [Double] {
    guard let placeDays = timeline.placeDays(in: period, offer: offer) else { return days }
    return days.map { min($0, placeDays * crowding) }
  }

  /// A payer's part of the days served: in each draw as large as its part of the days wanted, so that all payers' add up to them.
  /// - Parameters:
  ///   - days: the payer's days wanted, by draw.
  ///   - all: everybody's, along the same draws.
  func served(_ days: [Double], of all: [Double], in period: Period) -> [Double] {
    zip(days, zip(all, served(all, in: period))).map { own, offer in offer.0 > offer.1 ? own * offer.1 / offer.0 : own }
  }
}
