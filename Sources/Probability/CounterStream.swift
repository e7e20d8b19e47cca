/// A random stream of one word: SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014). Any number of the stream can be had at once, without those before it.
///
/// For the very many short streams of a simulation; long ones are `RandomStream`.
@frozen
public struct CounterStream: Sendable, UniformStream {
  @usableFromInline var state: UInt64
  @usableFromInline static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// - Parameter key: from `key(_:_:)`; streams of different keys are unrelated.
  @inlinable @inline(__always)
  public init(key: UInt64) { state = key }

  /// The key of the part `number` of what `parent` is the key of.
  @inlinable @inline(__always)
  public static func key(_ parent: UInt64, _ number: UInt64) -> UInt64 { RandomStream.absorb(parent, number) }

  /// The `index`-th number (from 0) of the key's stream, in (0, 1).
  @inlinable @inline(__always)
  public static func uniform(key: UInt64, _ index: UInt64) -> Double {
    RandomStream.unit(RandomStream.mixed(key &+ (index &+ 1) &* step))
  }

  @inlinable @inline(__always)
  public mutating func nextUniform() -> Double {
    state &+= CounterStream.step
    return RandomStream.unit(RandomStream.mixed(state))
  }
}
