import Placements

/// Places left and not taken again, for which payers pay until their notice ends, whatever the cause.
struct NoticePay {
  /// Whole months after the one in which a citizen leaves.
  let months: Int
  let length: PeriodLength
  /// By period.
  let days: [Int]
  /// Mean citizens of the periods before the first, the latest first.
  var before: [Double]

  /// A citizen leaves in the middle of a month on average: `k` whole months and half a one are paid, in means of months half of
  /// x(t − k) − x(t) and half of x(t − k − 1) − x(t), each where above zero. In longer periods the paid days' share of the period.
  /// Nobody pays for a place that is no longer there: those whom a cut, a closing or a takeover moved gave no notice.
  /// - Parameters:
  ///   - served: `[period][draw]`, on average over the period.
  ///   - places: on average over the period; nil where unknown, empty where they stay as they are.
  ///   - announced: those who leave in the period after their notice, likewise; empty for none.
  /// - Returns: empty places that are paid for, likewise.
  func paidEmpty(_ served: [[Double]], places: [Double?] = [], announced: [[Double]] = []) -> [[Double]] {
    guard let draws = served.first?.count else { return [] }
    let most = crowding(served, places: places)
    func citizens(_ step: Int, _ d: Int) -> Double {
      step >= 0 ? served[step][d] : before.isEmpty ? served[0][d] : before[min(-step - 1, before.count - 1)]
    }
    return served.indices.map { t in
      let limit = places.indices.contains(t) ? places[t].map { $0 * most } ?? .infinity : .infinity
      func told(_ back: Int, _ d: Int) -> Double { announced.isEmpty ? 0 : (max(0, t - back)...t).reduce(0) { $0 + announced[$1][d] } }
      func fall(_ back: Int, _ d: Int) -> Double { max(0, min(citizens(t - back, d), limit) - served[t][d] - told(back, d)) }
      return (0..<draws).map { d in
        guard length != .month else { return (fall(months, d) + fall(months + 1, d)) / 2 }
        return min(1, (Double(months) + 0.5) * 365.25 / 12 / Double(days[t])) * fall(1, d)
      }
    }
  }

  /// Citizens that a place serves at most, as far as any period shows, at least 1: an offer with more citizens than places is no cut.
  private func crowding(_ served: [[Double]], places: [Double?]) -> Double {
    guard let first = places.first, let now = first, now > 0 else { return 1 }
    return max(1, (before.max() ?? 0) / now, (served[0].max() ?? 0) / now)
  }
}
