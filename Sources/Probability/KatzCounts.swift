/// Counts of lanes whose probabilities satisfy P(k + 1) / P(k) = (a + b k) / (k + 1): binomial for b < 0, Poisson for
/// b = 0, negative binomial for b > 0 (Katz 1965; the (a, b, 0) class of Panjer, ASTIN Bulletin 12, 1981).
///
/// Drawn by inversion of the upper tail in single precision, whose rounding moves probabilities by 3e-6 at most.
public struct KatzCounts {
  /// P(more than 0), not above 1.
  @usableFromInline let tail: Lanes
  @usableFromInline let none: Lanes
  @usableFromInline let a: Lanes
  @usableFromInline let b: Lanes

  /// Largest −ln P(0) for which P(0) is far enough from the smallest numbers; larger counts need another method.
  public static let largest: Float = 12

  /// - Parameters:
  ///   - tail: P(more than 0).
  ///   - none: P(0), at least e^−`largest` where `tail` is above zero.
  @inlinable @inline(__always)
  public init(tail: Lanes, none: Lanes, a: Lanes, b: Lanes) {
    self.tail = tail
    self.none = none
    self.a = a
    self.b = b
  }

  /// The counts at uniform numbers: how many of the upper tails lie above them.
  ///
  /// The first three steps have no branch, since lanes seldom agree. A next probability of nothing ends a lane's search,
  /// whatever rounding has left of the tail.
  @inlinable @inline(__always)
  public func counts(at uniform: Lanes) -> LaneBits {
    let nothing = Lanes(repeating: 1e-10)
    var (tail, probability) = (tail, none * a)
    var rises = LaneMath.above(tail, uniform)
    var counts = LaneBits.zero &- rises
    tail -= probability
    probability *= (a + b) * 0.5
    rises = rises & LaneMath.above(tail, uniform) & LaneMath.above(probability, nothing)
    counts = counts &- rises
    tail -= probability
    probability *= (a + b * 2) * (1.0 / 3)
    rises = rises & LaneMath.above(tail, uniform) & LaneMath.above(probability, nothing)
    counts = counts &- rises
    var k: Float = 3
    while LaneMath.isAny(rises) {
      tail -= probability
      probability *= (a + b * k) * (1 / (k + 1))
      k += 1
      rises = rises & LaneMath.above(tail, uniform) & LaneMath.above(probability, nothing)
      counts = counts &- rises
    }
    return counts
  }
}
