/// A random stream: xoshiro256++ (Blackman & Vigna 2019), its state filled from a hash of a seed and keys.
///
/// Streams of different keys are unrelated, so the numbers of (seed, series, draw) do not depend on how work is shared
/// among threads. The same keys give the same bits on every machine.
@frozen
public struct RandomStream: Sendable {
  @usableFromInline var s0: UInt64
  @usableFromInline var s1: UInt64
  @usableFromInline var s2: UInt64
  @usableFromInline var s3: UInt64

  /// The stream of a seed and any number of keys; the order of the keys matters.
  @inlinable
  public init(seed: UInt64, _ keys: UInt64...) {
    var state = RandomStream.mixed(seed &+ 0x9e37_79b9_7f4a_7c15)
    for key in keys { state = RandomStream.absorb(state, key) }
    self.init(state: state)
  }

  /// The stream of a seed and two keys, without the array of the variadic initialiser.
  @inlinable
  public init(seed: UInt64, pair first: UInt64, _ second: UInt64) {
    let state = RandomStream.mixed(seed &+ 0x9e37_79b9_7f4a_7c15)
    self.init(state: RandomStream.absorb(RandomStream.absorb(state, first), second))
  }

  /// A strong mix of 64 bits (the finaliser of SplitMix64, Steele, Lea & Flood 2014, variant 13 of Stafford).
  @inlinable @inline(__always)
  public static func mixed(_ x: UInt64) -> UInt64 {
    var z = x
    z = (z ^ (z &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z &>> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z &>> 31)
  }

  @inlinable
  init(state: UInt64) {
    let step: UInt64 = 0x9e37_79b9_7f4a_7c15
    s0 = RandomStream.mixed(state &+ step)
    s1 = RandomStream.mixed(state &+ (step &* 2))
    s2 = RandomStream.mixed(state &+ (step &* 3))
    s3 = RandomStream.mixed(state &+ (step &* 4)) | 1
  }

  @inlinable @inline(__always)
  static func absorb(_ state: UInt64, _ key: UInt64) -> UInt64 {
    let product = (state ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: mixed(key &+ 0xe703_7ed1_a0b4_28db) | 1)
    return mixed(product.high ^ product.low ^ (key &* 0x8ebc_6af0_9c88_c6e3) ^ (state &+ 0x5899_65cc_7537_4cc3))
  }

  /// A uniform number in (0, 1) that is a pure function of seed and three keys; for values drawn once.
  @inlinable @inline(__always)
  public static func uniform(seed: UInt64, _ k1: UInt64, _ k2: UInt64, _ k3: UInt64) -> Double {
    let a = absorb(mixed(seed &+ 0x9e37_79b9_7f4a_7c15), k1)
    return unit(absorb(absorb(a, k2), k3))
  }

  @inlinable @inline(__always)
  public mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = ((sum &<< 23) | (sum &>> 41)) &+ s0
    let t = s1 &<< 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = (s3 &<< 45) | (s3 &>> 19)
    return result
  }

  /// 52 bits and a half: k + ½ over 2⁵², strictly inside (0, 1). As the fraction of a number in [1, 2) the bits need no
  /// conversion, and the difference is exact.
  @inlinable @inline(__always)
  static func unit(_ bits: UInt64) -> Double { Double(bitPattern: 0x3ff0_0000_0000_0000 | bits &>> 12) - (1 - 0x1p-53) }

  /// Uniform on (0, 1), never 0 or 1.
  @inlinable @inline(__always)
  public mutating func nextUniform() -> Double { RandomStream.unit(next()) }
}

extension RandomStream: RandomNumberGenerator, UniformStream {}
