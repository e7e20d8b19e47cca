import Forecasting
import Placements

extension ResultRow {
  /// Summarises one measure of a line under a plan.
  /// - Parameters:
  ///   - values: by draw.
  ///   - base: of the plan that it is compared with, by draw.
  init(plan: Int, key: ResultKey, period: Period, measure: Measure, values: [Double], base: [Double], request: RunRequest) {
    var copy = values
    let summary = DrawSummary(&copy, level: request.level)
    let inner = request.innerLevel.map { DrawSummary(&copy, level: $0) }
    var difference = [Double](repeating: 0, count: values.count)
    var worse = 0
    var unchanged = true
    for d in values.indices {
      // Sums of millions differ in their last digits by the order in which they are added.
      let exact = values[d] - base[d]
      let change = measure.needsMoney && abs(exact) < 0.005 ? 0 : exact
      difference[d] = change
      if change != 0 { unchanged = false }
      if measure.worse == .lower ? change < 0 : change > 0 { worse += 1 }
    }
    if measure == .pClosure {
      self.init(plan: plan, key: key, period: period, measure: measure, share: values, difference: difference, worse: worse, isUnchanged: unchanged)
      return
    }
    let zero = DrawSummary(mean: 0, median: 0, lower: 0, upper: 0)
    self.init(
      plan: plan, key: key, period: period, measure: measure, value: summary, inner: inner,
      difference: unchanged ? zero : DrawSummary(&difference, level: request.level),
      probabilityWorse: measure.worse.map { _ in Double(worse) / Double(values.count) }, isUnchanged: unchanged)
  }

  /// Of what happens in a draw or does not: the share of the draws has no interval of its own.
  private init(
    plan: Int, key: ResultKey, period: Period, measure: Measure, share values: [Double], difference: [Double], worse: Int, isUnchanged: Bool
  ) {
    func mean(_ values: [Double]) -> DrawSummary {
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      return DrawSummary(mean: mean, median: mean, lower: mean, upper: mean)
    }
    self.init(
      plan: plan, key: key, period: period, measure: measure, value: mean(values), inner: nil, difference: mean(difference),
      probabilityWorse: Double(worse) / Double(max(1, values.count)), isUnchanged: isUnchanged)
  }
}
