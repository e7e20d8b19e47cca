import Capacity
import Placements

/// Citizens served and places of an offer by future period under one alternative.
struct AlternativePath {
  /// `[period][draw]`, on average over the period.
  var served: [[Double]]
  /// On average over the period; nil where unknown.
  var places: [Double?]
  /// At the origin; nil where unknown.
  var placesNow: Double?
  /// Standard places for which costs are held where a plan says how many are staffed, likewise; empty where they are the places.
  var costed: [Double?] = []
  var costedNow: Double?
  /// Places that may be occupied then; empty where all of them may.
  var staffed: [Double?] = []
  /// Kroner by period that the plan's places cost in rent; empty for none.
  var rent: [Double] = []
  /// Citizens at the decision.
  var opening = 0.0
  /// Of those who are there when a period begins or come in it, the share that is there at its end, in 0...1, `[period][draw]`.
  var staying: [[Double]] = []
  /// Citizens that are served a place at most, at least 1.
  var crowding = 1.0
  /// Nil where payers pay from day to day.
  var notice: NoticePay?
  /// Empty places that payers pay for under notice, `[period][draw]`; empty for none.
  var paidEmpty: [[Double]] = []
  /// Citizens to whose leaving costs have adapted more than by the day, since it was announced, `[period][draw]`; empty for none.
  var early: [[Double]] = []
  /// The first period with other places; nil where there is none inside the horizon.
  var adapted: Int?

  /// Nobody comes after the decision. Those of now leave of themselves as they do where the offer carries on; the rest move out
  /// evenly after the residents' notice, for which nobody pays further.
  func closing(after periods: Int, noticePeriods: Int) -> AlternativePath {
    var path = self
    path.adapted = periods < served.count ? periods : nil
    let draws = served.first?.count ?? 0
    var present = [Double](repeating: opening, count: draws)
    // Falls by own leavers alone.
    var unmoved = present
    var own = served
    for step in served.indices {
      let most = opening * Self.left(atEndOf: step, closing: periods, notice: noticePeriods)
      for d in 0..<draws {
        let stay = step < periods ? present[d] * staying[step][d] : 0
        let leavers = step < periods ? present[d] - stay : 0
        let next = min(stay, most)
        let mean = step < periods ? (present[d] + next) / 2 : 0
        path.served[step][d] = usable(step).map { min(mean, $0 * crowding) } ?? mean
        own[step][d] = unmoved[d] - leavers / 2
        unmoved[d] -= leavers
        present[d] = next
      }
      if step >= periods { path.close(step) }
    }
    path.early = Self.ending(early, at: periods)
    guard let notice else { return path }
    path.paidEmpty = notice.paidEmpty(own)
    // A closed offer sends no bills.
    for step in served.indices.dropFirst(periods) { path.paidEmpty[step] = [Double](repeating: 0, count: draws) }
    return path
  }

  private mutating func close(_ step: Int) {
    places[step] = places[step].map { _ in 0 }
    if !costed.isEmpty { costed[step] = 0 }
    if !staffed.isEmpty { staffed[step] = 0 }
    if !rent.isEmpty { rent[step] = 0 }
  }

  /// Places that may be occupied; nil where unknown.
  private func usable(_ step: Int) -> Double? { staffed.isEmpty ? places[step] : staffed[step] }

  /// Those of now who have not left of themselves so many periods later, by draw: they must move.
  func survivors(after periods: Int) -> [Double] {
    var left = [Double](repeating: opening, count: served.first?.count ?? 0)
    for step in staying.prefix(periods) { for d in left.indices { left[d] *= step[d] } }
    return left
  }

  /// Share of the residents at the end of a period: all of them until the notice is over, nobody at closing.
  static func left(atEndOf step: Int, closing: Int, notice: Int) -> Double {
    guard step + 1 < closing else { return 0 }
    guard step >= notice else { return 1 }
    return 1 - Double(step + 1 - notice) / Double(closing - notice)
  }

  /// Fewer places from a period on; no more citizens than places. Whom the cut moves gave no notice.
  func reducing(to places: Double, from start: Int) -> AlternativePath {
    var path = self
    path.adapted = start
    func capped(_ values: [Double]) -> [Double] { values.map { min($0, places) } }
    for step in start..<max(start, served.count) {
      path.places[step] = path.places[step].map { min($0, places) }
      // Who is left without a place to work at goes with it.
      if !staffed.isEmpty, let own = staffed[step], own > places {
        path.staffed[step] = places
        path.costed[step] = costed[step].map { $0 * places / own }
      }
      path.served[step] = capped(served[step])
    }
    path.early = Self.ending(early, at: start)
    guard var notice, !paidEmpty.isEmpty else { return path }
    // As if the cut had always held, so that it is no fall.
    notice.before = capped(notice.before)
    path.paidEmpty = Array(paidEmpty.prefix(start)) + notice.paidEmpty(served.map(capped)).dropFirst(start)
    return path
  }

  /// What it earns and costs by calendar year.
  func money(_ watch: ResultWatch, from origin: Period) -> ResultWatch {
    var watch = watch
    for step in served.indices { take(step, into: &watch, from: origin) }
    return watch
  }

  /// Takes one period. Where places are cut their costs go with them, and what had still to be adapted of the empty ones is adapted.
  func take(_ step: Int, into watch: inout ResultWatch, from origin: Period) {
    if step == adapted || isCut(step) { watch.adapt() }
    watch.observe(
      served[step], in: origin.advanced(by: step + 1), places: held(step), paidEmpty: paidEmpty.isEmpty ? nil : paidEmpty[step],
      early: early.isEmpty ? nil : early[step], rent: rent.isEmpty ? 0 : rent[step])
  }

  private static func ending(_ values: [[Double]], at period: Int) -> [[Double]] {
    values.indices.map { $0 < period ? values[$0] : values[$0].map { _ in 0 } }
  }

  var cuts: [Int] { served.indices.filter(isCut) }

  /// Places for which costs are held.
  private func held(_ step: Int) -> Double? { costed.isEmpty ? places[step] : costed[step] }

  private func isCut(_ step: Int) -> Bool {
    guard let now = held(step), let before = step == 0 ? (costed.isEmpty ? placesNow : costedNow) : held(step - 1) else { return false }
    return now < before - 1e-9
  }
}
