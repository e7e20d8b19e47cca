import Foundation
import LinearAlgebra
import Probability
import Regression
import Testing

/// Fixed columns of pooled models beyond 20,000 rows stay factors and numbers; the result is that of columns written out.
@Suite struct FixedColumnsTests {
  private static let rows = 21_000

  /// Rows in no order: a factor of four levels within every group, another one tied to the group, a number.
  private static func data(_ family: Family) -> DataTable {
    var stream = RandomStream(seed: 11)
    let effects = (0..<30).map { _ in 0.4 * stream.nextNormal() }
    var columns = (y: [Double](), g: [String](), a: [String](), s: [String](), x: [Double](), w: [Double]())
    for _ in 0..<rows {
      let (g, s, x) = (Int(30 * stream.nextUniform()), Int(4 * stream.nextUniform()), stream.nextNormal())
      let eta = -0.4 + effects[g] + 0.2 * Double(g % 3) + (0.1 * Double(g % 3) - 0.1) * x - 0.15 * Double(s)
      columns.y.append(family == .gaussian ? eta + stream.nextNormal() : min(family == .binomial ? 1 : .infinity, Double(stream.nextPoisson(exp(eta)))))
      columns.g.append("g\(100 + g)")
      columns.a.append(["p", "q", "r"][g % 3])
      columns.s.append(["k", "l", "m", "n"][s])
      columns.x.append(x)
      columns.w.append(stream.nextUniform() < 0.1 ? 0 : 1)
    }
    var table = DataTable()
    table.add("y", columns.y)
    for (name, texts) in [("g", columns.g), ("a", columns.a), ("s", columns.s)] { table.add(name, texts) }
    table.add("x", columns.x)
    table.add("w", columns.w)
    for level in ["q", "r"] {
      table.add("a" + level, columns.a.map { $0 == level ? 1.0 : 0 })
      table.add("x" + level, zip(columns.a, columns.x).map { $0 == level ? $1 : 0 })
    }
    for level in ["l", "m", "n"] { table.add("s" + level, columns.s.map { $0 == level ? 1.0 : 0 }) }
    return table
  }

  static let families: [Family] = [.gaussian, .poisson, .binomial, .negativeBinomial(theta: nil)]

  @Test(arguments: families, [RegressionFit.Method.ml, .reml])
  func factorsEqualDummies(_ family: Family, _ method: RegressionFit.Method) throws {
    let data = Self.data(family)
    func fit(_ text: String, weights: String? = nil) throws -> RegressionResult {
      try RegressionFit.fit(formula: Formula(parsing: text), data: data, family: family, weights: weights, method: method)
    }
    for weights in [nil, "w"] {
      let factors = try fit("y ~ a * x + s + (1 | g)", weights: weights)
      let dummies = try fit("y ~ aq + ar + x + sl + sm + sn + xq + xr + (1 | g)", weights: weights)
      #expect(abs(factors.logLikelihood - dummies.logLikelihood) < 1e-7)
      let names = ["aq": "aq", "ar": "ar", "x": "x", "sl": "sl", "sm": "sm", "sn": "sn", "aq:x": "xq", "ar:x": "xr", "(Intercept)": "(Intercept)"]
      #expect(Set(factors.coefficients.map(\.term)) == Set(names.keys))
      for own in factors.coefficients {
        let other = try #require(dummies.coefficients.first { $0.term == names[own.term] })
        // Newton's steps end within 1e-5 standard errors.
        #expect(abs(own.estimate - other.estimate) < 1e-5 * other.standardError, "\(own.term)")
        #expect(abs(own.standardError / other.standardError - 1) < 1e-5, "\(own.term)")
      }
      for (own, other) in zip(factors.varianceComponents, dummies.varianceComponents) {
        #expect(abs(own.variance / other.variance - 1) < 1e-5)
      }
      #expect(zip(factors.fitted, dummies.fitted).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(zip(factors.leverage, dummies.leverage).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  /// Columns that depend on earlier ones are named as by lm, with the factor's dummies in their order.
  @Test func dependentColumns() throws {
    let result = try RegressionFit.fit(
      formula: Formula(parsing: "y ~ a + s + aq + I(2 * x) + x + (1 | g)"), data: Self.data(.poisson), family: .poisson)
    #expect(result.warnings.contains(.aliased(terms: ["aq", "x"])))
    #expect(try result.coefficient("x").estimate.isNaN)
  }

  /// Levels that are nobody's do not appear; groups of two columns have the levels that occur, by byte order.
  @Test func levels() throws {
    let result = try RegressionFit.fit(
      formula: Formula(parsing: "y ~ s + (1 | g) + (1 | a:s)"), data: Self.data(.poisson), family: .poisson)
    #expect(result.groupEffects.map(\.levels.count) == [30, 12])
    #expect(result.groupEffects[1].levels.first == "p:k" && result.groupEffects[1].levels.last == "r:n")
    #expect(result.groupEffects[0].levels == result.groupEffects[0].levels.sorted())
  }
}
