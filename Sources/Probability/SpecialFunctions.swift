internal import Glibc

/// log Γ(x) for x > 0; thread safe (Glibc's reentrant version).
public func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

/// ψ(x) = d/dx log Γ(x) for x > 0; NaN elsewhere. Recurrence up to 10, then the asymptotic series (A & S 6.3.18).
public func digamma(_ x: Double) -> Double {
  guard x > 0 else { return .nan }
  var (shift, z) = (0.0, x)
  while z < 10 {
    shift -= 1 / z
    z += 1
  }
  let r = 1 / (z * z)
  let series =
    r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - r * (691.0 / 32760 - r / 12))))))
  return shift + log(z) - 0.5 / z - series
}

/// ψ′(x) for x > 0; NaN elsewhere. Recurrence up to 10, then the asymptotic series (A & S 6.4.12).
public func trigamma(_ x: Double) -> Double {
  guard x > 0 else { return .nan }
  var (sum, z) = (0.0, x)
  while z < 10 {
    sum += 1 / (z * z)
    z += 1
  }
  let r = 1 / (z * z)
  let series =
    r * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * (5.0 / 66 - r * (691.0 / 2730 - r * 7 / 6))))))
  return sum + 1 / z + 0.5 * r + series / z
}

/// Regularised incomplete gamma functions P(a, x) = γ(a, x)/Γ(a) and Q = 1 - P, each accurate where it is small.
/// Series below a + 1, Lentz's continued fraction above (DLMF 8.11.4, 8.9.2). a > 0, x ≥ 0.
public func incompleteGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
  guard a > 0, x >= 0 else { return (.nan, .nan) }
  guard x > 0 else { return (0, 1) }
  guard x.isFinite else { return (1, 0) }
  let front = exp(a * log(x) - x - logGamma(a))
  if x < a + 1 {
    var (term, sum, n) = (1 / a, 1 / a, a)
    for _ in 0..<100_000 {
      n += 1
      term *= x / n
      sum += term
      if term < sum * 1e-17 { break }
    }
    let lower = min(1, front * sum)
    return (lower, 1 - lower)
  }
  var b = x + 1 - a
  var c = 1e300
  var d = 1 / b
  var h = d
  for i in 1..<100_000 {
    let k = -Double(i) * (Double(i) - a)
    b += 2
    d = 1 / nonZero(k * d + b)
    c = nonZero(b + k / c)
    let factor = d * c
    h *= factor
    if abs(factor - 1) < 1e-16 { break }
  }
  let upper = min(1, front * h)
  return (1 - upper, upper)
}

/// Regularised incomplete beta function I_x(a, b), a, b > 0, 0 ≤ x ≤ 1, by Lentz's continued fraction (DLMF 8.17.22).
public func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard a > 0, b > 0, x >= 0, x <= 1 else { return .nan }
  guard x > 0, x < 1 else { return x }
  let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
  return x < (a + 1) / (a + b + 2)
    ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(1 - x, b, a) / b
}

private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  var c = 1.0
  var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
  var h = d
  for i in 1..<100_000 {
    let m = Double(i)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    h *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    let factor = d * c
    h *= factor
    if abs(factor - 1) < 1e-16 { break }
  }
  return h
}

private func nonZero(_ x: Double) -> Double { abs(x) < 1e-300 ? 1e-300 : x }
