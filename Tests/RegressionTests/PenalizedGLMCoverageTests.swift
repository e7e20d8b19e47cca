import Foundation
import Probability
import Regression
import Testing

/// 95 % intervals of fixed effects on 400 simulated panels: 92 to 98 % hold the truth. At 95 % the share has a standard
/// error of 1.1 %, so the bounds are some three of them away.
@Suite struct PenalizedGLMCoverageTests {
  private static let panels = 400
  private static let truth = [0.4, 0.5, -0.3]

  /// 50 groups of 6 rows; a covariate within groups and one between them.
  private static func table(_ family: Family, seed: UInt64) -> DataTable {
    var stream = RandomStream(seed: seed)
    var (y, trials, x, z, g) = ([Double](), [Double](), [Double](), [Double](), [String]())
    for group in 0..<50 {
      let u = 0.5 * stream.nextNormal()
      let between = stream.nextNormal()
      for _ in 0..<6 {
        let within = stream.nextNormal()
        let linear = truth[0] + truth[1] * within + truth[2] * between + u
        switch family {
        case .gaussian: y.append(linear + 0.8 * stream.nextNormal())
        case .poisson: y.append(Double(stream.nextPoisson(exp(linear))))
        case .negativeBinomial: y.append(Double(stream.nextPoisson(exp(linear) * stream.nextGamma(3) / 3)))
        case .binomial: y.append(Double(stream.nextBinomial(4, 1 / (1 + exp(-linear)))))
        }
        trials.append(4)
        x.append(within)
        z.append(between)
        g.append("g\(group)")
      }
    }
    var data = DataTable()
    data.add("y", y)
    data.add("m", trials)
    data.add("x", x)
    data.add("z", z)
    data.add("g", g)
    return data
  }

  @Test(arguments: [Family.gaussian, .poisson, .negativeBinomial(theta: nil), .binomial], [RegressionFit.Method.ml, .reml])
  func fixedEffects(_ family: Family, _ method: RegressionFit.Method) throws {
    let response = family == .binomial ? "y / m" : "y"
    let formula = try Formula(parsing: "\(response) ~ x + z + (1 | g)")
    var inside = [0, 0, 0]
    for panel in 0..<Self.panels {
      let fit = try RegressionFit.fit(
        formula: formula, data: Self.table(family, seed: UInt64(panel + 1)), family: family, method: method)
      for j in 0..<3 where fit.coefficients[j].lower < Self.truth[j] && Self.truth[j] < fit.coefficients[j].upper {
        inside[j] += 1
      }
    }
    for j in 0..<3 {
      let share = Double(inside[j]) / Double(Self.panels)
      #expect(share >= 0.92 && share <= 0.98, "coefficient \(j): \(share)")
    }
  }
}
