internal import Glibc

/// Fits the parts of a pooled local level.
struct ComponentFitting {
  typealias Component = PooledLocalLevelFit.Component

  let total: Component
  let groups: [Component]
  let locals: [Component]

  /// Groups that are needed to judge by their deviations whether changes go on; below that, the series' own are asked.
  private static let enoughGroups = 5

  init(parts: PathParts, history: SeriesHistory, horizon: Int, damping: Double) {
    let season = history.season
    let perYear = Double(season)
    let wanted = max(3, 2 * season)
    let first = history.count > wanted + 1 ? wanted : 2
    let localAlpha = LevelSmoothing.shared(parts.localDeviations, season: season, horizon: horizon, first: first)
    let decay = pow(PooledLocalLevel.slopeDecay, 1 / perYear)
    let judged = parts.groupDeviations.count >= Self.enoughGroups ? parts.groupDeviations : parts.localDeviations
    let evidence = SlopeEvidence(judged, horizon: horizon, decay: decay, damping: damping, first: first)
    let past = Past(slope: ExponentialWeights(decay: decay), variance: ExponentialWeights(decay: pow(PooledLocalLevel.varianceDecay, 1 / perYear)))
    let beta = (1 - decay) * evidence.weight
    let groupShare = evidence.weight * min(1, max(0, evidence.coefficient))

    // Many series that belong to no groups say more about the whole's smoothing than its own few periods do.
    var totalAlpha = parts.hasGroups ? 1 : localAlpha
    if !parts.hasGroups, parts.localDeviations.count < Self.enoughGroups {
      totalAlpha = LevelSmoothing.shared([parts.total.level], season: season, horizon: horizon, first: first)
    }
    total = Self.total(parts.total, alpha: totalAlpha, weight: evidence.weight, beta: beta, season: season, past: past)
    var groupAlpha = 1.0
    if parts.hasGroups {
      groupAlpha = max(localAlpha, LevelSmoothing.shared(parts.groupDeviations, season: season, horizon: horizon, first: first))
    }
    groups = Self.groups(
      parts, alpha: groupAlpha, share: groupShare, beta: beta * min(1, max(0, evidence.coefficient)), season: season, past: past)
    locals = Self.locals(parts, history: history, alpha: localAlpha, past: past)
  }

  private struct Past {
    let slope: ExponentialWeights
    let variance: ExponentialWeights
  }

  /// The whole's slope is drawn towards 0 as far as its own noise asks (the positive part of James and Stein).
  private static func total(_ index: ChainIndex, alpha: Double, weight: Double, beta: Double, season: Int, past: Past) -> Component {
    var result = Component()
    let known = index.change.filter { !$0.isNaN }
    let track = LevelSmoothing.track(index.level, alpha: alpha, season: season)
    result.alpha = alpha
    result.beta = beta
    result.level = track.last - (index.level.last ?? 0)
    guard known.count >= 2 else { return result }
    let (mean, size) = past.slope.mean(index.change)
    let about = past.slope.mean(index.change.map { ($0 - mean) * ($0 - mean) }).mean * size / max(size - 1, 0.5)
    let error = about / size
    let share = mean == 0 ? 0 : weight * max(0, 1 - error / (mean * mean))
    result.slope = share * mean
    result.slopeError = share * sqrt(error)
    let errors = zip(track.errors, index.change).map { $1.isNaN ? .nan : $0 - share * mean }
    let (variance, degrees) = past.variance.mean(errors.map { $0 * $0 })
    result.variance = variance
    result.degrees = degrees + 2
    result.staleness = unknownAtEnd(index.change)
    return result
  }

  /// Periods before the origin in which no change is known.
  private static func unknownAtEnd(_ changes: [Double]) -> Int { changes.reversed().prefix { $0.isNaN }.count }

  private static func groups(_ parts: PathParts, alpha: Double, share: Double, beta: Double, season: Int, past: Past) -> [Component] {
    guard parts.hasGroups else { return parts.groupDeviations.map { _ in Component() } }
    var components: [Component] = []
    var observations: [Double] = []
    for (row, changes) in zip(parts.groupDeviations, parts.groupChanges) {
      var one = Component()
      let track = LevelSmoothing.track(row, alpha: alpha, season: season)
      one.slope = share * past.slope.mean(changes).mean
      one.level = track.last - (row.last ?? 0)
      one.alpha = alpha
      one.beta = beta
      let slope = one.slope
      // Over periods in which nobody counted the path is carried on: that is no change of zero.
      let errors = zip(track.errors, changes).map { $1.isNaN ? .nan : $0 - slope }
      let (variance, size) = past.variance.mean(errors.map { $0 * $0 })
      one.staleness = unknownAtEnd(changes)
      one.variance = variance
      observations.append(size)
      components.append(one)
    }
    let seen = observations.indices.filter { observations[$0] > 0 }
    let mean = seen.reduce(0) { $0 + components[$1].variance } / Double(max(1, seen.count))
    for index in components.indices {
      let size = observations[index]
      components[index].variance = (PooledLocalLevel.priorSize * mean + size * components[index].variance) / (PooledLocalLevel.priorSize + size)
    }
    return components
  }

  private static func locals(_ parts: PathParts, history: SeriesHistory, alpha: Double, past: Past) -> [Component] {
    var components: [Component] = []
    var variances: [Double] = []
    var observations: [Double] = []
    let sizes = history.bottom.map { series in
      let known = series.filter { !$0.isNaN }
      return PooledLocalLevel.offset + (known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count))
    }
    for row in parts.localDeviations {
      var one = Component()
      let track = LevelSmoothing.track(row, alpha: alpha, season: history.season)
      one.level = track.last.isNaN ? 0 : track.last
      one.alpha = alpha
      one.staleness = track.staleness
      let (variance, size) = past.variance.mean(track.errors.map { $0 * $0 })
      variances.append(size > 0 ? variance : .nan)
      observations.append(size)
      components.append(one)
    }
    let curve = SizeVariance(variances: variances, sizes: sizes)
    for index in components.indices {
      components[index].variance = curve.shrunk(
        variances[index], observations: observations[index], size: sizes[index], priorSize: PooledLocalLevel.priorSize)
    }
    return components
  }
}
