internal import Glibc
internal import Groundwork

/// Values of an axis to places between 0 and 1, with round numbers to label.
struct PlotScale {
  struct Tick {
    let value: Double
    let label: String
  }

  let ticks: [Tick]
  private let low: Double
  private let high: Double
  private let isLogarithmic: Bool

  /// Nil where no value can be drawn.
  init?(_ values: [Double], _ axis: Plot.Axis, language: Language, atMost count: Int) {
    isLogarithmic = axis.scale == .logarithmic
    let usable = values.filter { $0.isFinite && (axis.scale != .logarithmic || $0 > 0) }.map(axis.scale == .logarithmic ? log10 : { $0 })
    guard var low = usable.min(), var high = usable.max(), (high - low).isFinite else { return nil }
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-6) {
      low -= 0.5 * max(abs(low), 1)
      high += 0.5 * max(abs(high), 1)
    }
    let room = 0.03 * (high - low)
    (self.low, self.high) = (low - room, high + room)
    switch axis.scale {
    case .linear: ticks = Self.linear(self.low, self.high, language, count)
    case .years where self.low > -1e5 && self.high < 1e5: ticks = Self.years(self.low, self.high, count)
    case .years: ticks = Self.linear(self.low, self.high, language, count)
    case .logarithmic: ticks = Self.logarithmic(self.low, self.high, language, count)
    }
  }

  /// 0 at the low end, 1 at the high one; nil where the value has no place.
  func place(_ value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    return ((isLogarithmic ? log10(value) : value) - low) / (high - low)
  }

  // MARK: Round numbers

  private static func step(_ span: Double, _ count: Int) -> Double {
    let raw = span / Double(max(1, count))
    let power = pow(10, log10(raw).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= raw { return factor * power }
    return 10 * power
  }

  private static func linear(_ low: Double, _ high: Double, _ language: Language, _ count: Int) -> [Tick] {
    let step = step(high - low, count)
    let decimals = max(0, -Int(log10(step * 1.0001).rounded(.down)))
    return multiples(of: step, low, high).map { value in
      let text = decimals > 6 || abs(value) >= 1e9 ? power(value, language) : NumberText.display(value, decimals: decimals, language: language)
      return Tick(value: value, label: text.replacing("-", with: "−"))
    }
  }

  private static func years(_ low: Double, _ high: Double, _ count: Int) -> [Tick] {
    let step = max(1, step(high - low, count))
    return multiples(of: step, low, high).map { Tick(value: $0, label: String(Int($0))) }
  }

  private static func multiples(of step: Double, _ low: Double, _ high: Double) -> [Double] {
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    guard last >= first, last - first < 1000 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// `low` and `high` are powers of ten.
  private static func logarithmic(_ low: Double, _ high: Double, _ language: Language, _ count: Int) -> [Tick] {
    let factors: [Double] = high - low <= 1.2 ? [1, 2, 3, 5, 7] : high - low <= 3 ? [1, 2, 5] : [1]
    let stride = max(1, Int(((high - low) / Double(max(1, count))).rounded(.up)))
    var ticks: [Tick] = []
    for power in Int(low.rounded(.down))...Int(high.rounded(.up)) where factors.count > 1 || power % stride == 0 {
      for factor in factors {
        let value = factor * pow(10, Double(power))
        guard (low...high).contains(log10(value)) else { continue }
        let isShort = (-6...6).contains(power)
        let label = isShort ? NumberText.display(value, decimals: max(0, -power), language: language) : "\(Int(factor))e\(power)"
        ticks.append(Tick(value: value, label: label))
      }
    }
    return ticks
  }

  private static func power(_ value: Double, _ language: Language) -> String {
    guard value != 0 else { return "0" }
    let exponent = log10(abs(value)).rounded(.down)
    return NumberText.display(value / pow(10, exponent), decimals: 1, language: language) + "e\(Int(exponent))"
  }
}
