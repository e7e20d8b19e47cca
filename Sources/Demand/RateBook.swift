import Glibc
import Placements
import Probability

/// Piecewise-constant rates of one municipality in one draw, with their running integrals, computed when first asked for.
///
/// Rows are strata; times are days from the origin. One book serves the base, one more each scenario.
final class RateBook {
  enum Row: Int {
    case homecoming, otherExit, admission, homecomingCount, otherExitCount

    /// Counts arrive in clusters; the others are hazards of each citizen.
    var isCounted: Bool { self != .homecoming && self != .otherExit }
  }

  let horizon: Int
  let strata: Int
  let edges: [Double]
  /// `rate[(row · strata + stratum) · horizon + period]` per day; for counts: clusters per day.
  var rate: [Double]
  /// `integral[(row · strata + stratum) · (horizon + 1) + edge]`.
  var integral: [Double]
  /// Mean events of a period, for the size of clusters; admission and count rows only.
  var mean: [Double]
  private var isReady: [Bool]

  init(edges: [Double], strata: Int) {
    horizon = edges.count - 1
    self.edges = edges
    self.strata = strata
    rate = [Double](repeating: 0, count: 5 * strata * horizon)
    integral = [Double](repeating: 0, count: 5 * strata * (horizon + 1))
    mean = [Double](repeating: 0, count: 5 * strata * horizon)
    isReady = [Bool](repeating: false, count: 5 * strata)
  }

  func clear() {
    for index in isReady.indices { isReady[index] = false }
  }

  @inline(__always)
  func ready(_ row: Row, _ stratum: Int) -> Bool { isReady[row.rawValue * strata + stratum] }

  @inline(__always)
  func rateStart(_ row: Row, _ stratum: Int) -> Int { (row.rawValue * strata + stratum) * horizon }

  @inline(__always)
  func integralStart(_ row: Row, _ stratum: Int) -> Int { (row.rawValue * strata + stratum) * (horizon + 1) }

  /// Takes over a row's rates (per day) and means, and integrates them.
  func set(_ row: Row, _ stratum: Int, rates: [Double], means: [Double]) {
    let r = rateStart(row, stratum)
    let c = integralStart(row, stratum)
    var sum = 0.0
    integral[c] = 0
    for t in 0..<horizon {
      rate[r + t] = rates[t]
      sum += rates[t] * (edges[t + 1] - edges[t])
      integral[c + t + 1] = sum
    }
    if row.isCounted { for t in 0..<horizon { mean[r + t] = means[t] } }
    isReady[row.rawValue * strata + stratum] = true
  }

  /// The time at which the integral from `start` on (in period `period`) reaches `amount`; infinite beyond the horizon.
  @inline(__always)
  func crossing(_ row: Row, _ stratum: Int, start: Double, period: Int, amount: Double) -> Double {
    let r = rateStart(row, stratum)
    let c = integralStart(row, stratum)
    let wanted = integral[c + period] + rate[r + period] * (start - edges[period]) + amount
    guard wanted < integral[c + horizon] else { return .infinity }
    var t = period
    while integral[c + t + 1] <= wanted { t += 1 }
    return edges[t] + (wanted - integral[c + t]) / rate[r + t]
  }
}

/// Rate of clusters whose sizes follow the logarithmic series so that counts are negative binomial with this mean:
/// θ ln(1 + μ/θ). Quenouille, Biometrics 5 (1949).
@inline(__always)
func clusterRate(mean: Double, theta: Double) -> Double {
  let x = mean / theta
  if x < 0.03 { return mean * (1 - x * (0.5 - x * (1.0 / 3 - x * 0.25))) }
  return theta * log1p(x)
}
