internal import Glibc
internal import Probability

/// How the mean hangs on the linear predictor. Whole columns at a time: one dispatch per column.
public enum Link: String, Sendable, CaseIterable {
  case identity, log, logit, probit, cloglog

  /// η = g(μ) of a whole column.
  public func apply(_ mean: [Double]) -> [Double] {
    switch self {
    case .identity: mean
    case .log: mean.map { Glibc.log($0) }
    case .logit: mean.map { Glibc.log($0 / (1 - $0)) }
    case .probit: mean.map { Normal.quantile($0) }
    case .cloglog: mean.map { Glibc.log(-log1p(-$0)) }
    }
  }

  /// μ = g⁻¹(η) and dμ/dη of a whole column; all three of one length. Probabilities stay a machine epsilon away from
  /// 0 and 1, means of counts above 0.
  public func inverse(_ predictor: [Double], into mean: inout [Double], slope: inout [Double]) {
    precondition(mean.count == predictor.count && slope.count == predictor.count, "columns have equal length")
    switch self {
    case .identity:
      mean = predictor
      for i in slope.indices { slope[i] = 1 }
    case .log:
      for i in predictor.indices {
        mean[i] = max(exp(predictor[i]), Double.leastNormalMagnitude)
        slope[i] = mean[i]
      }
    case .logit: Link.fill(predictor, &mean, &slope, Link.logistic)
    case .probit: Link.fill(predictor, &mean, &slope, Link.normal)
    case .cloglog: Link.fill(predictor, &mean, &slope, Link.gompertz)
    }
  }

  @inline(__always)
  private static func fill(
    _ predictor: [Double], _ mean: inout [Double], _ slope: inout [Double], _ point: (Double) -> (Double, Double)
  ) {
    for i in predictor.indices { (mean[i], slope[i]) = point(predictor[i]) }
  }

  private static let epsilon = 0x1p-52

  private static func inside(_ p: Double) -> Double { min(max(p, epsilon), 1 - epsilon) }

  private static func logistic(_ x: Double) -> (Double, Double) {
    let e = exp(-abs(x))
    let p = x >= 0 ? 1 / (1 + e) : e / (1 + e)
    return (inside(p), max(e / ((1 + e) * (1 + e)), epsilon))
  }

  private static func normal(_ x: Double) -> (Double, Double) {
    (inside(Normal.cumulative(x)), max(Normal.density(x), epsilon))
  }

  private static func gompertz(_ x: Double) -> (Double, Double) {
    let t = exp(min(x, 700))
    return (inside(-expm1(-t)), max(t * exp(-t), epsilon))
  }
}
