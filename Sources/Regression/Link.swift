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
    predictor.withUnsafeBufferPointer { source in
      mean.withUnsafeMutableBufferPointer { mean in
        slope.withUnsafeMutableBufferPointer { slope in
          guard let from = source.baseAddress, let first = mean.baseAddress, let second = slope.baseAddress else { return }
          inverse(from, 0..<source.count, into: first, slope: second)
        }
      }
    }
  }

  /// The same for some rows of columns.
  func inverse(
    _ predictor: UnsafePointer<Double>, _ rows: Range<Int>, into mean: UnsafeMutablePointer<Double>,
    slope: UnsafeMutablePointer<Double>
  ) {
    switch self {
    case .identity:
      for i in rows { (mean[i], slope[i]) = (predictor[i], 1) }
    case .log:
      for i in rows {
        mean[i] = max(exp(predictor[i]), Double.leastNormalMagnitude)
        slope[i] = mean[i]
      }
    case .logit: for i in rows { (mean[i], slope[i]) = Link.logistic(predictor[i]) }
    case .probit: for i in rows { (mean[i], slope[i]) = Link.normal(predictor[i]) }
    case .cloglog: for i in rows { (mean[i], slope[i]) = Link.gompertz(predictor[i]) }
    }
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
