/// Unrelated random streams side by side: XORWOW (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8, 2003),
/// period 2¹⁹² − 2³², each filled from a key of its own.
@frozen
public struct LaneStream: Sendable {
  @usableFromInline var a: SIMD8<UInt32>
  @usableFromInline var b: SIMD8<UInt32>
  @usableFromInline var c: SIMD8<UInt32>
  @usableFromInline var d: SIMD8<UInt32>
  @usableFromInline var e: SIMD8<UInt32>
  @usableFromInline var counter: SIMD8<UInt32>

  /// - Parameter keys: of each lane, from `CounterStream.key`.
  @inlinable @inline(__always)
  public init(keys: LaneKeys) {
    let step: UInt64 = 0x9e37_79b9_7f4a_7c15
    let (first, second, third) = (Self.mixed(keys &+ step), Self.mixed(keys &+ step &* 2), Self.mixed(keys &+ step &* 3))
    a = SIMD8(truncatingIfNeeded: first) | 1
    b = SIMD8(truncatingIfNeeded: first &>> 32)
    c = SIMD8(truncatingIfNeeded: second)
    d = SIMD8(truncatingIfNeeded: second &>> 32)
    e = SIMD8(truncatingIfNeeded: third)
    counter = SIMD8(truncatingIfNeeded: third &>> 32)
  }

  /// The stream of part `number` of what each lane's root is the key of; those of different parts are unrelated.
  ///
  /// - Parameter roots: from `CounterStream.key`.
  @inlinable @inline(__always)
  public init(roots: LaneKeys, part number: UInt64) { self.init(keys: roots &+ RandomStream.mixed(number &+ 0xe703_7ed1_a0b4_28db)) }

  /// `RandomStream.mixed` of every lane.
  @inlinable @inline(__always)
  static func mixed(_ x: LaneKeys) -> LaneKeys {
    var z = x
    z = (z ^ (z &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z &>> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z &>> 31)
  }

  @inlinable @inline(__always)
  public mutating func next() -> SIMD8<UInt32> {
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
