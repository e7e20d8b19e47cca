internal import Glibc
internal import Groundwork
internal import Probability

extension PooledLocalLevelFit {
  private enum Part: UInt64 {
    case total = 1, group, local
  }

  /// Joint paths: shocks of the whole and of the groups are the same for all their series in a draw.
  func simulate(draws: Int, seed: UInt64, threads: Int) -> PathDraws {
    let common = paths(total, part: .total, index: 0, draws: draws, seed: seed)
    let grouped = ConcurrentResults.of(groups.count, threads: threads) { index in
      let own = paths(groups[index], part: .group, index: index, draws: draws, seed: seed)
      return zip(common, own).map { $0 + $1 }
    }
    let skipped = Set(setAside)
    let series = ConcurrentResults<[Float]>.of(locals.count, threads: threads) { index in
      if skipped.contains(index) { return [Float](repeating: 0, count: horizon * draws) }
      return values(series: index, shared: grouped[group[index]], draws: draws, seed: seed)
    }
    return PathDraws(
      hierarchy: history.hierarchy, horizon: horizon, draws: draws, values: series.flatMap { $0 }, setAside: setAside)
  }

  /// `[step · draws + draw]` of one series, on its own scale.
  private func values(series: Int, shared: [Double], draws: Int, seed: UInt64) -> [Float] {
    let own = paths(locals[series], part: .local, index: series, draws: draws, seed: seed)
    var result = [Float](repeating: 0, count: own.count)
    for step in 0..<horizon {
      let base = groupLevels[group[series]] + season.effect(series: series, period: history.count + step)
      for draw in (step * draws)..<((step + 1) * draws) {
        result[draw] = Float(exp(base + shared[draw] + own[draw]) - PooledLocalLevel.offset)
      }
    }
    return result
  }

  /// `[step · draws + draw]`: log paths of one part. Half of what a shock adds to the mean of the exponential for good is
  /// taken off, so that a level is expected to stay where it is.
  private func paths(_ part: Component, part kind: Part, index: Int, draws: Int, seed: UInt64) -> [Double] {
    var result = [Double](repeating: 0, count: horizon * draws)
    var stream = RandomStream(seed: seed ^ 0x6C6F_6361_6C, pair: kind.rawValue, UInt64(index))
    let heavy = sqrt((PooledLocalLevel.tailDegrees - 2) / 2)
    for draw in 0..<draws {
      var variance = part.variance
      if let degrees = part.degrees { variance *= degrees / (2 * stream.nextGamma(degrees / 2)) }
      let spread = sqrt(variance)
      var level = part.level
      var slope = part.slope + (part.slopeError > 0 ? part.slopeError * stream.nextNormal() : 0)
      let lost = part.alpha * part.alpha * variance / 2
      for _ in 0..<part.staleness {
        level += part.alpha * spread * heavy * stream.nextNormal() / sqrt(stream.nextGamma(PooledLocalLevel.tailDegrees / 2)) - lost
      }
      for step in 0..<horizon {
        let shock = variance > 0 ? spread * heavy * stream.nextNormal() / sqrt(stream.nextGamma(PooledLocalLevel.tailDegrees / 2)) : 0
        slope *= damping
        level += slope - lost
        result[step * draws + draw] = level + shock
        level += part.alpha * shock
        slope += part.beta * shock
      }
    }
    return result
  }
}
