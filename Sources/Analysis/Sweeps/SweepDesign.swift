public import Groundwork
import Probability
public import Scenarios

/// The values that a sweep tries: a grid of all combinations, or a Latin hypercube.
public struct SweepDesign: Sendable {
  public struct Axis: Sendable {
    public let variable: ScenarioVariable
    /// In rising order, at least two; of a Latin hypercube the two ends.
    public let values: [Double]
  }

  public let axes: [Axis]
  /// `[point][axis]`.
  public let points: [[Double]]
  /// Whether the points are all combinations of the axes' values.
  public let isGrid: Bool

  public static let most = 100_000

  /// Every combination; the last axis runs fastest.
  /// - Throws: `FindingsError` where there are more than `most`.
  public init(grid axes: [Axis]) throws(FindingsError) {
    var count = 1
    for axis in axes {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: axis.values.count)
      guard !isTooLarge, product <= Self.most else {
        throw FindingsError(
          Finding(
            .error, value: axis.variable.name,
            message: Phrase(da: "der er flere end \(Self.most) kombinationer.", en: "there are more than \(Self.most) combinations."),
            remedy: Phrase(da: "Vælg færre værdier, eller --latin N punkter.", en: "Choose fewer values, or --latin N points.")))
      }
      count = product
    }
    self.axes = axes
    isGrid = true
    points = (0..<count).map { number in
      var rest = number
      var point = [Double](repeating: 0, count: axes.count)
      for index in axes.indices.reversed() {
        let values = axes[index].values
        point[index] = values[rest % values.count]
        rest /= values.count
      }
      return point
    }
  }

  /// So many points, of which each axis has one in each of as many equal slices (McKay, Beckman & Conover, Technometrics 21, 1979).
  public init(latin count: Int, axes: [Axis], seed: UInt64) {
    precondition(count > 0 && count <= Self.most, "a hypercube has points")
    self.axes = axes
    isGrid = false
    let columns = axes.enumerated().map { number, axis -> [Double] in
      var stream = RandomStream(seed: seed, 0x6c61_7469_6e, UInt64(number))
      let (low, high) = (axis.values[0], axis.values[axis.values.count - 1])
      var slices = Array(0..<count)
      slices.shuffle(using: &stream)
      return slices.map { slice in
        let value = low + (high - low) * (Double(slice) + stream.nextUniform()) / Double(count)
        return axis.variable.isWhole ? value.rounded() : value
      }
    }
    points = (0..<count).map { point in columns.map { $0[point] } }
  }
}

extension SweepDesign.Axis {
  /// Reads `homecoming.multiply=1:2:0.1` or `homecoming.multiply=1,1.5,2`.
  /// - Throws: `FindingsError` saying what is wrong and how it is written.
  public init(_ text: String) throws(FindingsError) {
    let example = Phrase(
      da: "Skriv fx homecoming.multiply=1:2:0.1 (fra, til, skridt; decimaler med punktum) eller homecoming.multiply=1,1.5,2.",
      en: "Write for example homecoming.multiply=1:2:0.1 (from, to, step) or homecoming.multiply=1,1.5,2.")
    func refusal(_ message: Phrase) -> FindingsError { FindingsError(Finding(.error, value: text, message: message, remedy: example)) }
    guard let equals = text.firstIndex(of: "=") else { throw refusal(Phrase(da: "der mangler et lighedstegn.", en: "there is no equals sign.")) }
    let variable = try ScenarioVariable(String(text[..<equals]))
    let rest = text[text.index(after: equals)...]
    let parts = rest.split(separator: rest.contains(":") ? ":" : ",", omittingEmptySubsequences: false).map { Double($0) }
    let numbers = parts.compactMap(\.self).filter(\.isFinite)
    guard numbers.count == parts.count else { throw refusal(Phrase(da: "»\(rest)« er ikke tal.", en: "“\(rest)” are not numbers.")) }
    let values: [Double]
    if rest.contains(":") {
      guard numbers.count == 3 || numbers.count == 2 else { throw refusal(Phrase(da: "der skal være fra, til og skridt.", en: "there must be from, to and step.")) }
      guard numbers[0] < numbers[1] else {
        throw refusal(Phrase(da: "fra skal være mindre end til.", en: "from must be less than to."))
      }
      let step = numbers.count == 3 ? numbers[2] : numbers[1] - numbers[0]
      guard step > 0, (numbers[1] - numbers[0]) / step < Double(SweepDesign.most) else {
        throw refusal(Phrase(da: "skridtet skal være over nul og give højst \(SweepDesign.most) værdier.", en: "the step must be above zero and give \(SweepDesign.most) values at most."))
      }
      // A hair's breadth beyond the end is the end: 1:2:0.1 has eleven values.
      let count = Int(((numbers[1] - numbers[0]) / step + 1e-9).rounded(.down)) + 1
      values = (0..<count).map { Self.tidy(numbers[0] + Double($0) * step) }
    } else {
      values = Set(numbers).sorted()
    }
    guard values.count >= 2 else { throw refusal(Phrase(da: "der skal være mindst to værdier.", en: "there must be at least two values.")) }
    if variable.isWhole, let broken = values.first(where: { $0 != $0.rounded() }) {
      throw refusal(Phrase(da: "\(NumberText.machine(broken)) er ikke et helt tal.", en: "\(NumberText.machine(broken)) is not a whole number."))
    }
    self.init(variable: variable, values: values)
  }

  /// Without the rounding of repeated steps: 1.2000000000000002 is 1.2.
  private static func tidy(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }
}
