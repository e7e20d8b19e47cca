/// Eight numbers of single precision: eight draws of a simulation. A processor works on four or eight at once; where on four,
/// the other four fill the time that each step waits for the one before.
public typealias Lanes = SIMD8<Float>

/// Whole numbers of the lanes, or a mask of them: all bits of a lane set for true, none for false.
public typealias LaneBits = SIMD8<Int32>

/// Keys of the lanes' random numbers.
public typealias LaneKeys = SIMD8<UInt64>

/// Arithmetic of lanes by IEEE operations alone, so that every machine has the same bits.
public enum LaneMath {
  /// All bits where `a` > `b`; none for what is not a number.
  @inlinable @inline(__always)
  public static func above(_ a: Lanes, _ b: Lanes) -> LaneBits { unsafeBitCast(a .> b, to: LaneBits.self) }

  /// All bits where `a` > `b`, for numbers whose difference is below 2³¹.
  @inlinable @inline(__always)
  public static func above(_ a: LaneBits, _ b: Int32) -> LaneBits { (b &- a) &>> 31 }

  @inlinable @inline(__always)
  public static func isAny(_ mask: LaneBits) -> Bool {
    let words = unsafeBitCast(mask.lowHalf | mask.highHalf, to: SIMD2<UInt64>.self)
    return words[0] | words[1] != 0
  }

  /// `a` where the mask is set, else `b`.
  @inlinable @inline(__always)
  public static func select(_ mask: LaneBits, _ a: Lanes, _ b: Lanes) -> Lanes {
    let (first, second) = (unsafeBitCast(a, to: LaneBits.self), unsafeBitCast(b, to: LaneBits.self))
    return unsafeBitCast((first & mask) | (second & ~mask), to: Lanes.self)
  }

  /// Whole numbers from 0 to 2²³ − 1.
  @inlinable @inline(__always)
  public static func numbers(_ counts: LaneBits) -> Lanes { unsafeBitCast(counts | 0x4b00_0000, to: Lanes.self) - 8_388_608 }

  /// The whole part of numbers from 0 to 2²².
  @inlinable @inline(__always)
  public static func wholePart(_ x: Lanes) -> LaneBits {
    let nearest = x + 12_582_912
    let whole = unsafeBitCast(nearest, to: LaneBits.self) &- 0x4b40_0000
    return whole &+ above(nearest - 12_582_912, x)
  }

  /// slope · x + constant.
  @inlinable @inline(__always)
  public static func line(_ x: Lanes, _ slope: Float, _ constant: Float) -> Lanes { x * slope + constant }

  /// eˣ for −87 ≤ x ≤ 88, to 2 units of the last place: the Taylor series of degree 7 within half a factor of two.
  @inlinable @inline(__always)
  public static func exp(_ x: Lanes) -> Lanes {
    let shifted = x * 1.442_695_04 + 12_582_912
    let whole = shifted - 12_582_912
    // ln 2 in two parts, of which the first has few bits, so that its multiples are exact.
    let r = (x - whole * 0.693_359_375) + whole * 2.121_944_4e-4
    let square = r * r
    let low = line(r, 1, 1) + square * line(r, 1.0 / 6, 0.5)
    let high = line(r, 1.0 / 120, 1.0 / 24) + square * line(r, 1.0 / 5040, 1.0 / 720)
    let power = (unsafeBitCast(shifted, to: LaneBits.self) &- (0x4b40_0000 - 127)) &<< 23
    return (low + (square * square) * high) * unsafeBitCast(power, to: Lanes.self)
  }

  /// eˣ − 1 for −87 ≤ x ≤ 88, small ones too to a few units of the last place.
  @inlinable @inline(__always)
  public static func expMinusOne(_ x: Lanes) -> Lanes {
    let square = x * x
    let low = line(x, 0.5, 1) + square * line(x, 1.0 / 24, 1.0 / 6)
    let high = line(x, 1.0 / 720, 1.0 / 120) + square * line(x, 1.0 / 40320, 1.0 / 5040)
    let small = x * (low + (square * square) * high)
    let isLarge = above(square, Lanes(repeating: 0.25))
    return isAny(isLarge) ? select(isLarge, exp(x) - 1, small) : small
  }

  /// The smaller of each lane's two numbers.
  @inlinable @inline(__always)
  public static func smaller(_ a: Lanes, _ b: Lanes) -> Lanes { select(above(a, b), b, a) }

  /// The larger of each lane's two numbers.
  @inlinable @inline(__always)
  public static func larger(_ a: Lanes, _ b: Lanes) -> Lanes { select(above(a, b), a, b) }

  /// e^−x and 1 − e^−x for 0 ≤ x ≤ 87, the difference to 4e-7 of itself: with e^−x = 2^k (1 + p) it is (1 − 2^k) − 2^k p,
  /// which is −p for small x.
  @inlinable @inline(__always)
  public static func survival(_ x: Lanes) -> (stays: Lanes, leaves: Lanes) {
    let shifted = x * -1.442_695_04 + 12_582_912
    let whole = shifted - 12_582_912
    let r = whole * 2.121_944_4e-4 - (x + whole * 0.693_359_375)
    let square = r * r
    let low = line(r, 0.5, 1) + square * line(r, 1.0 / 24, 1.0 / 6)
    let high = line(r, 1.0 / 720, 1.0 / 120) + square * (1.0 / 5040)
    let more = r * (low + (square * square) * high)
    let power = unsafeBitCast((unsafeBitCast(shifted, to: LaneBits.self) &- (0x4b40_0000 - 127)) &<< 23, to: Lanes.self)
    let part = power * more
    return (power + part, (1 - power) - part)
  }

  /// ln(1 + x) for x > −1, small ones too to a few units of the last place: 2 artanh(f/(2 + f)) by its series, the rest in powers of two.
  @inlinable @inline(__always)
  public static func logOnePlus(_ x: Lanes) -> Lanes {
    let (f, exponent) = reduced(x)
    return logarithm(f / (2 + f), exponent)
  }

  /// ln(1 + x) and x/(1 + x) for x ≥ 0, with one division.
  @inlinable @inline(__always)
  public static func logAndShare(_ x: Lanes) -> (log: Lanes, share: Lanes) {
    let (f, exponent) = reduced(x)
    let (whole, sum) = (1 + x, 2 + f)
    let inverse = 1 / (whole * sum)
    return (logarithm(f * (inverse * whole), exponent), x * (inverse * sum))
  }

  /// 1 + x = (1 + f) 2^exponent with 1 + f between 2/3 and 4/3.
  @inlinable @inline(__always)
  static func reduced(_ x: Lanes) -> (f: Lanes, exponent: LaneBits) {
    let y = 1 + x
    let exponent = (unsafeBitCast(y, to: LaneBits.self) &- 0x3f2a_aaab) &>> 23
    let scale = unsafeBitCast((127 &- exponent) &<< 23, to: Lanes.self)
    let isScaled = (exponent | (0 &- exponent)) &>> 31
    return (select(isScaled, y * scale - 1, x), exponent)
  }

  /// 2 artanh(z) + exponent · ln 2.
  @inlinable @inline(__always)
  static func logarithm(_ z: Lanes, _ exponent: LaneBits) -> Lanes {
    let square = z * z
    let series = line(square, 1.0 / 3, 1) + (square * square) * line(square, 1.0 / 7, 1.0 / 5)
    let powers = unsafeBitCast(exponent &+ 0x4b40_0000, to: Lanes.self) - 12_582_912
    return powers * 0.693_147_18 + (z + z) * (series + (square * square) * (square * square) * (1.0 / 9))
  }
}
