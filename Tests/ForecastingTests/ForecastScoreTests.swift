import Testing

@testable import Forecasting

@Suite struct ForecastScoreTests {
  /// ∫ (F(x) − 1{x ≥ y})² dx of the draws' step function, summed exactly between its jumps.
  private static func integral(_ draws: [Double], _ actual: Double) -> Double {
    let points = (draws + [actual]).sorted()
    var sum = 0.0
    for (left, right) in zip(points, points.dropFirst()) {
      let below = Double(draws.count { $0 <= left }) / Double(draws.count)
      let step = left >= actual ? 1.0 : 0
      sum += (below - step) * (below - step) * (right - left)
    }
    return sum
  }

  @Test("CRPS is the integral of the squared difference of distributions", arguments: [-3.0, 0, 2.5, 4, 11])
  func crps(_ actual: Double) {
    let draws: [Double] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3.5]
    var copy = draws
    let score = ForecastScore(&copy, actual: actual)
    #expect(abs(score.crps - Self.integral(draws, actual)) < 1e-12)
  }

  @Test("A single draw's CRPS is its absolute error")
  func point() {
    var draws = [4.0]
    #expect(ForecastScore(&draws, actual: 7).crps == 3)
  }

  @Test("Ties count half in the PIT", arguments: [(0.0, 0.0), (1, 0.125), (2, 0.5), (3, 1)])
  func pit(_ actual: Double, _ expected: Double) {
    var draws: [Double] = [1, 2, 2, 2.5]
    if actual == 2 { draws[3] = 3 }
    #expect(ForecastScore(&draws, actual: actual).pit == expected)
  }

  @Test("An unknown outcome has no score, and quantiles rise")
  func unknown() {
    var draws: [Double] = [5, 3, 8, 1]
    let score = ForecastScore(&draws, actual: .nan)
    #expect(score.crps.isNaN && score.pit.isNaN)
    #expect(score.quantiles == score.quantiles.sorted())
  }

  @Test("The scale is the mean change over a season, unknown ends left out")
  func scale() {
    let scale = ErrorScale([1, 5, 3, .nan, 4, 9], season: 2)
    #expect(scale.absolute == 1.5)  // |3 − 1| and |4 − 3|
    #expect(scale.squared == 2.5)
    #expect(!ErrorScale([4, 4, 4], season: 1).isUsable)
    #expect(!ErrorScale([4], season: 1).isUsable)
  }
}
