internal import LinearAlgebra

/// A formula applied to data: the numbers that a fit works on.
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
    schema = try Schema(formula, learningFrom: data)
    columns = try schema.columns(for: data)
    switch formula.response {
    case .value(let expression):
      response = try expression.values(in: data)
      trials = nil
    case .proportion(let successes, let total) where family == .binomial:
      response = try successes.values(in: data)
      trials = try total.values(in: data)
    case .proportion(let top, let bottom):
      response = try Expression.binary(.divide, top, bottom).values(in: data)
      trials = nil
    }
    weights = try name.map { try data.numbers($0) }
    var sum = try schema.offset(for: data)
    if let extra {
      let values = try extra.values(in: data)
      sum = sum.map { zip($0, values).map(+) } ?? values
    }
    offset = sum
    extraOffset = extra
    responseData = try ResponseData(family, y: response, trials: trials, weights: weights, offset: sum)
  }
}
