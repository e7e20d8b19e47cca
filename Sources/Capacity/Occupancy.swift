/// Actual occupancy, which is never mixed with the one that a tariff assumes.
public enum Occupancy {
  /// Occupied of places, or occupied days of place-days, in per cent; nil without places.
  public static func percent(_ occupied: Double, of places: Double) -> Double? { places > 0 ? 100 * occupied / places : nil }

  /// Whether actual occupancy differs from the tariff's by as much as the rule set points out; nil where it points out none.
  /// - Parameters:
  ///   - percent: actual, in per cent.
  ///   - assumed: in the tariff, a share of 1.
  public static func isAlert(_ percent: Double, assumed: Double, rules: RuleSet) -> Bool? {
    // In hundredths of a point, so that 90.0 against 0.95 is exactly five points.
    rules.occupancyAlert.map { (100 * (percent - 100 * assumed).magnitude).rounded() >= (10_000 * $0.value).rounded() }
  }
}
