/// A quantity over time: what was observed, and the spread of what may follow; ready to be drawn.
///
/// Times are in years, such as 2026.83; a period stands at its end.
public struct FanChart: Sendable {
  public struct Point: Hashable, Sendable {
    public let time: Double
    public let value: Double

    public init(time: Double, value: Double) {
      self.time = time
      self.value = value
    }
  }

  /// Median and two intervals of one future time, `lower ≤ innerLower ≤ median ≤ innerUpper ≤ upper`.
  public struct Spread: Hashable, Sendable {
    public let time: Double
    public let median: Double
    public let lower: Double
    public let upper: Double
    public let innerLower: Double
    public let innerUpper: Double

    public init(time: Double, median: Double, lower: Double, upper: Double, innerLower: Double, innerUpper: Double) {
      self.time = time
      self.median = median
      self.lower = lower
      self.upper = upper
      self.innerLower = innerLower
      self.innerUpper = innerUpper
    }
  }

  /// What is drawn, in which unit, with its main figures.
  public var title: Phrase
  /// In order of time; gaps are left out.
  public var history: [Point]
  /// In order of time.
  public var future: [Spread]
  /// What the quantity is held against, such as places; in order of time, may be empty.
  public var reference: [Point]

  public init(title: Phrase, history: [Point], future: [Spread], reference: [Point] = []) {
    self.title = title
    self.history = history
    self.future = future
    self.reference = reference
  }
}

/// What the signs of fan charts mean.
public struct FanLegend: Sendable {
  /// Of the outer and the inner interval, in per cent.
  public let level: Double
  public let innerLevel: Double
  /// Nil where no chart has a reference.
  public let reference: Phrase?

  public init(level: Double, innerLevel: Double, reference: Phrase?) {
    self.level = level
    self.innerLevel = innerLevel
    self.reference = reference
  }
}
