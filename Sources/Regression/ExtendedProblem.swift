internal import Glibc
internal import LinearAlgebra

/// A formula without groups applied to data in double-double arithmetic: powers, products, offsets and the response keep
/// some 32 digits, and rows come in blocks, so that a tall problem is never whole in memory.
struct ExtendedProblem {
  let schema: Schema
  let data: DataTable
  let extraOffset: Expression?
  /// Prior weights, one for each row.
  let weights: [Double]?
  private static let blockRows = 2048

  /// All rows at once.
  func whole() throws -> RefinedLeastSquares.Rows { try rows(0..<data.rowCount) }

  private var pieces: Int { (data.rowCount + ExtendedProblem.blockRows - 1) / ExtendedProblem.blockRows }

  /// A block of rows with only the `kept` columns of the design.
  private func block(_ piece: Int, kept: [Int]) throws -> RefinedLeastSquares.Rows {
    let start = piece * ExtendedProblem.blockRows
    let block = try rows(start..<min(start + ExtendedProblem.blockRows, data.rowCount))
    return RefinedLeastSquares.Rows(
      design: kept.map { block.design[$0] }, response: block.response, weights: block.weights)
  }

  private func rows(_ range: Range<Int>) throws -> RefinedLeastSquares.Rows {
    let part = range.count == data.rowCount ? data : data.rows(range, of: usedColumns)
    var response = try responseExpression.extendedValues(in: part)
    for offset in schema.formula.offsets + (extraOffset.map { [$0] } ?? []) {
      for (i, value) in try offset.extendedValues(in: part).enumerated() { response[i] -= value }
    }
    return RefinedLeastSquares.Rows(
      design: try schema.extendedColumns(for: part), response: response, weights: weights.map { Array($0[range]) })
  }

  private var responseExpression: Expression {
    switch schema.formula.response {
    case .value(let expression): expression
    case .proportion(let top, let bottom): .binary(.divide, top, bottom)
    }
  }

  private var usedColumns: Set<String> {
    var names = Set(schema.formula.variables.flatMap(\.columns) + responseExpression.columns.map(\.name))
    for offset in schema.formula.offsets + (extraOffset.map { [$0] } ?? []) {
      names.formUnion(offset.columns.map(\.name))
    }
    // A formula of constants still has as many rows as the table.
    return names.isEmpty ? Set(data.names.prefix(1)) : names
  }

  // MARK: Fits

  /// Householder's QR in double-double, for small problems. `response` has passed its checks.
  func factorised(_ model: GeneralizedLinearModel, _ response: ResponseData) throws -> FittedGLM {
    let rows = try whole()
    let solution = try ExtendedLeastSquares(design: rows.design, response: rows.response, weights: rows.weights)
    return FittedGLM(
      leastSquares: model, names: schema.columnNames, coefficients: solution.coefficients,
      covariance: solution.covariance, kept: solution.kept, aliased: solution.aliased,
      deviance: solution.residualSumOfSquares, nullDeviance: totalSquares(rows), data: response,
      fitted: zip(response.y, solution.residuals).map { $0 - $1 }, hatValues: .known(solution.leverages))
  }

  /// The fit in doubles, corrected in double-double: for tall and badly conditioned problems.
  func refined(_ fit: LeastSquaresFit, _ response: ResponseData) throws -> FittedGLM {
    let first = fit.finished()
    let kept = fit.solution.kept
    let solution = try RefinedLeastSquares(root: fit.solution.root, pieces: pieces) { try block($0, kept: kept) }
    var coefficients = first.coefficients
    for (place, j) in kept.enumerated() { coefficients[j] = solution.coefficients[place] }
    let design = fit.design
    return FittedGLM(
      leastSquares: first.model, names: first.names, coefficients: coefficients,
      covariance: solution.inverseRoot.transposed.crossProduct(), kept: kept, aliased: first.aliased,
      deviance: solution.residualSumOfSquares, nullDeviance: first.nullDeviance, data: response,
      fitted: zip(response.y, solution.residuals).map { $0 - $1 },
      hatValues: .byRows(
        design, root: solution.inverseRoot, kept: kept, weights: design.ordered(response.totalWeights)))
  }

  /// Weighted sum of squares of the response less its offset, about its mean where there is an intercept.
  private func totalSquares(_ rows: RefinedLeastSquares.Rows) -> Double {
    let w = rows.weights ?? [Double](repeating: 1, count: rows.response.count)
    var centre = DoubleDouble.zero
    if schema.formula.hasIntercept {
      var total = DoubleDouble.zero
      for i in w.indices {
        centre += DoubleDouble(w[i]) * rows.response[i]
        total += DoubleDouble(w[i])
      }
      centre = centre / total
    }
    var sum = DoubleDouble.zero
    for i in w.indices {
      let difference = rows.response[i] - centre
      sum += DoubleDouble(w[i]) * difference * difference
    }
    return sum.high
  }
}

extension DataTable {
  /// Some rows of the named columns, in the table's order.
  func rows(_ range: Range<Int>, of chosen: Set<String>) -> DataTable {
    var part = DataTable()
    for name in names where chosen.contains(name) {
      switch self[name] {
      case .numbers(let values): part.add(name, Array(values[range]))
      case .texts(let values): part.add(name, .texts(Array(values[range])))
      case nil: break
      }
    }
    return part
  }
}
