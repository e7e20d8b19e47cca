import Groundwork
internal import Probability

extension PathDraws {
  /// The mean of several forecasts, quantile by quantile, in the order of one of them.
  ///
  /// Each series and step gets the average of the forecasts' order statistics (Vincent's mean: Lichtendahl, Grushka-Cockayne
  /// and Winkler, Management Science 59, 2013), which is sharper than a mixture of their draws. Its values are dealt to the
  /// draws by the ranks that `order` has there, so that the dependence between series and over time is that of `order`
  /// (Schefzik, Thorarinsdottir and Gneiting, Statistical Science 28, 2013). Ties, of counts, are broken at random, the same
  /// way at every step.
  ///
  /// - Parameters:
  ///   - parts: at least one, of the size of `order`; where one has set a series aside, the others stand for it.
  ///   - weights: one for each part, above 0.
  ///   - threads: series at the same time; the numbers do not depend on it.
  /// - Returns: paths that have set aside what `order` and all parts have.
  public static func quantileMean(_ parts: [PathDraws], weights: [Double], order: PathDraws, threads: Int = 1) -> PathDraws {
    precondition(!parts.isEmpty && parts.count == weights.count, "one weight for each forecast")
    precondition(parts.allSatisfy { $0.horizon == order.horizon && $0.draws == order.draws }, "paths of different size")
    let size = order.horizon * order.draws
    let means = ConcurrentResults.of(order.hierarchy.bottomCount, threads: threads) { series in mean(of: series, parts, weights, order) }
    var values: [Float] = []
    values.reserveCapacity(order.values.count)
    for (series, mean) in means.enumerated() { values += mean ?? Array(order.values[series * size..<(series + 1) * size]) }
    return PathDraws(
      hierarchy: order.hierarchy, horizon: order.horizon, draws: order.draws, values: values,
      setAside: means.indices.filter { means[$0] == nil && order.setAside.contains($0) })
  }

  /// `[step · draws + draw]` of one series; nil where no part has it.
  private static func mean(of series: Int, _ parts: [PathDraws], _ weights: [Double], _ order: PathDraws) -> [Float]? {
    let (horizon, draws) = (order.horizon, order.draws)
    let known = parts.indices.filter { !parts[$0].setAside.contains(series) }
    guard let first = known.first else { return nil }
    let guide = order.setAside.contains(series) ? parts[first] : order
    let lots = lots(series, draws)
    let total = known.reduce(0) { $0 + weights[$1] }
    var values = [Float](repeating: 0, count: horizon * draws)
    for step in 0..<horizon {
      var mean = [Double](repeating: 0, count: draws)
      for part in known {
        let sorted = parts[part].draws(series, step).map(rankable).sorted()
        for rank in 0..<draws { mean[rank] += weights[part] / total * Double(value(sorted[rank])) }
      }
      let ranked = zip(guide.draws(series, step), lots.ranks).map { UInt64(rankable($0)) << 32 | UInt64($1) }.sorted()
      for (rank, own) in ranked.enumerated() { values[step * draws + lots.draws[Int(own & 0xFFFF_FFFF)]] = Float(mean[rank]) }
    }
    return values
  }

  private func draws(_ series: Int, _ step: Int) -> ArraySlice<Float> {
    let start = (series * horizon + step) * draws
    return values[start..<(start + draws)]
  }

  private static let salt: UInt64 = 0x7469_6573

  /// Lots that break a series' ties: each draw's rank, and the draw of each rank.
  private static func lots(_ series: Int, _ count: Int) -> (ranks: [UInt32], draws: [Int]) {
    let lots = (0..<count).map { RandomStream.uniform(seed: salt, UInt64(series), UInt64($0), 0) }
    let draws = (0..<count).sorted { (lots[$0], $0) < (lots[$1], $1) }
    var ranks = [UInt32](repeating: 0, count: count)
    for (rank, draw) in draws.enumerated() { ranks[draw] = UInt32(rank) }
    return (ranks, draws)
  }

  /// A whole number in the order of finite numbers: whole numbers are sorted much sooner. Both zeros are one.
  private static func rankable(_ value: Float) -> UInt32 {
    let bits = (value == 0 ? 0 : value).bitPattern
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }

  private static func value(_ rank: UInt32) -> Float { Float(bitPattern: rank & 0x8000_0000 == 0 ? ~rank : rank & 0x7FFF_FFFF) }
}
