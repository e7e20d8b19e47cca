internal import LinearAlgebra

/// A formula with groups applied to data: the numbers that a mixed model works on.
struct RegressionProblem {
  let schema: Schema
  let columns: [[Double]]
  let response: [Double]
  let trials: [Double]?
  let weights: [Double]?
  let offset: [Double]?
  /// What `offset` holds besides the formula's own terms.
  let extraOffset: Expression?
  /// The same, checked against the family.
  let responseData: ResponseData

  var design: Matrix {
    columns.isEmpty ? Matrix(rows: response.count, columns: 0) : Matrix(columns: columns)
  }

  init(
    _ formula: Formula, _ data: DataTable, _ family: Family, offset extra: Expression?, weights name: String?
  ) throws {
    guard data.rowCount > 0 else { throw DataError.noRows }
    schema = try Schema(formula, learningFrom: data, weights: try name.map { try data.numbers($0) })
    columns = try schema.columns(for: data)
    let read = try ResponseColumns(formula, schema, data, family, offset: extra, weights: name)
    (response, trials, weights, offset) = (read.response, read.trials, read.weights, read.offset)
    extraOffset = extra
    responseData = try ResponseData(family, y: response, trials: trials, weights: weights, offset: offset)
  }
}
