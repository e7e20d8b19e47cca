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
  /// - Returns: paths that have set aside what `order` and all parts have.
  public static func quantileMean(_ parts: [PathDraws], weights: [Double], order: PathDraws) -> PathDraws {
    precondition(!parts.isEmpty && parts.count == weights.count, "one weight for each forecast")
    precondition(parts.allSatisfy { $0.horizon == order.horizon && $0.draws == order.draws }, "paths of different size")
    let (horizon, draws) = (order.horizon, order.draws)
    var values = order.values
    var setAside: [Int] = []
    for series in 0..<order.hierarchy.bottomCount {
      let known = parts.indices.filter { !parts[$0].setAside.contains(series) }
      guard let first = known.first else {
        if order.setAside.contains(series) { setAside.append(series) }
        continue
      }
      let guide = order.setAside.contains(series) ? parts[first] : order
      let total = known.reduce(0) { $0 + weights[$1] }
      for step in 0..<horizon {
        var mean = [Double](repeating: 0, count: draws)
        for part in known {
          let sorted = parts[part].draws(series, step).sorted()
          for rank in 0..<draws { mean[rank] += weights[part] / total * Double(sorted[rank]) }
        }
        let start = (series * horizon + step) * draws
        for (rank, draw) in guide.ranked(series, step).enumerated() { values[start + draw] = Float(mean[rank]) }
      }
    }
    return PathDraws(hierarchy: order.hierarchy, horizon: horizon, draws: draws, values: values, setAside: setAside)
  }

  private func draws(_ series: Int, _ step: Int) -> ArraySlice<Float> {
    let start = (series * horizon + step) * draws
    return values[start..<(start + draws)]
  }

  private static let salt: UInt64 = 0x7469_6573

  /// The draws of a series at a step, the lowest first.
  private func ranked(_ series: Int, _ step: Int) -> [Int] {
    let own = Array(draws(series, step))
    let ties = (0..<draws).map { RandomStream.uniform(seed: Self.salt, UInt64(series), UInt64($0), 0) }
    return (0..<draws).sorted { (own[$0], ties[$0]) < (own[$1], ties[$1]) }
  }
}
