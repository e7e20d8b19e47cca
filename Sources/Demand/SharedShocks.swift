import Glibc
import LinearAlgebra
import Placements
import Probability

/// What the municipalities of an area have in common in a flow beyond trend and season: a level that wanders and follows
/// the last observations, over all areas and of each area, and shocks that pass, likewise.
///
/// Steps of half a year (a year in yearly data) against the means that the flow's own regression gives:
/// log δ(area, k) = walk(k) + walk(area, k) + shock(k) + shock(area, k) + chance. The walks are orthogonal to level and
/// trend, which the flow's regression has fitted already. Chance is that of Poisson counts and of the municipalities' own
/// clusters; counts enter by their working deviations (penalised quasi-likelihood: Breslow and Clayton, JASA 88, 1993).
/// Variances are estimated, see `ShockModel`: zero where the data show nothing, and then nothing changes.
struct SharedShocks: Sendable {
  /// Base periods of a step.
  let span: Int
  /// Variances of a walk's step and of passing shocks.
  let walk: Component
  let areaWalk: Component
  let shock: Component
  let areaShock: Component
  let model: ShockModel
  private let solution: ShockModel.Solution
  private let level: [Double]
  /// Expected logs by area and step.
  private let paths: [[Double]]
  /// A walk of unit steps by independent normals, without its projections.
  private let walkColumns: [[Double]]
  private let areas: Int
  /// Variance of a year's slope that a walk of unit variance a step brings about.
  private let slopeVariance: Double

  struct Component: Sendable {
    var variance = 0.0
    /// Standard error of its logarithm given the others, at most 1.
    var logError = 0.0

    /// A draw of the standard deviation; the variance keeps its mean.
    func deviation(_ normal: Double) -> Double { variance > 0 ? (variance * exp(logError * (normal - logError / 2))).squareRoot() : 0 }
  }

  /// Fewest steps, and events in all, that say something of shocks.
  private static let fewestSteps = 8
  private static let fewestEvents = 50.0

  static func span(_ length: PeriodLength) -> Int {
    switch length {
    case .month: 6
    case .quarter: 2
    case .year: 1
    }
  }

  /// Counts and fitted means of areas by step, from the end of the data backwards.
  struct Totals: Sendable {
    let areas: Int
    let steps: Int
    /// `[area · steps + step]`.
    var events: [Double]
    var means: [Double]
    /// Variance of the counts beyond Poisson that the rows' own negative binomials bring.
    var clustered: [Double]
    /// Years from the middle of the data to the middle of the step, and recent years as in `FlowClock.ramp`.
    var trend: [Double]
    var ramp: [Double]
  }

  /// Nil where steps or events are too few.
  /// - Parameter hasRamp: whether the flow's regression has a recent trend.
  init?(_ totals: Totals, span: Int, perYear: Int, hasRamp: Bool) throws(LinearAlgebraError) {
    let (areas, steps) = (totals.areas, totals.steps)
    guard steps >= Self.fewestSteps, totals.events.reduce(0, +) >= Self.fewestEvents else { return nil }
    self.areas = areas
    self.span = span
    let (columns, basis) = Self.walkColumns(totals, hasRamp: hasRamp)
    walkColumns = columns
    var covariance = Matrix(rows: steps, columns: steps)
    for column in columns { for k in 0..<steps { for j in 0..<steps { covariance[j, k] += column[j] * column[k] } } }
    var model = ShockModel(
      steps: steps, walk: covariance, fixed: Matrix(columns: basis), deviations: [[Double]](repeating: [], count: areas),
      chance: [[Double]](repeating: [], count: areas))
    let known = (0..<areas).count { a in (0..<steps).contains { totals.means[a * steps + $0] > 0 } }
    let free: [ShockModel.Part] = known > 1 ? [.areaWalk, .walk, .shock, .areaShock] : [.areaWalk, .areaShock]
    var paths = [[Double]](repeating: [Double](repeating: 0, count: steps), count: areas)
    var variances = [0.003, 0.003, 0.003, 0.003]
    for _ in 0..<Self.rounds {
      model.linearise(totals, around: paths)
      let found = try model.maximum(from: variances, free: free)
      variances = found.variances
      paths = try model.expected(found, given: model.deviations).all
    }
    let solved = try model.solve(variances)
    let expected = try model.expected(solved, given: model.deviations)
    self.paths = expected.all
    level = (0..<areas).map { expected.commonWalk[steps - 1] + expected.areaWalk[$0][steps - 1] }
    walk = try model.component(.walk, at: solved)
    areaWalk = try model.component(.areaWalk, at: solved)
    shock = try model.component(.shock, at: solved)
    areaShock = try model.component(.areaShock, at: solved)
    self.model = model
    solution = solved
    // The slope of a straight line through a random walk of T years has the variance 6/5 σ²/T, σ² that of a year.
    let stepsPerYear = Double(perYear) / Double(span)
    slopeVariance = 1.2 * stepsPerYear / (Double(steps) / stepsPerYear)
  }

  /// The counts' working deviations settle in two rounds: they are small.
  private static let rounds = 2

  /// Step functions that begin in each step but the first, without their projections on 1, trend and ramp; and those.
  private static func walkColumns(_ totals: Totals, hasRamp: Bool) -> (columns: [[Double]], basis: [[Double]]) {
    let steps = totals.steps
    let weights = (0..<steps).map { k in (0..<totals.areas).reduce(1e-9) { $0 + totals.means[$1 * steps + k] } }
    var basis: [[Double]] = []
    func product(_ a: [Double], _ b: [Double]) -> Double { (0..<steps).reduce(0.0) { $0 + weights[$1] * a[$1] * b[$1] } }
    func rest(_ column: [Double]) -> [Double] {
      var column = column
      for direction in basis {
        let along = product(column, direction) / product(direction, direction)
        for k in 0..<steps { column[k] -= along * direction[k] }
      }
      return column
    }
    for column in [[Double](repeating: 1, count: steps), totals.trend] + (hasRamp ? [totals.ramp] : []) {
      let own = rest(column)
      if product(own, own) > 1e-9 * product(column, column) { basis.append(own) }
    }
    return ((1..<steps).map { begin in rest((0..<steps).map { $0 >= begin ? 1 : 0 }) }, basis)
  }

  /// Expected logs of what is shared, by row of the frame; 0 before the first whole step.
  func paths(of frame: FlowFrame, panel: Panel) -> [Double] {
    let skipped = panel.count - paths[0].count * span
    return (0..<frame.rows).map { row in
      let step = (Int(frame.period[row]) - skipped) / span
      return Int(frame.period[row]) >= skipped ? paths[panel.areaOfStratum[Int(frame.stratum[row])]][step] : 0
    }
  }

  /// Whether anything is shared.
  var isSilent: Bool {
    [walk, areaWalk, shock, areaShock].allSatisfy { $0.variance == 0 }
  }

  /// Standard deviations of a walk's step and of passing shocks.
  var estimates: [FlowFit.Estimate] {
    [("walk", walk), ("walk | area", areaWalk), ("shock", shock), ("shock | area", areaShock)].map { name, component in
      .logNormal(
        .standardDeviation(name), component.variance.squareRoot(), logStandardError: component.variance > 0 ? component.logError / 2 : nil)
    }
  }

  // MARK: Futures

  /// What is left of slopes when the walks' part is taken out (the positive part of James and Stein), and the standard
  /// deviation of what is unknown of them.
  func slope(common: Double, areaVariance: Double) -> (common: Double, area: Double, commonError: Double, areaError: Double) {
    let commonPart = slopeVariance * walk.variance
    let areaPart = slopeVariance * areaWalk.variance
    func left(_ part: Double, of square: Double) -> Double { part == 0 ? 1 : square > 0 ? max(0, 1 - part / square) : 0 }
    return (left(commonPart, of: common * common), left(areaPart, of: areaVariance), commonPart.squareRoot(), areaPart.squareRoot())
  }

  /// Factors that keep their mean: `[(draw · areas + area) · horizon + period]` are multiplied by the level at the origin, the
  /// walks' further steps and the passing shocks.
  func multiply(_ factors: UnsafeMutablePointer<Double>, draws: Int, horizon: Int, seed: UInt64) {
    let levels = originLevels(draws, seed: seed)
    var path = [Double](repeating: 0, count: horizon)
    for d in 0..<draws {
      var stream = RandomStream(seed: seed, pair: UInt64(d), 0x7761_6C6B)
      var commonPath = path
      let common = (walk.deviation(stream.nextNormal()), shock.deviation(stream.nextNormal()))
      let own = (areaWalk.deviation(stream.nextNormal()), areaShock.deviation(stream.nextNormal()))
      wander(&commonPath, walk: common.0, shock: common.1, stream: &stream)
      for a in 0..<areas {
        wander(&path, walk: own.0, shock: own.1, stream: &stream)
        let row = factors + (d * areas + a) * horizon
        for t in 0..<horizon { row[t] *= exp(levels[d * areas + a] + commonPath[t] + path[t]) }
      }
    }
  }

  /// A walk in steps of base periods, with shocks that last a step; both less half their variance, so that the mean of the exponential is 1.
  private func wander(_ path: inout [Double], walk: Double, shock: Double, stream: inout RandomStream) {
    let step = walk / Double(span).squareRoot()
    var (level, passing) = (0.0, 0.0)
    for t in path.indices {
      let normals = stream.nextNormalPair()
      if t % span == 0 { passing = shock * normals.1 - shock * shock / 2 }
      level += step * normals.0 - step * step / 2
      path[t] = level + passing
    }
  }

  /// `[draw · areas + area]`: logs of the level at the origin, whose exponentials have the estimates as means.
  private func originLevels(_ draws: Int, seed: UInt64) -> [Double] {
    var levels = [Double](repeating: 0, count: draws * areas)
    guard walk.variance > 0 || areaWalk.variance > 0 else { return levels }
    let root = originRoot()
    for d in 0..<draws {
      var stream = RandomStream(seed: seed ^ 0x6C65_7665_6C, pair: UInt64(d), 1)
      for j in 0..<areas {
        let normal = stream.nextNormal()
        for a in 0..<areas { levels[d * areas + a] += root[a, j] * normal }
      }
    }
    for a in 0..<areas {
      let mean = (0..<draws).reduce(0.0) { $0 + exp(levels[$1 * areas + a]) } / Double(draws)
      for d in 0..<draws { levels[d * areas + a] += level[a] - log(mean) }
    }
    return levels
  }

  /// The covariance, `[area, area]`, of what is unknown of the levels at the origin given the data: how what the
  /// model draws and what it would expect from the draw's own data differ, over all that is drawn independently.
  func originCovariance() -> Matrix {
    let (steps, pull) = (model.steps, originWeights())
    var covariance = Matrix(rows: areas, columns: areas)
    /// Adds what one standard normal brings, by area.
    func add(_ effect: [Double], variance: Double) {
      guard variance > 0 else { return }
      for i in 0..<areas { for j in 0..<areas { covariance[i, j] += variance * effect[i] * effect[j] } }
    }
    func pulled(_ other: Int, by a: Int, _ path: [Double]) -> Double {
      (0..<steps).reduce(0.0) { $0 + pull[(other * areas + a) * steps + $1] * path[$1] }
    }
    for column in walkColumns {
      add((0..<areas).map { other in column[steps - 1] - (0..<areas).reduce(0.0) { $0 + pulled(other, by: $1, column) } }, variance: walk.variance)
      for a in 0..<areas {
        add((0..<areas).map { other in (other == a ? column[steps - 1] : 0) - pulled(other, by: a, column) }, variance: areaWalk.variance)
      }
    }
    for k in 0..<steps {
      func weight(_ other: Int, _ a: Int) -> Double { pull[(other * areas + a) * steps + k] }
      add((0..<areas).map { other in (0..<areas).reduce(0.0) { $0 + weight(other, $1) } }, variance: shock.variance)
      for a in 0..<areas { add((0..<areas).map { weight($0, a) }, variance: areaShock.variance + model.chance[a][k]) }
    }
    return covariance
  }

  /// A square root of it; areas without a walk have none.
  private func originRoot() -> Matrix {
    guard let eigen = try? SymmetricEigen(originCovariance()) else { preconditionFailure("a finite symmetric matrix") }
    var root = eigen.vectors
    for j in 0..<areas { for a in 0..<areas { root[a, j] *= max(0, eigen.values[j]).squareRoot() } }
    return root
  }

  /// What each deviation weighs in each area's expected level at the origin: `[(area · areas + deviation's area) · steps + step]`.
  private func originWeights() -> [Double] {
    let steps = model.steps
    var weights = [Double](repeating: 0, count: areas * areas * steps)
    var unit = [[Double]](repeating: [Double](repeating: 0, count: steps), count: areas)
    for a in 0..<areas {
      for k in 0..<steps where model.chance[a][k] < ShockModel.unknown {
        unit[a][k] = 1
        // The matrices are those of the fit itself: they have been multiplied before.
        guard let expected = try? model.expected(solution, given: unit) else { preconditionFailure("a model that was solved") }
        unit[a][k] = 0
        for other in 0..<areas { weights[(other * areas + a) * steps + k] = expected.commonWalk[steps - 1] + expected.areaWalk[other][steps - 1] }
      }
    }
    return weights
  }
}

extension ShockModel {
  func component(_ part: Part, at solution: Solution) throws(LinearAlgebraError) -> SharedShocks.Component {
    let variance = solution.variances[part.rawValue]
    return variance > 0 ? SharedShocks.Component(variance: variance, logError: try logError(part, at: solution)) : SharedShocks.Component()
  }

  /// Working deviations and their variances of the counts around paths of logs.
  mutating func linearise(_ totals: SharedShocks.Totals, around paths: [[Double]]) {
    for a in 0..<totals.areas {
      var (deviation, chance) = ([Double](repeating: 0, count: steps), [Double](repeating: Self.unknown, count: steps))
      for k in 0..<steps {
        let cell = a * steps + k
        guard totals.means[cell] > 0 else { continue }
        let mean = totals.means[cell] * exp(paths[a][k])
        deviation[k] = paths[a][k] + (totals.events[cell] - mean) / mean
        chance[k] = 1 / mean + totals.clustered[cell] / (totals.means[cell] * totals.means[cell])
      }
      (deviations[a], self.chance[a]) = (deviation, chance)
    }
  }
}

extension SharedShocks.Totals {
  /// - Parameters:
  ///   - fitted: mean events by row.
  ///   - theta: of a row's negative binomial; nil for Poisson.
  init(frame: FlowFrame, panel: Panel, clock: FlowClock, fitted: [Double], theta: Double?) {
    let span = SharedShocks.span(panel.length)
    // Whole steps only: what is left over stands at the beginning.
    let steps = panel.count / span
    let skipped = panel.count - steps * span
    self.areas = panel.areas.count
    self.steps = steps
    events = [Double](repeating: 0, count: areas * steps)
    means = events
    clustered = events
    for row in 0..<frame.rows where Int(frame.period[row]) >= skipped {
      let cell = panel.areaOfStratum[Int(frame.stratum[row])] * steps + (Int(frame.period[row]) - skipped) / span
      events[cell] += frame.response[row]
      means[cell] += fitted[row]
      if let theta { clustered[cell] += fitted[row] * fitted[row] / theta }
    }
    func mean(_ value: (Int) -> Double) -> [Double] {
      (0..<steps).map { k in (0..<span).reduce(0.0) { $0 + value(skipped + k * span + $1) } / Double(span) }
    }
    trend = mean(clock.trend)
    ramp = mean(clock.ramp)
  }
}
