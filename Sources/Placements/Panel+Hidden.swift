/// Estimates of counts that the source hides because they are small.
///
/// Left out like blanks they would lean every rate upwards, since only large counts would speak. So hidden flows are numbers within
/// their bounds by the Poisson rate of their series: its quantiles at levels that are spread evenly, so that mean and spread over a
/// series are those expected. A hidden stock is what lies between its neighbours, within its bounds. That the rate is itself
/// estimated makes intervals a little narrow.
extension Panel {
  static let flows: [Quantity] = [.admissions, .homecomings, .otherExits]

  /// Takes over what the sums know, and estimates what they know bounds of.
  mutating func settle(_ given: ActivitySums) {
    var sums = given
    for stratum in strata.indices where balances(sums, stratum) { narrow(&sums, stratum: stratum) }
    for quantity in [.stock, .occupiedDays] + Self.flows {
      for index in values[quantity.rawValue].indices where given.isCounted(quantity, index) {
        if given.isKnown(quantity, index) {
          values[quantity.rawValue][index] = sums.lower[quantity.rawValue][index]
        } else {
          uncounted[quantity.rawValue].insert(index)
        }
      }
    }
    for stratum in strata.indices {
      for quantity in Self.flows { estimateFlow(quantity, stratum: stratum, sums) }
      for municipality in municipalities.indices { estimateStock(municipality, stratum, sums) }
    }
  }

  /// Cells with everything known, at least, from which to judge whether the source's accounts balance.
  private static let leastCells = 10

  /// Whether stocks and flows agree in nearly all cells in which both are known, so that one may be inferred from the others.
  private func balances(_ sums: ActivitySums, _ stratum: Int) -> Bool {
    var known = 0
    var balanced = 0
    for municipality in municipalities.indices {
      let start = offset(municipality, stratum)
      for index in (start..<start + count).dropFirst() {
        let terms = Self.terms(index)
        guard terms.allSatisfy({ sums.isKnown($0.quantity, $0.index) }) else { continue }
        known += 1
        if terms.reduce(0, { $0 + $1.sign * sums.lower[$1.quantity.rawValue][$1.index] }) == 0 { balanced += 1 }
      }
    }
    return known >= Self.leastCells && Double(balanced) >= 0.95 * Double(known)
  }

  /// stock(t) − stock(t−1) − admissions + homecomings + other exits = 0.
  private static func terms(_ index: Int) -> [(quantity: Quantity, index: Int, sign: Double)] {
    [(.stock, index, 1), (.stock, index - 1, -1), (.admissions, index, -1), (.homecomings, index, 1), (.otherExits, index, 1)]
  }

  /// Narrows each hidden term to what the others of its account leave it, forwards and backwards in time.
  private func narrow(_ sums: inout ActivitySums, stratum: Int) {
    for municipality in municipalities.indices {
      let inner = (offset(municipality, stratum)..<offset(municipality, stratum) + count).dropFirst()
      for index in Array(inner) + inner.reversed() {
        let terms = Self.terms(index)
        for hidden in terms where sums.isCounted(hidden.quantity, hidden.index) && !sums.isKnown(hidden.quantity, hidden.index) {
          var (low, high) = (0.0, 0.0)
          for other in terms where !(other.quantity == hidden.quantity && other.index == hidden.index) {
            let (a, b) = (sums.lower[other.quantity.rawValue][other.index], sums.upper[other.quantity.rawValue][other.index])
            // An unknown term leaves everything open.
            let ends = [-other.sign * hidden.sign * a, -other.sign * hidden.sign * b]
            low += a.isNaN ? -.infinity : min(ends[0], ends[1])
            high += a.isNaN ? .infinity : max(ends[0], ends[1])
          }
          // Bounds that contradict the account stay as they were given.
          if !low.isNaN, !high.isNaN { _ = sums.narrow(hidden.quantity, hidden.index, to: max(0, low), high) }
        }
      }
    }
  }

  private mutating func estimateFlow(_ quantity: Quantity, stratum: Int, _ sums: ActivitySums) {
    var known: [[Double]] = []
    var hidden: [[(index: Int, bounds: ClosedRange<Double>)]] = []
    for municipality in municipalities.indices {
      let cells = offset(municipality, stratum)..<offset(municipality, stratum) + count
      known.append(cells.map { values[quantity.rawValue][$0] }.filter { !$0.isNaN })
      hidden.append(
        cells.compactMap { index in
          uncounted[quantity.rawValue].contains(index) ? sums.bounds(quantity, index).map { (index, $0) } : nil
        })
    }
    guard hidden.contains(where: { !$0.isEmpty }) else { return }
    let rates = TruncatedPoisson.rates(known: known, bounded: hidden.map { $0.map(\.bounds) })
    var level = 0.5
    for (series, rate) in zip(hidden, rates) {
      for (index, bounds) in series {
        values[quantity.rawValue][index] = TruncatedPoisson.quantile(level, rate: rate, within: bounds)
        // Multiples of the golden ratio spread most evenly, however many there are (Weyl's sequence).
        level = (level + 0.618_033_988_749_894_8).truncatingRemainder(dividingBy: 1)
      }
    }
  }

  private mutating func estimateStock(_ municipality: Int, _ stratum: Int, _ sums: ActivitySums) {
    let start = offset(municipality, stratum)
    let known = (start..<start + count).filter { !values[Quantity.stock.rawValue][$0].isNaN }
    let stocks = values[Quantity.stock.rawValue]
    for index in start..<start + count {
      guard uncounted[Quantity.stock.rawValue].contains(index), let bounds = sums.bounds(.stock, index) else { continue }
      let value: Double
      switch (known.last { $0 < index }, known.first { $0 > index }) {
      case (let before?, let after?): value = stocks[before] + (stocks[after] - stocks[before]) * Double(index - before) / Double(after - before)
      case (let near?, nil), (nil, let near?): value = stocks[near]
      case (nil, nil): value = (bounds.lowerBound + bounds.upperBound) / 2
      }
      values[Quantity.stock.rawValue][index] = min(max(value, bounds.lowerBound), bounds.upperBound)
    }
  }
}
