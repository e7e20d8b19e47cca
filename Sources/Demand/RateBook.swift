import Glibc
import Placements
import Probability

/// Piecewise-constant rates of one municipality in one draw, with their running integrals, computed when first asked for.
///
/// Rows are strata; times are days from the origin. One book serves the base, one more each scenario. Bare memory, since
/// every access of the inner loop would else check for exclusive access and uniqueness.
final class RateBook {
  enum Row: Int {
    case homecoming, otherExit, admission, homecomingCount, otherExitCount

    /// Counts arrive in clusters; the others are hazards of each citizen.
    var isCounted: Bool { self != .homecoming && self != .otherExit }

    static let count = 5
  }

  let horizon: Int
  let strata: Int
  private let edges: UnsafeMutablePointer<Double>
  /// `rate[(row · strata + stratum) · horizon + period]` per day; for counts: clusters per day.
  private let rate: UnsafeMutablePointer<Double>
  /// `integral[(row · strata + stratum) · (horizon + 1) + edge]`.
  private let integral: UnsafeMutablePointer<Double>
  /// Mean events of a period, for the size of clusters; admission and count rows only.
  private let mean: UnsafeMutablePointer<Double>
  private let isReady: UnsafeMutablePointer<Bool>

  init(edges: [Double], strata: Int) {
    horizon = edges.count - 1
    self.strata = strata
    self.edges = Self.memory(edges.count, 0.0)
    for index in edges.indices { self.edges[index] = edges[index] }
    rate = Self.memory(Row.count * strata * horizon, 0.0)
    integral = Self.memory(Row.count * strata * (horizon + 1), 0.0)
    mean = Self.memory(Row.count * strata * horizon, 0.0)
    isReady = Self.memory(Row.count * strata, false)
  }

  private static func memory<Value>(_ count: Int, _ value: Value) -> UnsafeMutablePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: max(1, count))
    pointer.initialize(repeating: value, count: max(1, count))
    return pointer
  }

  deinit {
    edges.deallocate()
    rate.deallocate()
    integral.deallocate()
    mean.deallocate()
    isReady.deallocate()
  }

  func clear() {
    for index in 0..<Row.count * strata { isReady[index] = false }
  }

  @inline(__always)
  func ready(_ row: Row, _ stratum: Int) -> Bool { isReady[row.rawValue * strata + stratum] }

  @inline(__always)
  func rateStart(_ row: Row, _ stratum: Int) -> Int { (row.rawValue * strata + stratum) * horizon }

  @inline(__always)
  func integralStart(_ row: Row, _ stratum: Int) -> Int { (row.rawValue * strata + stratum) * (horizon + 1) }

  /// Takes over a row's rates (per day) and means, and integrates them.
  func set(_ row: Row, _ stratum: Int, rates: UnsafePointer<Double>, means: UnsafePointer<Double>) {
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

  @inline(__always)
  func integralEnd(_ row: Row, _ stratum: Int) -> Double { integral[integralStart(row, stratum) + horizon] }

  /// When the integral reaches `reached`, in which period, and the period's mean count.
  @inline(__always)
  func arrival(_ row: Row, _ stratum: Int, reached: Double) -> (time: Double, period: Int, mean: Double) {
    let c = integralStart(row, stratum)
    var t = 0
    while integral[c + t + 1] <= reached { t += 1 }
    let r = rateStart(row, stratum)
    let time = edges[t] + (reached - integral[c + t]) / rate[r + t]
    return (min(time, edges[t + 1].nextDown), t, mean[r + t])
  }
}

/// Rate of clusters whose sizes follow the logarithmic series so that counts are negative binomial with this mean:
/// θ ln(1 + μ/θ). Quenouille, Biometrics 5 (1949).
@inline(__always)
func clusterRate(mean: Double, theta: Double) -> Double {
  let x = mean / theta
  // ln(1 + x) by its series: below 0.1 the first term left out is under 2e-8 of the sum.
  if x < 0.1 { return mean * (1 - x * (1 / 2.0 - x * (1 / 3.0 - x * (1 / 4.0 - x * (1 / 5.0 - x * (1 / 6.0 - x / 7.0)))))) }
  return theta * log1p(x)
}
