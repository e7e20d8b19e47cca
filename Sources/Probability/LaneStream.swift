/// Four unrelated random streams side by side: XORWOW (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8, 2003),
/// period 2¹⁹² − 2³², each filled from a key of its own.
@frozen
public struct LaneStream: Sendable {
  @usableFromInline var a: SIMD4<UInt32>
  @usableFromInline var b: SIMD4<UInt32>
  @usableFromInline var c: SIMD4<UInt32>
  @usableFromInline var d: SIMD4<UInt32>
  @usableFromInline var e: SIMD4<UInt32>
  @usableFromInline var counter: SIMD4<UInt32>

  /// - Parameter keys: of each lane, from `CounterStream.key`.
  @inlinable @inline(__always)
  public init(keys: SIMD4<UInt64>) {
    let step: UInt64 = 0x9e37_79b9_7f4a_7c15
    var words = (SIMD4<UInt64>.zero, SIMD4<UInt64>.zero, SIMD4<UInt64>.zero)
    for lane in 0..<4 {
      words.0[lane] = RandomStream.mixed(keys[lane] &+ step)
      words.1[lane] = RandomStream.mixed(keys[lane] &+ step &* 2)
      words.2[lane] = RandomStream.mixed(keys[lane] &+ step &* 3)
    }
    a = SIMD4(truncatingIfNeeded: words.0) | 1
    b = SIMD4(truncatingIfNeeded: words.0 &>> 32)
    c = SIMD4(truncatingIfNeeded: words.1)
    d = SIMD4(truncatingIfNeeded: words.1 &>> 32)
    e = SIMD4(truncatingIfNeeded: words.2)
    counter = SIMD4(truncatingIfNeeded: words.2 &>> 32)
  }

  @inlinable @inline(__always)
  public mutating func next() -> SIMD4<UInt32> {
    let t = a ^ (a &>> 2)
    (a, b, c, d) = (b, c, d, e)
    e = (e ^ (e &<< 4)) ^ (t ^ (t &<< 1))
    counter &+= 362_437
    return e &+ counter
  }

  /// Uniform on (0, 1) in steps of 2⁻³¹, rounded to single precision: fine near 0, where rare events belong, and never 0 or 1.
  @inlinable @inline(__always)
  public mutating func nextUniform() -> Lanes {
    // (1 − 2⁻²⁴) 2⁻³¹: the largest number is the last one below 1.
    Lanes(unsafeBitCast(next() &>> 1, to: LaneBits.self)) * 0x1.fffffep-32 + 0x1p-33
  }
}
