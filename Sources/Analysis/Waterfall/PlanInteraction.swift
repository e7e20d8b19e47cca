import Forecasting
import Placements

/// What a scenario's changes do together beyond the sum of what each does alone:
/// scenario − base − Σ (change alone − base), in every draw.
public struct PlanInteraction: Hashable, Sendable {
  /// Indices of a run's plans.
  public let base: Int
  public let parts: [Int]
  public let whole: Int

  /// - Parameter vectors: by plan, the figure's value in every draw; nil where a plan has none, which is the base's, or zero.
  /// - Returns: by draw; nil where the whole has no figure.
  func values(_ vectors: [[Double]?]) -> [Double]? {
    guard let all = vectors[whole] else { return nil }
    let none = [Double](repeating: 0, count: all.count)
    let start = vectors[base] ?? none
    let alone = parts.map { vectors[$0] ?? start }
    return all.indices.map { d in
      let rest = all[d] - start[d]
      return alone.reduce(rest) { $0 - ($1[d] - start[d]) }
    }
  }

  /// The row stands behind the plans' own; its value is its difference.
  func row(_ vectors: [[Double]?], key: ResultKey, period: Period, measure: Measure, request: RunRequest) -> ResultRow? {
    values(vectors).map { values in
      ResultRow(
        plan: vectors.count, key: key, period: period, measure: measure, values: values, base: [Double](repeating: 0, count: values.count),
        request: request)
    }
  }
}
