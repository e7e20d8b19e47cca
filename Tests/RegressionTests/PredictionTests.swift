import Foundation
import LinearAlgebra
import Regression
import Testing

@Suite struct PredictionTests {
  private static func sleep() throws -> (fit: RegressionResult, data: DataTable) {
    let data = try ReferenceCase(glm: "lmm_sleepstudy_ri_reml").data
    return (try RegressionFit.fit(formula: Formula(parsing: "Reaction ~ Days + (1 | Subject)"), data: data), data)
  }

  private static func row(_ subject: String, days: Double) -> DataTable {
    var data = DataTable()
    data.add("Days", [days])
    data.add("Subject", [subject])
    return data
  }

  /// R 4.2.2: `predict(glm, se.fit = TRUE)` with convergence to 1e-14.
  @Test func offset() throws {
    let data = try ReferenceCase(glm: "poisson_offset_ships").data
    let formula = try Formula(parsing: "incidents ~ type + factor(year) + factor(period)")
    let offset = try Expression(parsing: "log(service)")
    let fit = try RegressionFit.fit(formula: formula, data: data, family: .poisson, offset: offset)
    var new = DataTable()
    new.add("type", ["C"])
    new.add("service", [500.0])
    let isText = { (name: String) in if case .texts = data[name] { true } else { false } }
    for (name, value) in [("year", 70.0), ("period", 60.0)] {
      if isText(name) { new.add(name, [String(Int(value))]) } else { new.add(name, [value]) }
    }
    let predicted = try fit.predict(new)[0]
    #expect(abs(predicted.linearPredictor - -0.0602685328747246) < 1e-9)
    #expect(abs(predicted.standardError - 0.3077335063924166) < 1e-9)
    #expect(predicted.lower < predicted.mean && predicted.mean < predicted.upper)
  }

  @Test("Predicting the data that was fitted gives the fitted values", arguments: ResidualTests.cases)
  func sameData(_ name: String, _ formula: String, _ family: Family) throws {
    let data = try ReferenceCase(glm: name).data
    let fit = try RegressionFit.fit(formula: Formula(parsing: formula), data: data, family: family)
    for unseen in [RegressionResult.UnseenGroups.populationMean, .drawn(seed: 1), .rejected] {
      let predicted = try fit.predict(data, unseen: unseen)
      for (row, fitted) in zip(predicted, fit.fitted) { #expect(abs(row.mean / fitted - 1) < 1e-8) }
      #expect(predicted.allSatisfy { $0.standardError > 0 && $0.standardError.isFinite })
    }
  }

  @Test("A new group: the population's mean with its variance, a draw, or an error")
  func unseen() throws {
    let (fit, _) = try Self.sleep()
    let new = Self.row("new", days: 3)
    let mean = try fit.predict(new, unseen: .populationMean)[0]
    let (a, b) = (fit.coefficients[0], fit.coefficients[1])
    #expect(abs(mean.mean - (a.estimate + 3 * b.estimate)) < 1e-9)
    let c = fit.covariance
    let fixed = c[0, 0] + 6 * c[0, 1] + 9 * c[1, 1]
    #expect(abs(mean.standardError * mean.standardError / (fixed + fit.varianceComponents[0].variance) - 1) < 1e-10)
    #expect(throws: DataError.unknownLevel(column: "Subject", level: "new", row: 0)) { _ = try fit.predict(new, unseen: .rejected) }
    let drawn = try (1...2000).map { try fit.predict(new, unseen: .drawn(seed: $0))[0] }
    #expect(try fit.predict(new, unseen: .drawn(seed: 1))[0] == drawn[0])
    #expect(abs(drawn[0].standardError * drawn[0].standardError / fixed - 1) < 1e-10)
    let effects = drawn.map { $0.mean - mean.mean }
    let spread = (effects.reduce(0) { $0 + $1 * $1 } / 2000).squareRoot()
    #expect(abs(spread / fit.varianceComponents[0].variance.squareRoot() - 1) < 0.05)
    // A known group knows more than a new one.
    #expect(try fit.predict(Self.row("308", days: 3))[0].standardError < mean.standardError)
  }

  @Test("Rows of one new level share one draw")
  func oneDraw() throws {
    let (fit, _) = try Self.sleep()
    var data = DataTable()
    data.add("Days", [0.0, 1, 0])
    data.add("Subject", ["x", "x", "y"])
    let rows = try fit.predict(data, unseen: .drawn(seed: 4))
    #expect(abs(rows[1].mean - rows[0].mean - fit.coefficients[1].estimate) < 1e-9)
    #expect(rows[2].mean != rows[0].mean)
  }

  @Test("What new data can lack")
  func errors() throws {
    let (fit, _) = try Self.sleep()
    var data = DataTable()
    data.add("Subject", ["308"])
    #expect(throws: DataError.self) { try fit.predict(data) }
    let warps = try ReferenceCase(glm: "poisson_warpbreaks").data
    let plain = try RegressionFit.fit(formula: Formula(parsing: "breaks ~ wool"), data: warps, family: .poisson)
    var other = DataTable()
    other.add("wool", ["C"])
    #expect(throws: DataError.unknownLevel(column: "wool", level: "C", row: 0)) { try plain.predict(other) }
  }
}
