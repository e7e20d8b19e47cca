/// What an activity row counts.
extension Activity {
  public enum Count: Int, CaseIterable, Sendable {
    case stock, occupiedDays, admissions, homecomings, otherExits, waiting

    /// As the panel holds it; nil for the waiting list, which no series is made of.
    var quantity: Panel.Quantity? {
      switch self {
      case .stock: .stock
      case .occupiedDays: .occupiedDays
      case .admissions: .admissions
      case .homecomings: .homecomings
      case .otherExits: .otherExits
      case .waiting: nil
      }
    }
  }

  public subscript(_ count: Count) -> Double? {
    switch count {
    case .stock: stock
    case .occupiedDays: occupiedDays
    case .admissions: admissions
    case .homecomings: homecomings
    case .otherExits: otherExits
    case .waiting: waiting
    }
  }

  /// What is known of a count: the number itself, or the bounds of a hidden one; nil where nothing is.
  func bounds(of count: Count) -> ClosedRange<Double>? { self[count].map { $0...$0 } ?? hidden[count] }
}

/// A Poisson count of which only bounds are known, whole numbers both.
enum TruncatedPoisson {
  /// The mean of a Poisson count of mean `rate` given that it lies within the bounds.
  static func mean(rate: Double, within bounds: ClosedRange<Double>) -> Double {
    let (first, weights) = weights(rate, bounds)
    let sum = weights.reduce(0, +)
    return first + weights.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } / sum
  }

  /// The smallest number within the bounds up to which at least the share `level` (0 to 1) of the probability lies.
  static func quantile(_ level: Double, rate: Double, within bounds: ClosedRange<Double>) -> Double {
    let (first, weights) = weights(rate, bounds)
    var left = level * weights.reduce(0, +)
    for (step, weight) in weights.enumerated() {
      left -= weight
      if left <= 0 { return first + Double(step) }
    }
    return bounds.upperBound
  }

  /// P(k) / P(first) = rate^(k − first) · first! / k! of each number within the bounds.
  private static func weights(_ rate: Double, _ bounds: ClosedRange<Double>) -> (first: Double, weights: [Double]) {
    let first = bounds.lowerBound.rounded(.up)
    var weights = [1.0]
    var count = first + 1
    while count <= bounds.upperBound {
      weights.append(weights[weights.count - 1] * rate / count)
      count += 1
    }
    return (first, weights)
  }
}
