/// A formula with groups applied to data: the numbers that a mixed model works on.
struct RegressionProblem {
  let schema: Schema
  let table: InternedTable
  let response: [Double]
  let trials: [Double]?
  let weights: [Double]?
  let offset: [Double]?
  /// What `offset` holds besides the formula's own terms.
  let extraOffset: Expression?
  /// The same, checked against the family.
  let responseData: ResponseData

  init(
    _ formula: Formula, _ data: DataTable, _ family: Family, offset extra: Expression?, weights name: String?
  ) throws {
    guard data.rowCount > 0 else { throw DataError.noRows }
    table = try InternedTable(data, for: formula)
    schema = try Schema(formula, learningFrom: table, weights: try name.map { try data.numbers($0) })
    let read = try ResponseColumns(formula, schema, data, family, offset: extra, weights: name)
    (response, trials, weights, offset) = (read.response, read.trials, read.weights, read.offset)
    extraOffset = extra
    responseData = try ResponseData(family, y: response, trials: trials, weights: weights, offset: offset)
  }
}
