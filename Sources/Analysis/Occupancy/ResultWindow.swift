import Demand
import Placements

/// A whole period of the results with the steps of the simulation in it.
struct ResultWindow: Sendable {
  let period: Period
  let steps: Range<Int>
  /// Days of each step.
  let lengths: [Double]

  /// Those that the request wants. A period that began before the origin is only partly simulated.
  static func all(_ request: RunRequest, panel: Panel, horizon: Int) -> [ResultWindow] {
    let length = max(request.every, panel.length)
    return (0..<horizon).compactMap { step in
      let own = panel.origin.advanced(by: step + 1)
      let whole = own.enclosing(length)
      guard whole.lastDay == own.lastDay, whole.firstDay > panel.origin.lastDay, request.onlyPeriods?.contains(whole) ?? true else { return nil }
      let steps = (step + 1 - length.months / panel.length.months)..<(step + 1)
      return ResultWindow(period: whole, steps: steps, lengths: steps.map { Double(panel.origin.advanced(by: $0 + 1).days) })
    }
  }
}
