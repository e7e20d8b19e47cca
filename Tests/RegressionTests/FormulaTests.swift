import Regression
import Testing

@Suite struct FormulaTests {
  private func names(_ formula: String, _ data: DataTable) throws -> [String] {
    try Schema(Formula(parsing: formula), learningFrom: data).columnNames
  }

  private var data: DataTable {
    var data = DataTable()
    data.add("y", [1.0, 2, 3, 4, 5, 6])
    data.add("x", [1.0, 4, 2, 5, 3, 7])
    data.add("z", [1.0, 2, 1, 2, 1, 3])
    data.add("g", ["b", "a", "b", "c", "a", "c"])
    data.add("h", ["u", "u", "v", "v", "u", "v"])
    data.add("åre navn", [1.0, 2, 3, 4, 5, 7])
    return data
  }

  /// What R's model.matrix names for the same formulas.
  @Test(arguments: [
    ("y ~ x + g", ["(Intercept)", "x", "gb", "gc"]),
    ("y ~ 0 + g + h", ["ga", "gb", "gc", "hv"]),
    ("y ~ g - 1", ["ga", "gb", "gc"]),
    ("y ~ g:x + x", ["(Intercept)", "x", "gb:x", "gc:x"]),
    ("y ~ g:x", ["(Intercept)", "ga:x", "gb:x", "gc:x"]),
    ("y ~ h * x", ["(Intercept)", "hv", "x", "hv:x"]),
    ("y ~ g:h", ["(Intercept)", "ga:hu", "gb:hu", "gc:hu", "ga:hv", "gb:hv", "gc:hv"]),
    ("y ~ (x + z)^2", ["(Intercept)", "x", "z", "x:z"]),
    ("y ~ x * z - x:z + 0", ["x", "z"]),
    ("y ~ I(x^2) + log(x) + I(x * (z + 1))", ["(Intercept)", "I(x^2)", "log(x)", "I(x * (z + 1))"]),
    ("y ~ factor(z)", ["(Intercept)", "factor(z)2", "factor(z)3"]),
    ("y ~ factor(g, 'c', \"a\", 'b')", ["(Intercept)", "ga", "gb"]),
    ("y ~ `åre navn` + (1 | g:h)", ["(Intercept)", "åre navn"]),
  ])
  func columnsAreNamedAsInR(_ formula: String, _ expected: [String]) throws {
    #expect(try names(formula, data) == expected)
  }

  @Test(arguments: [
    ("y ~ x +", FormulaError.unexpectedEnd(position: 7)),
    ("y ~ x $ z", .unexpected("$", position: 6)),
    ("y ~ foo(x)", .unknownFunction("foo", position: 4)),
    ("y ~ `x", .unclosedQuote(position: 4)),
    ("~ x", .missingResponse),
    ("y ~ x + s(t, bi=g)", .badArgument("bi", of: "s", position: 13)),
    ("y ~ x + s(t, k=3)", .badArgument("k", of: "s", position: 13)),
    ("y ~ x + trend(t, damping=1.5)", .badArgument("damping", of: "trend", position: 17)),
    ("y ~ ridge(lambda=1)", .badArgument("x", of: "ridge", position: 4)),
    ("y ~ x:rw(t)", .misplacedGroup(position: 5)),
    ("y ~ x + (0 | g)", .unexpected("|", position: 11)),
    ("y ~ x - s(t)", .misplacedGroup(position: 8)),
    ("y ~ x * (1 | g)", .misplacedGroup(position: 6)),
    ("y x", .unexpected("x", position: 2)),
  ])
  func errorsCarryTheirPlace(_ formula: String, _ expected: FormulaError) {
    #expect(throws: expected) { try Formula(parsing: formula) }
  }

  @Test func groupsOfAnIndependentSlope() throws {
    let formula = try Formula(parsing: "y ~ x + (1 + x || g) + (0 + z | h)")
    #expect(formula.groups.map(\.label) == ["g", "h"])
    #expect(formula.groups.map(\.hasIntercept) == [true, false])
    #expect(formula.groups.map { $0.terms.map(\.label) } == [["x"], ["z"]])
  }

  @Test func newDataGetsTheLearntColumns() throws {
    let schema = try Schema(Formula(parsing: "y ~ g"), learningFrom: data)
    var new = DataTable()
    new.add("g", ["c", "a"])
    #expect(try schema.columns(for: new) == [[1, 1], [0, 0], [1, 0]])
    var unknown = DataTable()
    unknown.add("g", ["a", "d"])
    #expect(throws: DataError.unknownLevel(column: "g", level: "d", row: 1)) { try schema.columns(for: unknown) }
  }

  @Test func dataErrorsNameColumnAndRow() throws {
    var data = self.data
    data.add("m", [1.0, nil, 3, 4, 5, 6])
    #expect(throws: RegressionError.data(.missing(column: "m", row: 1))) {
      try RegressionFit.fit(formula: Formula(parsing: "y ~ m"), data: data)
    }
    #expect(throws: RegressionError.data(.unknownColumn("q", position: 8))) {
      try RegressionFit.fit(formula: Formula(parsing: "y ~ x + q"), data: data)
    }
    data.add("n", [0.0, 1, 2, 3, 4, 5])
    #expect(throws: RegressionError.data(.notFinite(term: "log(n)", row: 0))) {
      try RegressionFit.fit(formula: Formula(parsing: "y ~ log(n)"), data: data)
    }
    #expect(throws: RegressionError.invalidResponse(row: 2, value: 0.5)) {
      var bad = DataTable()
      bad.add("y", [1.0, 2, 0.5])
      _ = try RegressionFit.fit(formula: Formula(parsing: "y ~ 1"), data: bad, family: .poisson)
    }
  }
}
