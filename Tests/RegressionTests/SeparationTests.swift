import Foundation
import LinearAlgebra
import Probability
import Regression
import Testing

/// Whether a maximum exists is a fact of the data; each case says which it is and why.
@Suite struct SeparationTests {
  static let binary = [Link.logit, .probit, .cloglog]

  private func terms(
    _ text: String, _ data: DataTable, _ family: Family, _ link: Link? = nil, weights: String? = nil
  ) throws -> [String]? {
    do {
      _ = try RegressionFit.fit(
        formula: Formula(parsing: text), data: data, family: family, link: link, weights: weights)
      return nil
    } catch RegressionError.separation(let terms) {
      return terms
    }
  }

  @Test(arguments: binary)
  func completeSeparation(_ link: Link) throws {
    var data = DataTable()
    data.add("x", [1.0, 2, 3, 4, 5, 6, 7, 8])
    data.add("z", [3.0, 1, 4, 1, 5, 9, 2, 6])
    data.add("y", [0.0, 0, 0, 0, 1, 1, 1, 1])
    #expect(try terms("y ~ x", data, .binomial, link) == ["x"])
    #expect(try terms("y ~ z + x", data, .binomial, link)?.contains("x") == true)
  }

  /// Both outcomes at x = 4 only: 4 is fitted as ½ while the rest runs away.
  @Test(arguments: binary)
  func quasiCompleteSeparation(_ link: Link) throws {
    var data = DataTable()
    data.add("x", [1.0, 2, 3, 4, 4, 5, 6, 7])
    data.add("y", [0.0, 0, 0, 0, 1, 1, 1, 1])
    #expect(try terms("y ~ x", data, .binomial, link) == ["x"])
  }

  /// One pair the wrong way round, however close: a maximum exists, with large coefficients.
  @Test(arguments: binary)
  func overlapIsNoSeparation(_ link: Link) throws {
    var data = DataTable()
    data.add("x", [1.0, 2, 3, 4.01, 4, 5, 6, 7])
    data.add("y", [0.0, 0, 0, 0, 1, 1, 1, 1])
    #expect(try terms("y ~ x", data, .binomial, link) == nil)
    let fit = try RegressionFit.fit(formula: Formula(parsing: "y ~ x"), data: data, family: .binomial, link: link)
    #expect(try fit.coefficient("x").estimate > 2)
  }

  /// Grouped counts: a level without successes, or with nothing else.
  @Test(arguments: binary, [0.0, 20])
  func aLevelOfOneOutcome(_ link: Link, _ successes: Double) throws {
    var data = DataTable()
    data.add("g", ["a", "a", "b", "b", "c", "c"])
    data.add("k", [3.0, 7, successes, successes, 11, 9])
    data.add("m", [Double](repeating: 20, count: 6))
    #expect(try terms("k / m ~ g", data, .binomial, link) == ["gb"])
  }

  @Test(arguments: [Family.poisson, .negativeBinomial(theta: 2), .negativeBinomial(theta: nil)])
  func aLevelOfZeroCounts(_ family: Family) throws {
    var data = DataTable()
    data.add("g", ["a", "a", "a", "b", "b", "b", "c", "c", "c"])
    data.add("x", [1.0, 2, 4, 2, 1, 3, 5, 1, 2])
    data.add("y", [3.0, 7, 12, 0, 0, 0, 11, 2, 9])
    #expect(try terms("y ~ g + x", data, family) == ["gb"])
    #expect(try terms("y ~ 0 + g", data, family) == ["gb"])
    // All levels: the base level's zeros let the intercept fall and all others rise.
    #expect(try terms("y ~ factor(g, 'b', 'a', 'c')", data, family) == ["ga", "gc"])
  }

  /// Every count zero, every trial a success or none: no term is to blame, with and without others, pooled or not.
  @Test(arguments: ["1", "x", "g", "0 + g + x", "x + (1 | h)", "1 + (1 | h)", "s(x, k=5)"])
  func nothingButOneOutcome(_ terms: String) throws {
    var data = DataTable()
    data.add("zero", [Double](repeating: 0, count: 12))
    data.add("one", [Double](repeating: 1, count: 12))
    data.add("most", [5.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    data.add("w", [0.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    data.add("x", [0.0, 1.1, 4.2, 2.3, 2.4, 4.5, 1.6, 0.7, 1.8, 4.9, 3, 3.1])
    data.add("g", ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"])
    data.add("h", ["p", "p", "p", "q", "q", "q", "r", "r", "r", "s", "s", "s"])
    func outcome(_ response: String, _ family: Family, _ link: Link? = nil, weights: String? = nil) throws -> RegressionError? {
      let formula = try Formula(parsing: "\(response) ~ \(terms)")
      do {
        _ = try RegressionFit.fit(formula: formula, data: data, family: family, link: link, weights: weights)
        return nil
      } catch {
        return error
      }
    }
    for family in [Family.poisson, .negativeBinomial(theta: nil), .negativeBinomial(theta: 2)] {
      #expect(try outcome("zero", family) == .oneOutcome(.zeros))
      // The row that is not zero weighs nothing.
      #expect(try outcome("most", family, weights: "w") == .oneOutcome(.zeros))
    }
    for link in Self.binary {
      #expect(try outcome("zero", .binomial, link) == .oneOutcome(.failures))
      #expect(try outcome("one", .binomial, link) == .oneOutcome(.successes))
    }
    #expect(try outcome("one", .poisson) == nil)
  }

  /// Only a combination of columns separates: x + z > 5.
  @Test func aCombinationSeparates() throws {
    var stream = RandomStream(seed: 12)
    let x = (0..<200).map { _ in 5 * stream.nextUniform() }
    let z = (0..<200).map { _ in 5 * stream.nextUniform() }
    var data = DataTable()
    data.add("x", x)
    data.add("z", z)
    data.add("y", zip(x, z).map { $0 + $1 > 5 ? 1.0 : 0 })
    #expect(try terms("y ~ x + z", data, .binomial) == ["x", "z"])
    #expect(try terms("y ~ x", data, .binomial) == nil)
  }

  /// Rows that weigh nothing neither separate nor prevent it.
  @Test func weightlessRowsDoNotCount() throws {
    var data = DataTable()
    data.add("x", [1.0, 2, 3, 4, 4.5, 5, 6, 7])
    data.add("y", [0.0, 0, 0, 1, 0, 1, 1, 1])
    data.add("w", [1.0, 1, 1, 0, 1, 1, 1, 1])
    #expect(try terms("y ~ x", data, .binomial) == nil)
    #expect(try terms("y ~ x", data, .binomial, weights: "w") == ["x"])
  }

  /// Rare events with a steep but finite slope: probabilities from 1e-9 to 1, no alarm.
  @Test(arguments: binary)
  func largeFiniteCoefficientsAreNoSeparation(_ link: Link) throws {
    var data = DataTable()
    data.add("x", [0.0, 1, 2, 3, 4, 5, 6])
    data.add("k", [1.0, 0, 0, 3, 1000, 999_990, 1_000_000])
    data.add("m", [1e9, 1e6, 1e6, 1e6, 1e6, 1e6, 1e6])
    #expect(try terms("k / m ~ x", data, .binomial, link) == nil)
  }

  /// Means that differ by 1e12 from level to level are finite all the same.
  @Test func hugeCountsAreNoSeparation() throws {
    var data = DataTable()
    data.add("g", ["a", "a", "b", "b"])
    data.add("y", [0.0, 1, 1e12, 1.1e12])
    #expect(try terms("y ~ g", data, .poisson) == nil)
  }

  /// A hundred thousand rows by normal equations of cells: one small level without events, then one event in it.
  @Test func largeProblems() throws {
    let n = 100_000
    var stream = RandomStream(seed: 13)
    let levels = (0..<n).map { i in i % 5000 == 17 ? "z" : "g\(i % 20)" }
    let x = (0..<n).map { _ in stream.nextNormal() }
    for family in [Family.poisson, .binomial] {
      var y = x.map { min(1, Double(stream.nextPoisson(0.2 * exp(0.2 * $0)))) }
      for i in 0..<n where levels[i] == "z" { y[i] = 0 }
      var data = DataTable()
      data.add("g", levels)
      data.add("x", x)
      data.add("y", y)
      #expect(try terms("y ~ g + x", data, family) == ["gz"])
      y[17] = 1
      var other = DataTable()
      other.add("g", levels)
      other.add("x", x)
      other.add("y", y)
      #expect(try terms("y ~ g + x", other, family) == nil)
    }
  }
}
