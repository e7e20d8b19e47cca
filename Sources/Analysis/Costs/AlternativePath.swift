import Capacity
import Placements

/// Citizens served and places of an offer by future period under one alternative.
struct AlternativePath {
  /// `[period][draw]`, on average over the period.
  var served: [[Double]]
  /// On average over the period; nil where unknown.
  var places: [Double?]
  /// Empty places that payers pay for under notice, likewise; empty for none.
  var paidEmpty: [[Double]] = []
  /// The first period with other places; nil where there is none inside the horizon.
  var adapted: Int?

  /// Nobody comes after the decision, and those who are left move out evenly after the residents' notice.
  ///
  /// Without those who come anew, there are never more than at any earlier time of the path: its running minimum.
  func closing(after periods: Int, noticePeriods: Int) -> AlternativePath {
    var path = self
    path.paidEmpty = []
    path.adapted = periods < served.count ? periods : nil
    let opening = served.first ?? []
    var least = opening
    for step in served.indices {
      let share = Self.left(step, closing: periods, notice: noticePeriods)
      for d in least.indices {
        least[d] = min(least[d], served[step][d])
        path.served[step][d] = min(least[d], opening[d] * share)
      }
      if step >= periods { path.places[step] = path.places[step].map { _ in 0 } }
    }
    return path
  }

  /// Those who leave of themselves before closing, by draw: the rest must move.
  func leftAtClosing(after periods: Int) -> [Double] {
    guard var least = served.first else { return [] }
    for step in served.prefix(periods) { for d in least.indices { least[d] = min(least[d], step[d]) } }
    return least
  }

  /// Share of the residents in the middle of a period: all of them until the notice is over, nobody from closing on.
  static func left(_ step: Int, closing: Int, notice: Int) -> Double {
    guard step < closing else { return 0 }
    guard step >= notice else { return 1 }
    return 1 - (Double(step - notice) + 0.5) / Double(closing - notice)
  }

  /// Fewer places from a period on; no more citizens than places.
  func reducing(to places: Double, from start: Int) -> AlternativePath {
    var path = self
    path.adapted = start
    for step in start..<max(start, served.count) {
      path.places[step] = path.places[step].map { min($0, places) }
      path.served[step] = served[step].map { min($0, places) }
    }
    return path
  }

  /// What it earns and costs by calendar year.
  func money(_ watch: ResultWatch, from origin: Period) -> ResultWatch {
    var watch = watch
    for step in served.indices {
      if step == adapted { watch.adapt() }
      watch.observe(
        served[step], in: origin.advanced(by: step + 1), places: places[step], paidEmpty: paidEmpty.isEmpty ? nil : paidEmpty[step])
    }
    return watch
  }

  /// Places left and not taken again, for which payers pay until their notice ends, whatever the cause.
  ///
  /// A citizen leaves in the middle of a month on average: `k` whole months and half a one are paid, in means of months half of
  /// x(t − k) − x(t) and half of x(t − k − 1) − x(t), each where above zero. In longer periods the paid days' share of the period.
  /// - Parameter before: mean citizens of the periods before the first, the latest first.
  static func paidEmpty(_ served: [[Double]], before: [Double], notice: RuleSet.Notice, length: PeriodLength, days: [Int]) -> [[Double]] {
    guard case .currentMonthPlus(let months) = notice, let draws = served.first?.count else { return [] }
    func citizens(_ step: Int, _ d: Int) -> Double {
      step >= 0 ? served[step][d] : before.isEmpty ? served[0][d] : before[min(-step - 1, before.count - 1)]
    }
    return served.indices.map { t in
      (0..<draws).map { d in
        let now = served[t][d]
        guard length != .month else { return (max(0, citizens(t - months, d) - now) + max(0, citizens(t - months - 1, d) - now)) / 2 }
        let share = min(1, (Double(months) + 0.5) * 365.25 / 12 / Double(days[t]))
        return share * max(0, citizens(t - 1, d) - now)
      }
    }
  }
}
