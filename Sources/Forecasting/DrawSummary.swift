/// Mean, median and the ends of an equal-tailed interval of a number's draws.
public struct DrawSummary: Hashable, Sendable {
  public let mean: Double
  public let median: Double
  public let lower: Double
  public let upper: Double

  public init(mean: Double, median: Double, lower: Double, upper: Double) {
    self.mean = mean
    self.median = median
    self.lower = lower
    self.upper = upper
  }

  /// - Parameter level: probability inside the interval, in (0, 1).
  /// - Parameter draws: at least one, finite; their order is changed.
  /// Quantiles are linear between order statistics (type 7 of Hyndman and Fan, American Statistician 50, 1996).
  public init(_ draws: inout [Double], level: Double) {
    precondition(!draws.isEmpty, "no draws to summarise")
    let tail = (1 - level) / 2
    mean = draws.reduce(0, +) / Double(draws.count)
    if let counted = CountedValues(draws) {
      lower = counted.quantile(tail)
      median = counted.quantile(0.5)
      upper = counted.quantile(1 - tail)
    } else {
      draws.sort()
      lower = Self.quantile(sorted: draws, tail)
      median = Self.quantile(sorted: draws, 0.5)
      upper = Self.quantile(sorted: draws, 1 - tail)
    }
  }

  public func scaled(by factor: Double) -> DrawSummary {
    let ends = [lower * factor, upper * factor].sorted()
    return DrawSummary(mean: mean * factor, median: median * factor, lower: ends[0], upper: ends[1])
  }

  static func quantile(sorted: [Double], _ probability: Double) -> Double {
    let position = probability * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}

/// Whole numbers in a small range, counted instead of sorted: the usual case here, and many times faster.
private struct CountedValues {
  private let least: Int
  private let counts: [Int32]
  private let total: Int

  private static let widest = 4096

  init?(_ values: [Double]) {
    var least = Double.infinity
    var most = -Double.infinity
    for value in values {
      guard value == value.rounded(.towardZero) else { return nil }
      least = min(least, value)
      most = max(most, value)
    }
    guard most - least < Double(Self.widest), abs(least) < 1e15 else { return nil }
    var counts = [Int32](repeating: 0, count: Int(most - least) + 1)
    for value in values { counts[Int(value - least)] += 1 }
    self.least = Int(least)
    self.counts = counts
    total = values.count
  }

  func quantile(_ probability: Double) -> Double {
    let position = probability * Double(total - 1)
    let below = Int(position)
    let low = value(at: below)
    let fraction = position - Double(below)
    guard fraction > 0, below + 1 < total else { return low }
    return low + fraction * (value(at: below + 1) - low)
  }

  private func value(at rank: Int) -> Double {
    var seen = 0
    for (index, count) in counts.enumerated() {
      seen += Int(count)
      if seen > rank { return Double(least + index) }
    }
    return Double(least + counts.count - 1)
  }
}
