internal import Glibc
internal import Groundwork

/// Thousands of points as tiles whose depth says how many lie there.
struct PointTiles {
  let tiles: [Plot.Tile]

  private static let columns = 72
  private static let rows = 44

  init(_ points: [Plot.Point], isLogarithmic: Bool) {
    func along(_ x: Double) -> Double { isLogarithmic ? log10(x) : x }
    func back(_ x: Double) -> Double { isLogarithmic ? pow(10, x) : x }
    guard let left = points.map({ along($0.x) }).min(), let right = points.map({ along($0.x) }).max(),
      let bottom = points.map(\.y).min(), let top = points.map(\.y).max()
    else {
      tiles = []
      return
    }
    let width = max(right - left, 1e-9) / Double(Self.columns)
    let height = max(top - bottom, 1e-9) / Double(Self.rows)
    var counts = [Int](repeating: 0, count: Self.columns * Self.rows)
    for point in points {
      let column = min(Self.columns - 1, Int((along(point.x) - left) / width))
      let row = min(Self.rows - 1, Int((point.y - bottom) / height))
      counts[column * Self.rows + row] += 1
    }
    let most = log1p(Double(counts.max() ?? 1))
    tiles = counts.indices.filter { counts[$0] > 0 }.map { index in
      let (column, row) = (index / Self.rows, index % Self.rows)
      return Plot.Tile(
        left: back(left + width * Double(column)), right: back(left + width * Double(column + 1)), bottom: bottom + height * Double(row),
        top: bottom + height * Double(row + 1), density: log1p(Double(counts[index])) / most)
    }
  }
}
