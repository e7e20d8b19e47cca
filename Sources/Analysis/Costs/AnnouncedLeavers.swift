import Capacity
import Demand
import Placements

/// Citizens whose leaving was announced beforehand: notice runs, and costs begin to adapt, from the announcement and not from the day on which
/// they leave. Batches of a scenario and rows of `notices`.
struct AnnouncedLeavers {
  /// `[period][draw]`.
  let citizens: [[Double]]
  /// Days from announcement to leaving, on average over those of the period and draw.
  let noticeDays: [[Double]]

  /// Nil where nobody of the line is announced.
  init?(_ simulated: SimulatedPlans, plan: Int, key: Int, horizon: Int, draws: Int) {
    guard simulated.detail == .announced, simulated.draws.isChanged(plan: plan, key: key) else { return nil }
    func counts(_ kind: EventTally.Kind) -> [[Double]] {
      (0..<horizon).map { step in
        var values = [Double](repeating: 0, count: draws)
        simulated.draws.add(kind, plan: plan, key: key, step: step, to: &values)
        return values
      }
    }
    citizens = counts(.batchCitizens)
    guard citizens.contains(where: { $0.contains { $0 > 0 } }) else { return nil }
    noticeDays = zip(citizens, counts(.noticeDays)).map { zip($0, $1).map { $0 > 0 ? $1 / $0 : 0 } }
  }

  /// Of those, the number for whom nothing is paid after they have left, `[period][draw]`: of notice to the end of the k-th month after the
  /// running one, (k + ½) months on average, the days before leaving are over.
  func withoutPay(months: Int) -> [[Double]] {
    let usual = (Double(months) + 0.5) * 365.25 / 12
    return zip(citizens, noticeDays).map { zip($0, $1).map { $0 * min(1, $1 / usual) } }
  }

  /// By how many citizens' costs the offer has adapted more than if the announcement had come on the day of leaving, `[period][draw]`, at least 0:
  /// L(t₀) · (W(t − t₀ + a) − W(t − t₀)), with W what costs have followed in the end of so many periods and a the notice.
  /// - Parameters:
  ///   - weights: of the cost behaviour.
  ///   - cuts: periods in which places are cut, after which nothing of before is left to adapt.
  func early(_ weights: [Double], days: [Int], cuts: [Int]) -> [[Double]] {
    let followed = weights.reduce(into: [0.0]) { $0.append(($0.last ?? 0) + $1) }
    func adapted(_ periods: Int) -> Double { followed[min(max(0, periods + 1), followed.count - 1)] }
    var early = citizens.map { $0.map { _ in 0.0 } }
    for (start, own) in citizens.enumerated() {
      for d in own.indices where own[d] > 0 {
        let notice = Int((noticeDays[start][d] / Double(days[start])).rounded())
        for t in start..<citizens.count {
          if cuts.contains(where: { $0 > start && $0 <= t }) { break }
          early[t][d] += own[d] * (adapted(t - start + notice) - adapted(t - start))
        }
      }
    }
    return early
  }
}
