internal import Glibc

/// The log of a sum of series, chained over periods from those that are known in both: a series that appears, vanishes or
/// has a hole moves no sum. With complete series it is the log of the sum itself, less its first value.
struct ChainIndex {
  /// `[period]`, 0 in the first.
  let level: [Double]
  /// `[period]` change from the period before; NaN in the first and where no series is known in both.
  let change: [Double]

  /// - Parameter logs: `[series][period]`, NaN where unknown.
  init(_ logs: [[Double]], members: [Int], count: Int) {
    var level = [Double](repeating: 0, count: count)
    var change = [Double](repeating: .nan, count: count)
    for t in 1..<max(1, count) {
      var (before, now) = (0.0, 0.0)
      for series in members where !logs[series][t].isNaN && !logs[series][t - 1].isNaN {
        before += exp(logs[series][t - 1])
        now += exp(logs[series][t])
      }
      if before > 0 { change[t] = log(now / before) }
      level[t] = level[t - 1] + (change[t].isNaN ? 0 : change[t])
    }
    self.level = level
    self.change = change
  }
}
