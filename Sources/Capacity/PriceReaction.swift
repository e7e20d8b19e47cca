import Glibc

/// How often something dearer is taken.
public enum PriceReaction {
  /// (to / from)^−elasticity, for prices above 0.
  public static func factor(from: Double, to: Double, elasticity: Double) -> Double {
    elasticity == 0 || from == to ? 1 : pow(from / to, elasticity)
  }
}
