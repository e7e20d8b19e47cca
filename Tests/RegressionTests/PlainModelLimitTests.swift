import Foundation
import LinearAlgebra
import Regression
import Testing

/// What cannot be fitted, and what barely can: each has a documented result or error.
@Suite struct PlainModelLimitTests {
  private func fit(
    _ text: String, _ columns: [(String, [Double])], _ family: Family = .gaussian, weights: String? = nil
  ) throws -> RegressionResult {
    var data = DataTable()
    for (name, values) in columns { data.add(name, values) }
    return try RegressionFit.fit(formula: Formula(parsing: text), data: data, family: family, weights: weights)
  }

  /// R² and its kin are undefined where nothing varies; a perfect fit has an infinite likelihood, as in R.
  @Test func aConstantResponse() throws {
    let flat = try fit("y ~ x", [("y", [2, 2, 2, 2]), ("x", [1, 2, 4, 7])])
    #expect(abs(flat.coefficients[0].estimate - 2) < 1e-15)
    #expect(abs(flat.coefficients[1].estimate) < 1e-15)
    #expect(flat.rSquared == nil)
    #expect(flat.nullDeviance == 0)
    #expect(flat.deviance < 1e-28)
    #expect(flat.logLikelihood > 100)
    let counts = try fit("y ~ x", [("y", [2, 2, 2, 2]), ("x", [1, 2, 4, 7])], .poisson)
    #expect(abs(counts.coefficients[0].estimate - log(2)) < 1e-12)
    #expect(counts.deviance < 1e-20)
  }

  /// One row: one coefficient, no dispersion.
  @Test(arguments: [Family.gaussian, .poisson])
  func aSingleRow(_ family: Family) throws {
    let one = try fit("y ~ 1", [("y", [3])], family)
    #expect(abs(one.fitted[0] - 3) < 1e-12)
    #expect(one.residualDegreesOfFreedom == 0)
    #expect(one.warnings == [.noResidualDegrees])
    if family == .gaussian {
      #expect(one.dispersion.isNaN)
      #expect(one.coefficients[0].standardError.isNaN)
      #expect(one.residualStandardDeviation?.isNaN == true)
    } else {
      // Information μ = 3.
      #expect(abs(one.coefficients[0].standardError - 1 / 3.0.squareRoot()) < 1e-12)
    }
    let two = try fit("y ~ x", [("y", [3]), ("x", [2])], family)
    #expect(two.warnings == [.aliased(terms: ["x"]), .noResidualDegrees])
  }

  /// More columns than rows: the later ones are aliased and the rows are met.
  @Test(arguments: [Family.gaussian, .poisson, .binomial])
  func moreColumnsThanRows(_ family: Family) throws {
    let y: [Double] = family == .binomial ? [1, 2, 3] : [5, 2, 3]
    let columns: [(String, [Double])] = [
      ("y", y), ("m", [4, 4, 4]), ("a", [1, 2, 4]), ("b", [0, 1, 5]), ("c", [3, 1, 1]), ("d", [2, 7, 1]),
    ]
    let left = family == .binomial ? "y / m" : "y"
    let result = try fit("\(left) ~ a + b + c + d", columns, family)
    #expect(result.warnings == [.aliased(terms: ["c", "d"]), .noResidualDegrees])
    for (value, expected) in zip(result.fitted, family == .binomial ? y.map { $0 / 4 } : y) {
      #expect(abs(value - expected) < 1e-10)
    }
    #expect(result.count == 3)
  }

  /// A column of zeros, or of the intercept's numbers, is aliased and named.
  @Test(arguments: [Family.gaussian, .poisson])
  func columnsWithoutInformation(_ family: Family) throws {
    let result = try fit(
      "y ~ nil0 + x + one", [("y", [1, 3, 2, 5]), ("x", [1, 2, 3, 4]), ("nil0", [0, 0, 0, 0]), ("one", [7, 7, 7, 7])],
      family)
    #expect(result.warnings == [.aliased(terms: ["nil0", "one"])])
  }

  @Test func noColumnsAtAll() throws {
    let none = try fit("y ~ 0", [("y", [1, 2, 3])])
    #expect(none.coefficients.isEmpty)
    #expect(none.fitted == [0, 0, 0])
    #expect(none.deviance == 14)
    let constant = try fit("y ~ 0 + I(2)", [("y", [1, 2, 3])])
    #expect(abs(constant.coefficients[0].estimate - 1) < 1e-15)
    let counts = try fit("y ~ 0", [("y", [1, 2, 3])], .poisson)
    #expect(counts.fitted == [1, 1, 1])
  }

  @Test(arguments: [Family.gaussian, .poisson, .negativeBinomial(theta: nil), .binomial])
  func badNumbersNameTheirRow(_ family: Family) throws {
    let x: [Double] = [1, 2, 3]
    let y: [Double] = [0, 1, 1]
    func error(_ columns: [(String, [Double])], weights: String? = nil, _ text: String = "y ~ x") -> RegressionError? {
      do {
        _ = try fit(text, columns, family, weights: weights)
        return nil
      } catch { return error as? RegressionError }
    }
    #expect(error([("x", [1, .nan, 3]), ("y", y)]) == .data(.missing(column: "x", row: 1)))
    #expect(error([("x", [1, 2, .infinity]), ("y", y)]) == .data(.notFinite(term: "x", row: 2)))
    #expect(error([("x", x), ("y", [1, .nan, 1])]) == .data(.missing(column: "y", row: 1)))
    #expect(error([("x", x), ("y", [0, 1, -.infinity])]) == .data(.notFinite(term: "y", row: 2)))
    #expect(error([("x", x), ("y", y), ("w", [1, -1, 1])], weights: "w") == .invalidWeight(row: 1))
    #expect(error([("x", x), ("y", y), ("w", [0, 0, 0])], weights: "w") == .noPositiveWeight)
    #expect(error([("x", x), ("y", y)], "y ~ x + offset(log(x - 1))") == .data(.notFinite(term: "log(x - 1)", row: 0)))
    #expect(error([("x", []), ("y", [])]) == .data(.noRows))
    guard family != .gaussian else { return }
    #expect(error([("x", x), ("y", [0, -1, 1])]) == .invalidResponse(row: 1, value: -1))
    #expect(error([("x", x), ("y", [0, 0.5, 1])]) == .invalidResponse(row: 1, value: 0.5))
    if family == .binomial { #expect(error([("x", x), ("y", [0, 1, 2])]) == .invalidResponse(row: 2, value: 2)) }
  }

  /// The door without formulas has the same locks.
  @Test func designsAreChecked() throws {
    let model = try GeneralizedLinearModel(family: .poisson)
    #expect(throws: RegressionError.data(.notFinite(term: "b", row: 1))) {
      try model.fit(design: Matrix(columns: [[1, 1], [0, .nan]]), names: ["a", "b"], response: [1, 2])
    }
    #expect(throws: RegressionError.data(.lengthMismatch(expected: 3, found: 2))) {
      try model.fit(design: Matrix(columns: [[1, 1]]), names: ["a"], response: [1, 2, 3])
    }
    #expect(throws: RegressionError.invalidOffset(row: 0)) {
      try model.fit(design: Matrix(columns: [[1, 1]]), names: ["a"], response: [1, 2], offset: [.infinity, 0])
    }
    let gaussian = try GeneralizedLinearModel(family: .gaussian)
    let fit = try gaussian.fit(design: Matrix(columns: [[1, 1, 1], [1, 2, 4]]), names: ["1", "x"], response: [1, 2, 5])
    #expect(abs(fit.coefficients[1] - 19.0 / 14) < 1e-14)
    #expect(abs(fit.nullDeviance - 26.0 / 3) < 1e-13)
  }

  /// An offset that leaves no room: the fit ends in an error that carries what was tried, not in a number.
  @Test func breakdownsCarryTheirTrace() throws {
    do {
      _ = try fit("y ~ x + offset(o)", [("y", [1, 2, 3]), ("x", [1, 2, 4]), ("o", [1e6, -1e6, 1e6])], .poisson)
      Issue.record("fitted")
    } catch RegressionError.numericalBreakdown(_, let trace) {
      #expect(!trace.isEmpty)
    } catch RegressionError.nonConvergence(let trace) {
      #expect(!trace.isEmpty)
    }
  }
}
