public import Glibc

/// A source of random numbers, and the distributions made of them by IEEE arithmetic and libm's `log`, `exp`, `pow`.
public protocol UniformStream {
  /// Uniform on (0, 1), never 0 or 1.
  mutating func nextUniform() -> Double
}

extension UniformStream {
  /// Exponential with mean 1.
  @inlinable @inline(__always)
  public mutating func nextExponential() -> Double { -log(nextUniform()) }

  /// Standard normal by Marsaglia's polar method; the second number of a pair is not kept.
  @inlinable
  public mutating func nextNormal() -> Double { nextNormalPair().0 }

  /// Two independent standard normals, the pair of the polar method.
  @inlinable
  public mutating func nextNormalPair() -> (Double, Double) {
    while true {
      let u = 2 * nextUniform() - 1
      let v = 2 * nextUniform() - 1
      let s = u * u + v * v
      if s < 1 && s > 0 {
        let scale = (-2 * log(s) / s).squareRoot()
        return (u * scale, v * scale)
      }
    }
  }

  /// Gamma with the given shape > 0 and scale 1 (Marsaglia & Tsang 2000; below shape 1 boosted by U^(1/shape)).
  @inlinable
  public mutating func nextGamma(_ shape: Double) -> Double {
    precondition(shape > 0, "gamma needs a positive shape")
    if shape < 1 {
      let boost = log(nextUniform()) / shape
      return nextGamma(shape + 1) * exp(boost)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = nextNormal()
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      let u = nextUniform()
      let square = x * x
      if u < 1 - 0.0331 * square * square { return d * v }
      if log(u) < 0.5 * square + d * (1 - v + log(v)) { return d * v }
    }
  }

  /// Poisson with the given mean ≥ 0: products of uniforms below 10, PTRS (Hörmann 1993) above.
  @inlinable
  public mutating func nextPoisson(_ mean: Double) -> Int {
    precondition(mean >= 0 && mean < 1e15, "a Poisson mean is not negative")
    if mean < 10 {
      if mean == 0 { return 0 }
      let limit = exp(-mean)
      var count = 0
      var product = nextUniform()
      while product > limit {
        count += 1
        product *= nextUniform()
      }
      return count
    }
    return nextLargePoisson(mean)
  }

  @inlinable
  mutating func nextLargePoisson(_ mean: Double) -> Int {
    let logMean = log(mean)
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let logInverseAlpha = log(1.1239 + 1.1328 / (b - 3.4))
    let vr = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = nextUniform() - 0.5
      let v = nextUniform()
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07 && v <= vr { return Int(k) }
      if k < 0 || (us < 0.013 && v > us) { continue }
      let bound = k * logMean - mean - logFactorial(k)
      if log(v) + logInverseAlpha - log(a / (us * us) + b) <= bound { return Int(k) }
    }
  }

  /// Logarithmic series on 1, 2, …: P(k) = -p^k / (k log(1-p)), 0 ≤ p < 1 (Kemp 1981).
  @inlinable
  public mutating func nextLogSeries(_ p: Double) -> Int {
    precondition(p >= 0 && p < 1, "the logarithmic series needs 0 ≤ p < 1")
    let v = nextUniform()
    if v >= p { return 1 }
    let u = nextUniform()
    let q = -expm1(log1p(-p) * u)
    if q <= 0 { return 1 }
    if v <= q * q { return Int((1 + log(v) / log(q)).rounded(.down)) }
    return v <= q ? 2 : 1
  }

  /// Binomial: successes in `n` ≥ 0 trials. Inversion where n·min(p, 1-p) < 30, else by beta order statistics
  /// (Relles 1972) down to such a case.
  @inlinable
  public mutating func nextBinomial(_ n: Int, _ p: Double) -> Int {
    precondition(n >= 0 && p >= 0 && p <= 1, "a binomial needs n ≥ 0 and 0 ≤ p ≤ 1")
    if p > 0.5 { return n - nextBinomial(n, 1 - p) }
    var (left, chance, found) = (n, p, 0)
    while Double(left) * chance >= 30 {
      // The k-th smallest of `left` uniforms is Beta(k, left + 1 - k).
      let k = (left + 1) / 2
      let x = nextGamma(Double(k))
      let y = nextGamma(Double(left + 1 - k))
      let cut = x / (x + y)
      if cut <= chance {
        found += k
        left -= k
        chance = (chance - cut) / (1 - cut)
      } else {
        left = k - 1
        chance = chance / cut
      }
      if chance > 0.5 { return found + nextBinomial(left, min(1, chance)) }
    }
    return found + nextSmallBinomial(left, chance)
  }

  @inlinable
  mutating func nextSmallBinomial(_ n: Int, _ p: Double) -> Int {
    if n == 0 || p <= 0 { return 0 }
    let odds = p / (1 - p)
    let start = exp(Double(n) * log1p(-p))
    while true {
      var rest = nextUniform()
      var term = start
      var k = 0
      while rest > term && k <= n {
        rest -= term
        term *= odds * Double(n - k) / Double(k + 1)
        k += 1
      }
      if k <= n { return k }
    }
  }
}

/// log k! for whole k ≥ 0: Stirling's series from 10 on, a sum of logarithms below.
@inlinable
func logFactorial(_ k: Double) -> Double {
  if k < 10 {
    var product = 1.0
    var i = 2.0
    while i <= k {
      product *= i
      i += 1
    }
    return log(product)
  }
  let x = k + 1
  let r = 1 / (x * x)
  let series = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r / 1680))) / x
  return (x - 0.5) * log(x) - x + 0.918938533204672741780329736406 + series
}
