/// The projection of Σ aᵢ onto the cone {v : aᵢ·v ≥ 0 for every row i}, by Lawson and Hanson's active sets.
///
/// It is not zero exactly where the cone holds a v with some aᵢ·v > 0: c = Σ aᵢ splits into its projections onto the cone
/// and onto the polar cone (Moreau), and c·v = Σ aᵢ·v > 0 for such a v. So it decides whether rows can be separated, and
/// shows how. Each step costs one product with the rows; at most as many rows as v has entries are active at once.
///
/// Lawson & Hanson (1974), Solving Least Squares Problems, chapter 23.
public struct ConeProjection: Sendable {
  /// The projection; zero where no row can be kept positive.
  public let direction: [Double]
  /// False where the active sets did not settle: nothing is known then.
  public let isDecided: Bool

  /// - Parameters:
  ///   - sum: Σ aᵢ.
  ///   - products: aᵢ·v of every row.
  ///   - row: aᵢ.
  public init(sum: [Double], products: ([Double]) -> [Double], row: (Int) -> [Double]) throws(LinearAlgebraError) {
    var active = ActiveRows(target: sum)
    var v = sum
    let length = ConeProjection.norm(sum)
    for _ in 0..<(100 + 20 * sum.count) {
      let values = products(v)
      var (worst, low, high) = (-1, 0.0, 0.0)
      for i in values.indices {
        if values[i] < low { (worst, low) = (i, values[i]) }
        high = max(high, abs(values[i]))
      }
      let isNothing = ConeProjection.norm(v) <= 1e-9 * length
      if isNothing || low >= -1e-9 * high || active.contains(worst) {
        direction = isNothing ? [Double](repeating: 0, count: sum.count) : v
        isDecided = isNothing || low >= -1e-9 * high
        return
      }
      v = try active.add(worst, row(worst))
    }
    direction = v
    isDecided = false
  }

  static func norm(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

/// Rows with positive multipliers λ, and v = c + Σ λ a.
private struct ActiveRows {
  let target: [Double]
  private var ids: [Int] = []
  private var rows: [[Double]] = []
  private var multipliers: [Double] = []

  init(target: [Double]) { self.target = target }

  func contains(_ id: Int) -> Bool { ids.contains(id) }

  /// Takes a row in, drops those whose multipliers would turn negative, and gives the new v.
  mutating func add(_ id: Int, _ row: [Double]) throws(LinearAlgebraError) -> [Double] {
    ids.append(id)
    rows.append(row)
    multipliers.append(0)
    while true {
      let best = try PivotedQR(Matrix(columns: rows), tolerance: 1e-12).solve(target.map { -$0 }).map { $0.isNaN ? 0 : $0 }
      guard best.contains(where: { $0 <= 0 }) else {
        multipliers = best
        return current
      }
      var reach = 1.0
      for k in best.indices where best[k] <= 0 {
        reach = min(reach, multipliers[k] / max(multipliers[k] - best[k], .leastNormalMagnitude))
      }
      for k in best.indices { multipliers[k] += reach * (best[k] - multipliers[k]) }
      let gone = Set(best.indices.filter { best[$0] <= 0 && multipliers[$0] <= 1e-14 * (multipliers.max() ?? 0) })
      // The newest row always enters with a positive multiplier but for rounding: then nothing can be won by it.
      guard !gone.isEmpty, gone.count < ids.count || ids.count > 1 else { return current }
      keep(best.indices.filter { !gone.contains($0) })
      if ids.isEmpty { return target }
    }
  }

  private mutating func keep(_ places: [Int]) {
    ids = places.map { ids[$0] }
    rows = places.map { rows[$0] }
    multipliers = places.map { multipliers[$0] }
  }

  private var current: [Double] {
    var v = target
    for (row, multiplier) in zip(rows, multipliers) { for j in v.indices { v[j] += multiplier * row[j] } }
    return v
  }
}
