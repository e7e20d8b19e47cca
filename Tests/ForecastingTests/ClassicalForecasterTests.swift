import Glibc
import Probability
import Testing

@testable import Forecasting

@Suite struct ClassicalForecasterTests {
  private static func single(_ values: [Double], season: Int = 1) -> SeriesHistory {
    SeriesHistory(hierarchy: SeriesHierarchy(separate: ["one"], level: "all"), bottom: [values], season: season)
  }

  private static func summary(_ history: SeriesHistory, _ method: ClassicalForecaster.Method, step: Int, draws: Int = 20_000) -> DrawSummary {
    let paths = ClassicalForecaster(method).forecast(history, horizon: step + 1, draws: draws, seed: 1, threads: 2)
    var sample = paths.sample(history.hierarchy.nodes[0], step: step) ?? []
    return DrawSummary(&sample, level: 0.8)
  }

  /// Standard error of a quantile of 20,000 normal draws at 10 %: 0.012 σ; four of them.
  @Test("Naive: the last value, with the spread of its changes times the root of the steps", arguments: [0, 3])
  func naive(_ step: Int) {
    let values: [Double] = [100, 104, 98, 103, 101, 107]
    let sigma = sqrt((16.0 + 36 + 25 + 4 + 36) / 5)
    let found = Self.summary(Self.single(values), .naive, step: step)
    let half = 1.2815515655446004 * sigma * sqrt(Double(step + 1))
    #expect(abs(found.median - 107) < 0.05 * sigma * sqrt(Double(step + 1)))
    #expect(abs(found.upper - (107 + half)) < 0.06 * sigma * sqrt(Double(step + 1)))
    #expect(abs(found.lower - (107 - half)) < 0.06 * sigma * sqrt(Double(step + 1)))
  }

  @Test("Drift: the mean change goes on")
  func drift() {
    let values: [Double] = (0..<12).map { (t: Int) -> Double in 50 + 2 * Double(t) + (t % 2 == 0 ? 0.1 : -0.1) }
    let found = Self.summary(Self.single(values), .drift, step: 4)
    let mean = (values[11] - values[0]) / 11
    #expect(abs(found.median - (values[11] + 5 * mean)) < 0.05)
  }

  @Test("Seasonal naive: the value of a season ago, twice the variance after two seasons")
  func seasonalNaive() {
    var stream = RandomStream(seed: 3, pair: 1, 1)
    let values: [Double] = (0..<40).map { (t: Int) -> Double in 100 + 20 * Double(t % 4) + 3 * stream.nextNormal() }
    let near = Self.summary(Self.single(values, season: 4), .seasonalNaive, step: 1)
    let far = Self.summary(Self.single(values, season: 4), .seasonalNaive, step: 5)
    #expect(abs(near.median - values[37]) < 0.3)
    #expect(abs((far.upper - far.lower) / (near.upper - near.lower) - sqrt(2)) < 0.06)
  }

  /// The data of Hyndman and Athanasopoulos cannot be copied; a series made by the recursion itself must be recognised.
  @Test("ETS finds a local level's smoothing and noise")
  func localLevel() throws {
    var stream = RandomStream(seed: 8, pair: 1, 1)
    var level = 500.0
    let values: [Double] = (0..<400).map { _ -> Double in
      let shock = 10 * stream.nextNormal()
      defer { level += 0.4 * shock }
      return level + shock
    }
    let model = try #require(ExponentialSmoothingModel.best(values, season: 1))
    let path = model.path([1, 0, 0], parameter: 0)
    let flat = model.path([0, 0, 0], parameter: 0)
    let sigma = path[0] - flat[0]
    #expect(abs(sigma - 10) < 1.2)
    // A standard error of α is some 0.045 with 400 values.
    #expect(abs((path[1] - flat[1]) / sigma - 0.4) < 0.15)
  }

  @Test("ETS takes the season's form from the data: growing swings are multiplicative", arguments: [true, false])
  func form(_ isMultiplicative: Bool) throws {
    var stream = RandomStream(seed: 21, pair: 1, isMultiplicative ? 1 : 0)
    let values: [Double] = (0..<96).map { (t: Int) -> Double in
      let base = 100 + 5 * Double(t)
      let swing = sin(2 * Double.pi * Double(t) / 12)
      return isMultiplicative ? base * (1 + 0.4 * swing) * exp(0.02 * stream.nextNormal()) : base + 60 * swing + 6 * stream.nextNormal()
    }
    let model = try #require(ExponentialSmoothingModel.best(values, season: 12))
    #expect(model.form.season == (isMultiplicative ? .multiplicative : .additive))
    #expect(model.form.trend != .none)
    let path = model.path([Double](repeating: 0, count: 12), parameter: 0)
    for step in 0..<12 {
      let base = 100 + 5 * Double(96 + step)
      let swing = sin(2 * Double.pi * Double(96 + step) / 12)
      let truth = isMultiplicative ? base * (1 + 0.4 * swing) : base + 60 * swing
      #expect(abs(path[step] - truth) < 0.06 * base, "\(step): \(path[step]) \(truth)")
    }
  }

  /// With α at its upper end Theta is a random walk whose drift is half the line's slope.
  @Test("Theta goes on with half the slope of the line")
  func theta() {
    let values = (0..<30).map { 20 + 4 * Double($0) }
    let model = ThetaModel(values, season: 1)
    let path = model.path([Double](repeating: 0, count: 10), parameter: 0)
    #expect(abs((path[9] - path[0]) / 9 - 2) < 1e-9)
  }

  @Test("Paths add up in every draw, whatever the method and the way of reconciling", arguments: ClassicalForecaster.Method.allCases)
  func coherent(_ method: ClassicalForecaster.Method) throws {
    let history = PooledLocalLevelTests.panel(groups: 3, each: 3, periods: 14)
    let paths = ClassicalForecaster(method).forecast(history, horizon: 2, draws: 50, seed: 1, threads: 2)
    let nodes = history.hierarchy.nodes
    let total = try #require(paths.sample(nodes[0], step: 1))
    for draw in 0..<50 {
      let sum = try (4..<13).reduce(0.0) { $0 + (try #require(paths.sample(nodes[$1], step: 1)))[draw] }
      #expect(abs(total[draw] - sum) < 1e-6 * sum)
    }
  }

  /// A sum that is known no longer, or only since yesterday, must not speak for the series that go on.
  @Test("A series that ends or begins moves no other", arguments: ClassicalForecaster.Method.allCases, [true, false])
  func raggedSums(_ method: ClassicalForecaster.Method, _ ends: Bool) throws {
    let whole = PooledLocalLevelTests.panel(groups: 3, each: 3, periods: 16)
    var bottom = whole.bottom
    for t in 0..<16 where ends ? t > 5 : t < 15 { bottom[8][t] = .nan }
    let ragged = SeriesHistory(hierarchy: whole.hierarchy, bottom: bottom, season: 1)
    func middle(_ history: SeriesHistory) throws -> Double {
      let paths = ClassicalForecaster(method).forecast(history, horizon: 1, draws: 800, seed: 1, threads: 2)
      return try #require(paths.sample(history.hierarchy.nodes[4], step: 0)).sorted()[400]
    }
    #expect(abs(try middle(ragged) / middle(whole) - 1) < 0.12)
  }

  @Test("The same bytes for any number of threads", arguments: ClassicalForecaster.Method.allCases)
  func threads(_ method: ClassicalForecaster.Method) {
    let history = PooledLocalLevelTests.panel(groups: 3, each: 3, periods: 14)
    func values(_ threads: Int) -> [Float] {
      ClassicalForecaster(method).forecast(history, horizon: 3, draws: 40, seed: 5, threads: threads).values
    }
    #expect(values(1) == values(3))
  }

  @Test("Short, constant and broken series get an answer", arguments: ClassicalForecaster.Method.allCases)
  func limits(_ method: ClassicalForecaster.Method) {
    for values in [[5.0], [5, 6], [0, 0, 0, 0], [1, .nan, 3, 4], [1, 2, 3, .nan], [0, 3, 0, 1, 0, 0, 2]] {
      let history = Self.single(values)
      let paths = ClassicalForecaster(method).forecast(history, horizon: 2, draws: 20, seed: 1, threads: 1)
      #expect(paths.values.allSatisfy { $0.isFinite }, "\(values)")
      #expect(paths.setAside.isEmpty)
    }
    let unknown = ClassicalForecaster(method).forecast(Self.single([.nan, .nan]), horizon: 2, draws: 20, seed: 1, threads: 1)
    #expect(unknown.setAside == [0])
  }

  @Test("A nearly empty series gets its level smoothed and nothing else; the same shape in tens is chosen among all forms")
  func sparse() throws {
    // A slope that every criterion would see: zeros, then ones.
    let values: [Double] = (0..<40).map { $0 < 24 ? 0 : ($0 % 2 == 0 ? 1 : 1.01) }
    let sparse = try #require(ExponentialSmoothingModel.best(values, season: 4))
    #expect(sparse.form.trend == .none && sparse.form.season == .none && !sparse.form.multiplicativeError)
    let rising: [Double] = (0..<40).map { (t: Int) -> Double in
      let noise = Double(t * 7 % 5) * 0.1
      return 10 + 3 * Double(t) + noise
    }
    #expect(try #require(ExponentialSmoothingModel.best(rising, season: 1)).form.trend != .none)
  }
}
