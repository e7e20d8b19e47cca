import Groundwork
import Placements

/// Citizens on average over spans of future periods, by key and draw, under one plan.
///
/// Many keys are counted in one simulation, a block of draws at a time: memory holds the means alone.
public struct PresenceMeans: Sendable {
  private let draws: Int
  private let spans: Int
  private let isKnown: [Bool]
  /// `[(key · spans + span) · draws + draw]`.
  private let values: [Double]

  fileprivate init(draws: Int, spans: Int, isKnown: [Bool], values: [Double]) {
    self.draws = draws
    self.spans = spans
    self.isKnown = isKnown
    self.values = values
  }

  /// `[span][draw]`; nil where nobody is counted.
  public func means(key: Int) -> [[Double]]? {
    guard isKnown[key] else { return nil }
    return (0..<spans).map { span in
      let start = (key * spans + span) * draws
      return Array(values[start..<start + draws])
    }
  }
}

extension FittedDemand {
  /// Simulates the reference and one of the plans on the same clocks as `simulate`. Where only stocks are counted, a period's mean is that
  /// of its beginning and end.
  /// - Parameters:
  ///   - plans: the reference first.
  ///   - judged: index of the plan that is counted.
  ///   - keys: by municipality and stratum, with detail `presence`.
  ///   - spans: of periods ahead from 0, each not empty and inside the horizon.
  public func meanPresence(
    plans: [DemandPlan], judged: Int, keys: TallyKeys, spans: [Range<Int>], draws: Int, seed: UInt64, threads: Int
  ) -> PresenceMeans {
    let knowledge = KeyKnowledge(panel: panel, keys: keys)
    var values = [Double](repeating: 0, count: keys.count * spans.count * draws)
    values.withUnsafeMutableBufferPointer { buffer in
      let cells = MeanCells(base: buffer.baseAddress, draws: draws)
      let known = knowledge.hasFlowStock.indices.filter { knowledge.hasFlowStock[$0] }
      if !known.isEmpty {
        simulateBlocks(
          reference: plans[0], scenarios: judged == 0 ? [] : [plans[judged]], keys: keys, draws: draws, seed: seed, threads: threads
        ) { _, block in
          var paths = PresencePaths(horizon: horizon)
          for key in known {
            paths.clear()
            block.addReference(key: key, to: &paths)
            if judged > 0 { block.addDifference(of: 0, key: key, to: &paths) }
            for (span, steps) in spans.enumerated() { cells.write(paths, block, steps, at: key * spans.count + span) }
          }
        }
      }
      if knowledge.hasStockOnly.contains(true) {
        let counted = simulate(reference: plans[0], scenarios: Array(plans.dropFirst()), keys: keys, draws: draws, seed: seed, threads: threads)
        for key in knowledge.hasStockOnly.indices where knowledge.hasStockOnly[key] {
          let own = stockOnlyMeans(counted, judged, key, last: knowledge.lastStock[key], draws: draws)
          for (span, steps) in spans.enumerated() { cells.add(own, weights(steps), at: key * spans.count + span) }
        }
      }
    }
    let isKnown = knowledge.hasFlowStock.indices.map { knowledge.hasFlowStock[$0] || knowledge.hasStockOnly[$0] }
    return PresenceMeans(draws: draws, spans: spans.count, isKnown: isKnown, values: values)
  }

  /// Each period's share of the days of a span.
  private func weights(_ steps: Range<Int>) -> [(step: Int, share: Double)] {
    let days = steps.map { Double(panel.origin.advanced(by: $0 + 1).days) }
    let total = days.reduce(0, +)
    return zip(steps, days).map { ($0, $1 / total) }
  }

  /// `[period][draw]`.
  private func stockOnlyMeans(_ counted: DemandDraws, _ plan: Int, _ key: Int, last: Double, draws: Int) -> [[Double]] {
    var before = [Double](repeating: last, count: draws)
    return (0..<horizon).map { step in
      var now = [Double](repeating: 0, count: draws)
      counted.addStockOnly(plan: plan, key: key, step: step, to: &now)
      defer { before = now }
      return zip(before, now).map { ($0 + $1) / 2 }
    }
  }
}

/// The means while they are written: each block of draws has its own cells, so that threads do not meet.
private struct MeanCells: @unchecked Sendable {
  let base: UnsafeMutablePointer<Double>?
  let draws: Int

  func write(_ paths: PresencePaths, _ block: PresenceBlock, _ steps: Range<Int>, at line: Int) {
    guard let base else { return }
    var (sum, length) = (SIMD16<Int32>.zero, 0)
    for step in steps {
      sum &+= paths.days[step]
      length += Int(block.days[step])
    }
    for (lane, draw) in block.draws.enumerated() { base[line * draws + draw] = Double(sum[lane]) / Double(length) }
  }

  func add(_ values: [[Double]], _ weights: [(step: Int, share: Double)], at line: Int) {
    guard let base else { return }
    for (step, share) in weights { for draw in 0..<draws { base[line * draws + draw] += share * values[step][draw] } }
  }
}
