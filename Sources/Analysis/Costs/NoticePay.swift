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
  /// - Parameter served: `[period][draw]`, on average over the period.
  /// - Returns: empty places that are paid for, likewise.
  func paidEmpty(_ served: [[Double]]) -> [[Double]] {
    guard let draws = served.first?.count else { return [] }
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
