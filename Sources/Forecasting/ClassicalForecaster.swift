internal import Groundwork
internal import LinearAlgebra
internal import Probability

/// A method that forecasts every node by itself and makes the paths add up afterwards.
///
/// Shocks are joint: their correlation over nodes is that of past one-step errors, shrunk as for MinT, so that sums have the
/// spread that their own errors had. A node is modelled by its last run of known values; what came before a hole is not used.
public struct ClassicalForecaster: Forecaster {
  public enum Method: String, CaseIterable, Sendable {
    case naive
    case seasonalNaive = "seasonal_naive"
    case drift
    case exponentialSmoothing = "ets"
    case theta
    /// Mean of ETS, Theta and the (seasonal) naive forecast.
    case mean
  }

  public let method: Method
  public let reconciliation: Reconciliation.Method
  public var name: String { method.rawValue }

  public init(_ method: Method, reconciliation: Reconciliation.Method = .wlsVariance) {
    self.method = method
    self.reconciliation = reconciliation
  }

  public func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
    let nodes = history.hierarchy.nodes
    // Nodes of the same series, such as a total and its only region, share a model.
    var placeOfMembers: [[Int]: Int] = [:]
    var distinct: [Int] = []
    let places = nodes.indices.map { index in
      if let known = placeOfMembers[nodes[index].members] { return known }
      placeOfMembers[nodes[index].members] = distinct.count
      distinct.append(index)
      return distinct.count - 1
    }
    let different = distinct
    let fitted = ConcurrentResults.of(different.count, threads: threads) { index in
      NodeForecast(history.values(of: nodes[different[index]]), method: method, season: history.season)
    }
    let models = places.map { fitted[$0] }
    guard history.hierarchy.hasSums else {
      return separate(history, models: models, horizon: horizon, draws: draws, seed: seed, threads: threads)
    }
    return reconciled(history, models: models, horizon: horizon, draws: draws, seed: seed, threads: threads)
  }

  // MARK: Paths

  /// Every node is a series of its own, perhaps given more than once or not at all.
  private func separate(
    _ history: SeriesHistory, models: [NodeForecast], horizon: Int, draws: Int, seed: UInt64, threads: Int
  ) -> PathDraws {
    var modelOfSeries = [NodeForecast?](repeating: nil, count: history.hierarchy.bottomCount)
    for (node, model) in zip(history.hierarchy.nodes, models) { modelOfSeries[node.members[0]] = model }
    let ofSeries = modelOfSeries
    let paths = ConcurrentResults<[Float]>.of(ofSeries.count, threads: threads) { series in
      var values = [Float](repeating: 0, count: horizon * draws)
      guard let model = ofSeries[series], model.isUsable else { return values }
      var stream = RandomStream(seed: seed ^ Self.salt, pair: 1, UInt64(series))
      for draw in 0..<draws {
        let shocks = (0..<(model.staleness + horizon)).map { _ in stream.nextNormal() }
        let path = model.path(shocks, parameter: stream.nextNormal())
        for step in 0..<horizon { values[step * draws + draw] = Float(path[step]) }
      }
      return values
    }
    let setAside = ofSeries.indices.filter { ofSeries[$0]?.isUsable != true }
    return PathDraws(hierarchy: history.hierarchy, horizon: horizon, draws: draws, values: paths.flatMap { $0 }, setAside: setAside)
  }

  private static let salt: UInt64 = 0x636C_6173_73
  private static let batch = 64

  private func reconciled(
    _ history: SeriesHistory, models: [NodeForecast], horizon: Int, draws: Int, seed: UInt64, threads: Int
  ) -> PathDraws {
    let hierarchy = history.hierarchy
    let errors = JointErrors(models: models, periods: history.count)
    let (reconciliation, kept) = reconciliation(hierarchy, models: models, errors: errors)
    let shocks = JointShocks(ShrunkCovariance(errors.rows))
    let bottoms = hierarchy.bottomCount
    let steps = horizon + (models.map(\.staleness).max() ?? 0)
    let setAside = history.unobserved
    let skipped = Set(setAside)
    let shown = (0..<bottoms).filter { !skipped.contains($0) }
    var values = [Float](repeating: 0, count: bottoms * horizon * draws)
    // In batches, so that what all series will be is not held twice.
    for batch in stride(from: 0, to: draws, by: Self.batch) {
      let count = min(Self.batch, draws - batch)
      let blocks = ConcurrentResults<Matrix>.of(count, threads: threads) { index in
        var stream = RandomStream(seed: seed ^ Self.salt, pair: 2, UInt64(batch + index))
        let drawn = shocks.draw(steps: steps, &stream)
        var nodeValues = Matrix(rows: kept.count, columns: horizon)
        var row = 0
        for (node, model) in models.enumerated() {
          let own = (0..<(model.staleness + horizon)).map { drawn[node, $0] }
          let path = model.path(own, parameter: stream.nextNormal())
          guard row < kept.count, kept[row] == node else { continue }
          for step in 0..<horizon { nodeValues[row, step] = path[step] }
          row += 1
        }
        return reconciliation.bottom(nodeValues)
      }
      for series in shown {
        for step in 0..<horizon {
          let start = (series * horizon + step) * draws + batch
          for index in 0..<count { values[start + index] = Float(blocks[index][series, step]) }
        }
      }
    }
    return PathDraws(hierarchy: hierarchy, horizon: horizon, draws: draws, values: values, setAside: setAside)
  }

  /// How the nodes' paths are made to add up, and the nodes that count in it, ascending. Sums whose last value is older than
  /// others', or that have hardly been seen together, are left out: one series that ended or began would speak for all.
  /// Without enough past errors nodes are weighed by the number of their series.
  private func reconciliation(_ hierarchy: SeriesHierarchy, models: [NodeForecast], errors: JointErrors) -> (Reconciliation, kept: [Int]) {
    let newest = models.filter(\.isUsable).map(\.staleness).min() ?? 0
    let kept = hierarchy.nodes.indices.filter { index in
      hierarchy.nodes[index].members.count == 1 || (models[index].staleness == newest && models[index].errorCount >= NodeForecast.enoughErrors)
    }
    let part = SeriesHierarchy(nodes: kept.map { hierarchy.nodes[$0] }, bottomCount: hierarchy.bottomCount)
    let found =
      (try? Reconciliation(errors.count >= 2 ? reconciliation : .wlsStructural, hierarchy: part, residuals: kept.map { errors.rows[$0] }))
      ?? (try? Reconciliation(.wlsStructural, hierarchy: part))
    guard let found else { preconditionFailure("every series must be a node") }
    return (found, kept)
  }
}

/// A node's model, or none where nothing is known of it.
struct NodeForecast: Sendable {
  private let model: (any UnivariateModel)?
  /// Periods between the last known value and the origin.
  let staleness: Int
  /// `[period]` of the whole history: one-step errors over their standard deviation times `scale`; NaN outside the run.
  let errors: [Double]

  var isUsable: Bool { model != nil }

  /// Errors that say something of a node's spread and of how it moves with others.
  static let enoughErrors = 3
  var errorCount: Int { errors.count { !$0.isNaN } }

  init(_ values: [Double], method: ClassicalForecaster.Method, season: Int) {
    var end = values.count
    while end > 0, values[end - 1].isNaN { end -= 1 }
    var start = end
    while start > 0, !values[start - 1].isNaN { start -= 1 }
    staleness = values.count - end
    guard end > start else {
      model = nil
      errors = [Double](repeating: .nan, count: values.count)
      return
    }
    let run = Array(values[start..<end])
    let model = Self.fitted(run, method: method, season: season)
    self.model = model
    // Errors in the series' unit, whatever the model counts in.
    let unit = NaiveModel(run).sigma
    let inUnit = model.errors.map { model.sigma > 0 ? $0 / model.sigma * unit : 0 }
    errors = [Double](repeating: .nan, count: start) + inUnit + [Double](repeating: .nan, count: staleness)
  }

  private static func fitted(_ run: [Double], method: ClassicalForecaster.Method, season: Int) -> any UnivariateModel {
    let naive: any UnivariateModel = season > 1 && run.count > season ? SeasonalNaiveModel(run, season: season) : NaiveModel(run)
    guard run.contains(where: { $0 != run[0] }) else { return NaiveModel(run) }
    switch method {
    case .naive: return NaiveModel(run)
    case .seasonalNaive: return naive
    case .drift: return NaiveModel(run, hasDrift: true)
    case .exponentialSmoothing: return ExponentialSmoothingModel.best(run, season: season) ?? NaiveModel(run)
    case .theta: return run.count > 2 ? ThetaModel(run, season: season) : NaiveModel(run)
    case .mean:
      guard run.count > 2 else { return NaiveModel(run) }
      let smoothing: (any UnivariateModel)? = ExponentialSmoothingModel.best(run, season: season)
      return MeanModel([smoothing ?? NaiveModel(run), ThetaModel(run, season: season), naive])
    }
  }

  /// The steps after the origin; those that passed since the last known value are walked first. Zeros without a model.
  func path(_ shocks: [Double], parameter: Double) -> [Double] {
    guard let model else { return [Double](repeating: 0, count: shocks.count - staleness) }
    return Array(model.path(shocks, parameter: parameter).dropFirst(staleness))
  }
}

/// One-step errors of all nodes over the periods that all nodes with enough of them share.
struct JointErrors {
  /// `[node][period]`; zeros for a node without a model or with few errors.
  let rows: [[Double]]
  var count: Int { rows.first?.count ?? 0 }

  init(models: [NodeForecast], periods: Int) {
    let newest = models.filter(\.isUsable).map(\.staleness).min() ?? 0
    func counts(_ model: NodeForecast) -> Bool {
      model.isUsable && model.staleness == newest && model.errorCount >= NodeForecast.enoughErrors
    }
    let usable = models.filter(counts)
    let shared = usable.isEmpty ? [] : (0..<periods).filter { t in usable.allSatisfy { !$0.errors[t].isNaN } }
    rows = models.map { model in shared.map { counts(model) ? model.errors[$0] : 0 } }
  }
}

/// Standardised shocks of all nodes with the shrunk correlations: a random mix of past errors, and noise of each node's own.
struct JointShocks: Sendable {
  /// Nodes × periods.
  private let errors: Matrix
  private let own: [Double]

  init(_ covariance: ShrunkCovariance) {
    let rows = covariance.standardised
    let periods = rows.first?.count ?? 0
    let shared = periods > 0 ? ((1 - covariance.lambda) / Double(periods)).squareRoot() : 0
    errors = Matrix(columns: (0..<max(1, periods)).map { t in rows.map { t < periods ? shared * $0[t] : 0 } })
    // A node that never erred has noise alone.
    own = covariance.scales.map { $0 > 0 ? covariance.lambda.squareRoot() : 1 }
  }

  /// Nodes × steps.
  func draw(steps: Int, _ stream: inout RandomStream) -> Matrix {
    var mix = Matrix(rows: errors.columns, columns: steps)
    for step in 0..<steps {
      for t in 0..<errors.columns { mix[t, step] = stream.nextNormal() }
    }
    guard var shocks = try? errors.multiplied(by: mix) else { preconditionFailure("sizes were checked") }
    for step in 0..<steps {
      for node in own.indices { shocks[node, step] += own[node] * stream.nextNormal() }
    }
    return shocks
  }
}
