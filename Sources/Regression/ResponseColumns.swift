/// What a formula says about the response: its values with trials, prior weights and offset, as the data has them.
struct ResponseColumns {
  let response: [Double]
  let trials: [Double]?
  let weights: [Double]?
  let offset: [Double]?

  /// `extra` is an offset besides the formula's own, `name` the column of weights.
  init(
    _ formula: Formula, _ schema: Schema, _ data: DataTable, _ family: Family, offset extra: Expression?,
    weights name: String?
  ) throws(DataError) {
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
    if let name { weights = try data.numbers(name) } else { weights = nil }
    var sum = try schema.offset(for: data)
    if let extra {
      let values = try extra.values(in: data)
      sum = sum.map { zip($0, values).map(+) } ?? values
    }
    offset = sum
  }
}
