internal import Glibc
internal import Probability

/// Whether past changes go on: the regression through the origin of what followed on the damped continuation of the
/// exponentially weighted past change, over all series and origins.
///
/// It is read off the deviations from the common path, of which there are many, since a handful of years says little about
/// the common path itself: flows return to a level (the coefficient is negative), stocks integrate net flows that change
/// slowly (it is positive).
struct SlopeEvidence {
  /// Share of past change that went on.
  let coefficient: Double
  /// Clustered by series; infinite where it cannot be told.
  let standardError: Double

  static let none = SlopeEvidence(coefficient: 0, standardError: .infinity)

  /// From 0 (changes do not go on, or nobody knows) to 1: how much more likely than not the coefficient is above 0.
  var weight: Double {
    guard standardError.isFinite, standardError > 0 else { return 0 }
    return max(0, 2 * Normal.cumulative(coefficient / standardError) - 1)
  }

  private init(coefficient: Double, standardError: Double) {
    self.coefficient = coefficient
    self.standardError = standardError
  }

  /// - Parameters:
  ///   - rows: `[series][period]`, NaN where unknown.
  ///   - decay: of the weights of past changes, a period.
  ///   - damping: share of a slope that is left a period later.
  ///   - first: periods that the first origin has seen.
  init(_ rows: [[Double]], horizon: Int, decay: Double, damping: Double, first: Int) {
    let moments = rows.compactMap { Self.moments($0, horizon: horizon, decay: decay, damping: damping, first: first) }
    let squares = moments.reduce(0) { $0 + $1.squares }
    guard moments.count > 1, squares > 0 else {
      self = .none
      return
    }
    let slope = moments.reduce(0) { $0 + $1.products } / squares
    let spread = moments.reduce(0) { sum, one in
      let rest = one.products - slope * one.squares
      return sum + rest * rest
    }
    let number = Double(moments.count)
    coefficient = slope
    standardError = sqrt(spread * number / (number - 1)) / squares
  }

  private static func moments(
    _ row: [Double], horizon: Int, decay: Double, damping: Double, first: Int
  ) -> (products: Double, squares: Double)? {
    let scale = LevelSmoothing.meanSquaredChange(row)
    guard scale.isFinite else { return nil }
    var (products, squares, sum, weights) = (0.0, 0.0, 0.0, 0.0)
    for origin in row.indices.dropFirst() {
      sum *= decay
      weights *= decay
      if !row[origin].isNaN, !row[origin - 1].isNaN {
        sum += row[origin] - row[origin - 1]
        weights += 1
      }
      guard origin >= first - 1, weights > 0, !row[origin].isNaN else { continue }
      var (continued, step) = (0.0, 1.0)
      for t in (origin + 1)..<max(origin + 1, min(row.count, origin + 1 + horizon)) {
        step *= damping
        continued += step * sum / weights
        guard !row[t].isNaN else { continue }
        products += (row[t] - row[origin]) * continued / scale
        squares += continued * continued / scale
      }
    }
    return squares > 0 ? (products, squares) : nil
  }
}
