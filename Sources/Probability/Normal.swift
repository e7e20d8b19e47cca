internal import Glibc

/// The standard normal distribution.
public enum Normal {
  private static let logRootTwoPi = 0.918938533204672741780329736406

  public static func density(_ x: Double) -> Double { exp(logDensity(x)) }
  public static func logDensity(_ x: Double) -> Double { -0.5 * x * x - logRootTwoPi }

  /// P(Z ≤ x); relative accuracy in the lower tail down to underflow at about -38.
  public static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

  /// P(Z > x); relative accuracy in the upper tail.
  public static func upper(_ x: Double) -> Double { 0.5 * erfc(x * 0.5.squareRoot()) }

  /// log P(Z ≤ x), finite for every finite x. Below -37 by the asymptotic series of Mills' ratio (Abramowitz & Stegun 26.2.12).
  public static func logCumulative(_ x: Double) -> Double {
    if x > 5 { return log1p(-upper(x)) }
    if x > -37 { return log(cumulative(x)) }
    let inverse = 1 / (x * x)
    return logDensity(x) - log(-x) + log1p(-inverse * (1 - 3 * inverse * (1 - 5 * inverse)))
  }

  /// φ(x) / Φ(x), the inverse Mills ratio of the lower tail; about -x far below zero, never NaN for finite x.
  public static func hazardBelow(_ x: Double) -> Double { exp(logDensity(x) - logCumulative(x)) }

  /// The x with P(Z ≤ x) = p. Algorithm AS 241 (Wichura 1988), then one Halley step. -∞ at 0, ∞ at 1, NaN outside.
  public static func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    let x = wichura(p)
    let error = p <= 0.5 ? cumulative(x) - p : (1 - p) - upper(x)
    let step = error / density(x)
    guard step.isFinite else { return x }
    return x - step / (1 + 0.5 * x * step)
  }

  private static func wichura(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * ratio(r, central)
    }
    var r = (-log(q < 0 ? p : 1 - p)).squareRoot()
    let size: Double
    if r <= 5 {
      r -= 1.6
      size = ratio(r, middle)
    } else {
      r -= 5
      size = ratio(r, far)
    }
    return q < 0 ? -size : size
  }

  private static func ratio(_ r: Double, _ c: (top: [Double], bottom: [Double])) -> Double {
    c.top.reversed().reduce(0) { $0 * r + $1 } / c.bottom.reversed().reduce(0) { $0 * r + $1 }
  }

  private static let central = (
    top: [
      3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ],
    bottom: [
      1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
      3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ]
  )
  private static let middle = (
    top: [
      1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
      1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ],
    bottom: [
      1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
      1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ]
  )
  private static let far = (
    top: [
      6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ],
    bottom: [
      1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
      1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ]
  )
}
