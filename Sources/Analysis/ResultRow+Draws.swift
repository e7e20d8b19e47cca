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
      let change = values[d] - base[d]
      difference[d] = change
      if change != 0 { unchanged = false }
      if measure.worse == .lower ? change < 0 : change > 0 { worse += 1 }
    }
    let zero = DrawSummary(mean: 0, median: 0, lower: 0, upper: 0)
    self.init(
      plan: plan, key: key, period: period, measure: measure, value: summary, inner: inner,
      difference: unchanged ? zero : DrawSummary(&difference, level: request.level),
      probabilityWorse: measure.worse.map { _ in Double(worse) / Double(values.count) }, isUnchanged: unchanged)
  }
}
