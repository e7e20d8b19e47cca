import Foundation
import LinearAlgebra
import Probability
import Testing

@testable import Regression

/// A design in pieces against the dense columns of the same schema.
@Suite struct FactoredDesignTests {
  static let formulas = [
    "y ~ x + z", "y ~ 0 + x", "y ~ g", "y ~ 0 + g + h", "y ~ g * h", "y ~ g:x + h", "y ~ g * x + I(z^2) + x:z",
    "y ~ 0 + g:h:x + factor(k)", "y ~ x * g * h", "y ~ factor(k, '3', '1', '2', '0') + h:z",
  ]

  static func table(_ n: Int) -> DataTable {
    var stream = RandomStream(seed: 8)
    var data = DataTable()
    let x = (0..<n).map { _ in stream.nextNormal() }
    data.add("x", x)
    data.add("z", (0..<n).map { _ in stream.nextUniform() })
    data.add("g", (0..<n).map { _ in ["c", "a", "b", "Århus Kommune, den store"][Int(stream.nextUniform() * 4)] })
    data.add("h", (0..<n).map { _ in ["u", "v", "w"][Int(stream.nextUniform() * 3)] })
    data.add("k", (0..<n).map { _ in Double(Int(stream.nextUniform() * 4)) })
    data.add("y", x.map { Double(stream.nextPoisson(exp(1 + 0.3 * $0))) })
    data.add("w", (0..<n).map { Double($0 % 5) / 2 })
    return data
  }

  private func pair(_ text: String, _ n: Int) throws -> (dense: Matrix, design: FactoredDesign) {
    let (formula, data) = (try Formula(parsing: text), Self.table(n))
    let table = try InternedTable(data, for: formula)
    let schema = try Schema(formula, learningFrom: table, weights: nil)
    #expect(try schema == Schema(formula, learningFrom: data))
    return (Matrix(columns: try schema.columns(for: data)), try schema.factoredDesign(for: table))
  }

  /// The same numbers exactly: rows, products with vectors to rounding (sums of 3,000 numbers of about 1: 1e-10).
  @Test(arguments: formulas)
  func isTheDenseDesign(_ text: String) throws {
    let n = 3000
    let (dense, design) = try pair(text, n)
    for position in stride(from: 0, to: n, by: 97) {
      #expect(design.row(position) == dense.row(design.order.map { Int($0[position]) } ?? position))
    }
    let v = (0..<n).map { Double($0 % 7) - 3 }
    #expect(design.restored(design.ordered(v)) == v)
    let weights = design.ordered((0..<n).map { Double($0 % 3) })
    var scaled = dense
    for j in 0..<dense.columns { for i in 0..<n { scaled[i, j] *= Double(i % 3).squareRoot() } }
    let expected = scaled.crossProduct()
    let moments = design.moments(design.ordered(v), weights: weights)
    let triangle = design.triangle(design.ordered(v), weights: weights).crossProduct()
    for j in 0..<dense.columns {
      for i in j..<dense.columns {
        #expect(abs(moments[i, j] - expected[i, j]) < 1e-9)
        #expect(abs(triangle[i, j] - expected[i, j]) < 1e-9)
      }
    }
    let b = (0..<dense.columns).map { Double($0 % 4) - 1.5 }
    var fitted = v
    design.predict(b, offset: nil, into: &fitted)
    for (a, e) in zip(design.restored(fitted), try dense.multiplied(by: b)) { #expect(abs(a - e) < 1e-12) }
    let products = design.transposedProduct(design.ordered(v))
    for (a, e) in zip(products, try dense.multiplied(by: v, transposed: true)) { #expect(abs(a - e) < 1e-9) }
  }

  /// Normal equations by cells against QR of the dense columns: the score equations are solved to rounding by both.
  @Test(arguments: ["y ~ g * x + h + z", "y ~ 0 + g:h + x"])
  func largeFitsAgreeWithQR(_ text: String) throws {
    let n = 60_000
    let (dense, design) = try pair(text, n)
    #expect(n * dense.columns > WeightedLeastSquares.largestForQR)
    guard case .numbers(let y)? = Self.table(n)["y"] else { return }
    let model = try GeneralizedLinearModel(family: .poisson)
    let data = try ResponseData(.poisson, y: y)
    let large = try model.fit(design, data)
    // The score in units of standard errors: what a further step would move.
    let score = try dense.multiplied(by: zip(y, large.mean).map { $0 - $1 }, transposed: true)
    for (value, j) in zip(score, 0..<dense.columns) {
      #expect(abs(value) < 1e-8 / large.standardErrors[j])
    }
    var weighted = dense
    for j in 0..<dense.columns { for i in 0..<n { weighted[i, j] *= large.mean[i].squareRoot() } }
    let qr = try PivotedQR(weighted)
    let covariance = qr.covariance()
    for j in 0..<dense.columns {
      #expect(abs(large.unscaledCovariance[j, j] / covariance[j, j] - 1) < 1e-9)
    }
    for (a, e) in zip(large.leverage, qr.leverages()) { #expect(abs(a - e) < 1e-9 * e + 1e-15) }
  }

  /// Factors nested in each other: the later columns are set aside, also by normal equations, and the rest is fitted as
  /// without them.
  @Test func nestedFactorsAreAliased() throws {
    let n = 90_000
    var data = DataTable()
    data.add("g", (0..<n).map { "g\($0 % 3)" })
    data.add("f", (0..<n).map { "f\($0 % 6)" })
    data.add("y", (0..<n).map { Double(($0 * 31) % 7 + $0 % 6) })
    for family in [Family.poisson, .gaussian] {
      let fit = try RegressionFit.fit(formula: Formula(parsing: "y ~ g + f"), data: data, family: family)
      #expect(fit.warnings == [.aliased(terms: ["ff4", "ff5"])])
      #expect(try fit.coefficient("ff5").estimate.isNaN)
      let plain = try RegressionFit.fit(formula: Formula(parsing: "y ~ f"), data: data, family: family)
      #expect(abs(fit.deviance / plain.deviance - 1) < 1e-12)
    }
  }

  /// Identical bits with one thread and several.
  @Test(arguments: [Family.poisson, .gaussian])
  func threadsDoNotMatter(_ family: Family) throws {
    let data = Self.table(60_000)
    let formula = try Formula(parsing: "y ~ g * x + h + factor(k)")
    let fits = try [1, 2, 3].map { threads in
      try LinearAlgebra.$threads.withValue(threads) { try RegressionFit.fit(formula: formula, data: data, family: family) }
    }
    for fit in fits {
      #expect(fit.coefficients == fits[0].coefficients)
      #expect(fit.fitted == fits[0].fitted)
      #expect(fit.logLikelihood == fits[0].logLikelihood)
    }
  }

  /// Composed and decomposed letters are one level, and long texts are told apart.
  @Test func levelsAreComparedAsTexts() throws {
    var data = DataTable()
    let long = "En meget lang betegnelse som ikke er kort nok til at ligge i selve teksten"
    data.add("g", ["\u{E5}", "a\u{30A}", long, long + "!", "\u{E5}", long])
    data.add("y", [1.0, 2, 3, 4, 5, 7])
    let formula = try Formula(parsing: "y ~ 0 + g")
    let table = try InternedTable(data, for: formula)
    let schema = try Schema(formula, learningFrom: table, weights: nil)
    #expect(schema.columnNames.count == 3)
    let fit = try RegressionFit.fit(formula: formula, data: data)
    #expect(abs(fit.fitted[1] - 8.0 / 3) < 1e-14)
    #expect(abs(fit.fitted[5] - 5) < 1e-14)
  }
}
