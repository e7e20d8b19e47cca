/// Combines a seed and keys into the seed of an own random stream.
enum StreamKey {
  /// Finaliser of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  @inline(__always)
  static func of(_ seed: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
    mix(mix(mix(seed) &+ first &* 0xD1B5_4A32_D192_ED03) ^ second &* 0x2545_F491_4F6C_DD1D)
  }
}
