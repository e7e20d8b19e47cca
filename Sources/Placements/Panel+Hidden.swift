/// Estimates of counts that the source hides because they are small.
///
/// Left out like blanks they would lean every rate upwards, since only large counts would speak. So hidden flows are numbers within
/// their bounds by the Poisson rates of their series (`HiddenFlows`): quantiles at levels that are spread evenly, so that mean and spread
/// over a series are those expected. A hidden stock is what lies between its neighbours, within its bounds. That the rate is itself
/// estimated makes intervals a little narrow.
extension Panel {
  static let flows: [Quantity] = [.admissions, .homecomings, .otherExits]

  /// Takes over what the sums know, and estimates what they know bounds of.
  mutating func settle(_ given: ActivitySums) {
    var sums = given
    let balanced = strata.indices.map { balances(given, $0) }
    for stratum in strata.indices where balanced[stratum] { narrow(&sums, stratum: stratum) }
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
      estimateFlows(stratum: stratum, balanced: balanced[stratum], sums)
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

  private mutating func estimateFlows(stratum: Int, balanced: Bool, _ sums: ActivitySums) {
    var cells: [(index: Int, cell: HiddenFlows.Cell)] = []
    var known = Self.flows.map { _ in municipalities.map { _ in (sum: 0.0, count: 0.0) } }
    for municipality in municipalities.indices {
      let start = offset(municipality, stratum)
      for index in start..<start + count {
        let isHidden = Self.flows.contains { uncounted[$0.rawValue].contains(index) && sums.bounds($0, index) != nil }
        if isHidden {
          let stocks = index > start ? [index - 1, index].map { sums.isKnown(.stock, $0) ? sums.lower[Quantity.stock.rawValue][$0] : .nan } : [.nan, .nan]
          let change = stocks[1] - stocks[0]
          cells.append(
            (index, HiddenFlows.Cell(
              municipality: municipality, bounds: Self.flows.map { sums.bounds($0, index) }, change: balanced && !change.isNaN ? change : nil)))
        } else {
          for (flow, quantity) in Self.flows.enumerated() where !values[quantity.rawValue][index].isNaN {
            known[flow][municipality].sum += values[quantity.rawValue][index]
            known[flow][municipality].count += 1
          }
        }
      }
    }
    guard !cells.isEmpty else { return }
    let hidden = HiddenFlows(known: known, cells: cells.map(\.cell))
    var level = 0.5
    for (index, cell) in cells {
      let counts = hidden.quantile(cell, level: level)
      for (flow, quantity) in Self.flows.enumerated() where uncounted[quantity.rawValue].contains(index) {
        if let count = counts[flow] { values[quantity.rawValue][index] = count }
      }
      // Multiples of the golden ratio spread most evenly, however many there are (Weyl's sequence).
      level = (level + 0.618_033_988_749_894_8).truncatingRemainder(dividingBy: 1)
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
