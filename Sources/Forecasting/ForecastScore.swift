internal import Glibc

/// What one node's forecast from one origin was worth at one step.
public struct ForecastScore: Hashable, Sendable {
  /// The quantiles that are kept of every forecast.
  public static let probabilities = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]

  /// Of the draws, at `probabilities` (linear between order statistics).
  public let quantiles: [Double]
  public let mean: Double
  /// NaN where it is not known.
  public let actual: Double
  /// Continuous ranked probability score of the draws, in the series' unit; NaN without an actual value.
  public let crps: Double
  /// Share of the draws below the actual value, ties counted half; NaN without one.
  public let pit: Double

  /// - Parameter draws: at least one; their order is changed.
  public init(_ draws: inout [Double], actual: Double) {
    draws.sort()
    let sorted = draws
    quantiles = Self.probabilities.map { DrawSummary.quantile(sorted: sorted, $0) }
    mean = sorted.reduce(0, +) / Double(sorted.count)
    self.actual = actual
    crps = actual.isNaN ? .nan : Self.crps(sorted: sorted, actual: actual)
    pit = actual.isNaN ? .nan : Self.position(of: actual, sorted: sorted)
  }

  /// E|X − y| − E|X − X'| / 2 over the draws (Gneiting and Raftery, JASA 102, 2007).
  static func crps(sorted: [Double], actual: Double) -> Double {
    let count = Double(sorted.count)
    var (distance, spread) = (0.0, 0.0)
    for (index, value) in sorted.enumerated() {
      distance += abs(value - actual)
      spread += (2 * Double(index) + 1 - count) * value
    }
    return distance / count - spread / (count * count)
  }

  private static func position(of actual: Double, sorted: [Double]) -> Double {
    var (below, equal) = (0, 0)
    for value in sorted {
      if value < actual { below += 1 } else if value == actual { equal += 1 } else { break }
    }
    return (Double(below) + Double(equal) / 2) / Double(sorted.count)
  }

  public var median: Double { quantiles[3] }
  public var error: Double { actual - median }
  public var isInside80: Bool { actual >= quantiles[1] && actual <= quantiles[5] }
  public var isInside95: Bool { actual >= quantiles[0] && actual <= quantiles[6] }
}

/// The units in which a node's errors are counted: its changes over a season before the origin (Hyndman and Koehler, IJF 22, 2006).
public struct ErrorScale: Hashable, Sendable {
  /// Mean absolute change, and mean squared change; NaN or 0 where there is none: such a node is not scored.
  public let absolute: Double
  public let squared: Double

  /// - Parameter history: NaN where unknown; changes with an unknown end are left out.
  public init(_ history: [Double], season: Int) {
    let changes = zip(history.dropFirst(season), history).map { $0 - $1 }.filter { !$0.isNaN }
    absolute = changes.isEmpty ? .nan : changes.reduce(0) { $0 + abs($1) } / Double(changes.count)
    squared = changes.isEmpty ? .nan : changes.reduce(0) { $0 + $1 * $1 } / Double(changes.count)
  }

  public var isUsable: Bool { absolute > 0 }
}
