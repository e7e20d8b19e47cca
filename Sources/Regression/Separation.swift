internal import Glibc
internal import LinearAlgebra

/// Whether a likelihood of counts or shares has no maximum, decided on the data alone.
///
/// The likelihoods here are concave in the linear predictor. Rows with a share strictly between 0 and 1, or with a
/// positive count, pull it back from both sides; rows with no successes (or a zero count) let it fall for ever, rows with
/// nothing but successes let it rise. So there is no maximum exactly where a direction δ ≠ 0 exists with xᵢδ = 0 in every
/// row of the first kind and sᵢxᵢδ ≥ 0 in the others, not all zero: then the likelihood never falls along it. That is
/// decided by projecting Σ sᵢxᵢ onto the cone of these directions, not by the size of coefficients.
///
/// Albert & Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models, Biometrika
/// 71; for counts Correia, Guimarães & Zylkin (2019), Verifying the existence of maximum likelihood estimates for
/// generalized linear models.
struct Separation {
  /// The columns of a direction along which the likelihood never falls (the intercept only where it is alone); nil where
  /// a maximum exists, or where rounding leaves the question open.
  let terms: [String]?

  /// `columns` are those that take part, all where nil. `data` in the design's order of rows.
  init(_ design: FactoredDesign, _ data: ResponseData, columns: [Int]?) {
    let isBinomial = data.trials != nil
    // 1 where only successes were seen, -1 where none (or a zero count), 0 elsewhere and where the weight is zero.
    let signs = data.y.indices.map { i -> Double in
      if data.totalWeights[i] == 0 { return 0 }
      return data.y[i] == 0 ? -1 : (isBinomial && data.y[i] == 1 ? 1 : 0)
    }
    let interior = signs.indices.map { data.totalWeights[$0] > 0 && signs[$0] == 0 ? 1.0 : 0 }
    terms = Separation.terms(design, signs, interior, columns ?? Array(0..<design.columnCount))
  }

  private static func terms(
    _ design: FactoredDesign, _ signs: [Double], _ interior: [Double], _ columns: [Int]
  ) -> [String]? {
    guard let space = Directions(design, signs, interior, columns), !space.basis.isEmpty else { return nil }
    guard let cone = try? ConeProjection(sum: space.sum, products: space.products, row: space.row),
      cone.isDecided, cone.direction.contains(where: { $0 != 0 })
    else { return nil }
    let direction = space.coefficients(cone.direction)
    let reach = direction.indices.map { abs(direction[$0]) * space.lengths[$0] }
    let largest = reach.max() ?? 0
    let found = direction.indices.filter { reach[$0] > 1e-6 * largest }.map { design.names[$0] }
    let slopes = found.filter { $0 != "(Intercept)" }
    return slopes.isEmpty ? found : slopes
  }
}

/// Directions that leave the rows of the interior alone, in coordinates in which the other rows have unit scale.
private struct Directions {
  let design: FactoredDesign
  let signs: [Double]
  /// Vectors over all columns; a direction is a combination of them.
  private(set) var basis: [[Double]] = []
  /// Length of each column over all rows that weigh.
  let lengths: [Double]
  private(set) var sum: [Double] = []

  /// Nil where the arithmetic breaks down.
  init?(_ design: FactoredDesign, _ signs: [Double], _ interior: [Double], _ columns: [Int]) {
    self.design = design
    self.signs = signs
    let none = [Double](repeating: 0, count: design.rowCount)
    let moments = design.moments(none, weights: signs.map(abs))
    lengths = design.squaredLengths(weights: zip(signs, interior).map { abs($0) + $1 }).map { $0.squareRoot() }
    let triangle = design.triangle(none, weights: interior).selecting(columns: columns)
    guard let qr = try? PivotedQR(triangle, tolerance: 1e-10) else { return nil }
    for free in qr.aliased {
      guard let bound = try? qr.solve(triangle.column(free)) else { return nil }
      var vector = [Double](repeating: 0, count: design.columnCount)
      for place in qr.kept { vector[columns[place]] = -bound[place] }
      vector[columns[free]] = 1
      let length = Directions.length(vector, moments)
      if length > 0 { basis.append(vector.map { $0 / length }) }
    }
    sum = along(design.transposedProduct(signs))
  }

  /// Length of X v over the rows with signs.
  private static func length(_ v: [Double], _ moments: Matrix) -> Double {
    let used = v.indices.filter { v[$0] != 0 }
    var sum = 0.0
    for i in used { for j in used { sum += v[i] * v[j] * moments[max(i, j), min(i, j)] } }
    // What rounding leaves of a vector that is zero on these rows, too.
    let parts = used.reduce(0) { $0 + abs(v[$1]) * moments[$1, $1].squareRoot() }
    let length = max(0, sum).squareRoot()
    return length > 1e-7 * parts ? length : 0
  }

  private func along(_ gradient: [Double]) -> [Double] {
    basis.map { zip($0, gradient).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  func coefficients(_ v: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: design.columnCount)
    for (vector, share) in zip(basis, v) { for j in result.indices { result[j] += share * vector[j] } }
    return result
  }

  /// sᵢxᵢδ of every row.
  func products(_ v: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: design.rowCount)
    design.predict(coefficients(v), offset: nil, into: &result)
    for i in result.indices { result[i] *= signs[i] }
    return result
  }

  func row(_ i: Int) -> [Double] {
    let row = design.row(i)
    return along(row.map { $0 * signs[i] })
  }
}
