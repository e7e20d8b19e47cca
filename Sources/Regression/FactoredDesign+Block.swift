internal import Glibc
internal import LinearAlgebra

extension FactoredDesign {
  /// The row columns of one segment and its response, times the roots of the weights: the workspace of a thread.
  final class Block {
    private let design: FactoredDesign
    /// Constant, numeric columns, response.
    let width: Int
    /// Rows in use.
    private(set) var count = 0
    /// Column-major, `segmentRows` between columns.
    private let rows: DoubleBuffer
    private lazy var reducer = TallTriangle(columns: width, blockRows: FactoredDesign.segmentRows)
    private let distance = FactoredDesign.segmentRows

    init(_ design: FactoredDesign) {
      self.design = design
      width = design.width + 1
      rows = DoubleBuffer(width * FactoredDesign.segmentRows)
    }

    func load(_ segment: Segment, _ response: [Double]?, _ weights: [Double]?) {
      count = segment.end - segment.start
      let roots = rows.base
      if let weights {
        weights.withUnsafeBufferPointer { w in for i in 0..<count { roots[i] = w[segment.start + i].squareRoot() } }
      } else {
        roots.update(repeating: 1, count: count)
      }
      for (r, column) in design.numerics.enumerated() { scale(column, segment.start, weights != nil, into: r + 1) }
      if let response { scale(response, segment.start, weights != nil, into: width - 1) }
    }

    private func scale(_ column: [Double], _ start: Int, _ isWeighted: Bool, into place: Int) {
      let (roots, target) = (rows.base, rows.base + place * distance)
      column.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        if isWeighted {
          for i in 0..<count { target[i] = base[start + i] * roots[i] }
        } else {
          target.update(from: base + start, count: count)
        }
      }
    }

    func copy(_ column: Int, from start: Int, _ count: Int, to target: UnsafeMutablePointer<Double>) {
      target.update(from: rows.base + column * distance + start, count: count)
    }

    func squaredLength(ofColumn r: Int) -> Double {
      let column = UnsafeBufferPointer(start: UnsafePointer(rows.base + r * distance), count: count)
      return Kernels.dot(column, column)
    }

    /// Lower triangle of the products of the columns.
    func products(into result: inout [Double]) {
      Kernels.crossProduct(rows.base, rows: count, columns: width, distance: distance, into: &result)
    }

    /// Replaces the rows by the triangle of their QR factorisation, where that has fewer.
    func reduce() {
      guard count > width else { return }
      reducer.reset()
      reducer.append(count) { target, gap in
        for r in 0..<width { copy(r, from: 0, count, to: target + r * gap) }
        return count
      }
      let reduced = reducer.triangle()
      count = width
      for r in 0..<width { for i in 0..<width { rows.base[i + r * distance] = reduced[i, r] } }
    }

    /// Squared lengths of the rows (without the response) times `root`, which has a row for each row column.
    func squaredLengths(times root: Matrix, into result: UnsafeMutablePointer<Double>) {
      result.update(repeating: 0, count: count)
      let product = [Double](unsafeUninitializedCapacity: count * root.columns) { target, used in
        guard let base = target.baseAddress else { return }
        root.withUnsafeElements { t in
          Kernels.multiply(
            rows.base, distance: distance, t.baseAddress!, m: count, n: root.columns, k: root.rows, into: base)
        }
        used = count * root.columns
      }
      for k in 0..<root.columns {
        for i in 0..<count { result[i] += product[i + k * count] * product[i + k * count] }
      }
    }
  }
}
