import Foundation
import Probability
import Regression
import Testing

/// Ridge, spline, random-walk and trend terms of formulas, and correlated groups.
@Suite struct PooledTermTests {
  // MARK: Correlated groups

  /// lme4 1.1-31 at its tightest, two optimizers agreeing to 1.6e-8 in the relative covariance factor: 6 digits are
  /// asked of variances, 9 of likelihoods.
  @Test(arguments: [
    (RegressionFit.Method.reml, 612.08993866104106, 35.071660498282256, 9.6043333165917613, 654.94102707250966, -871.81413597924529),
    (.ml, 565.515366801049, 32.68219718623565, 11.055429022574776, 654.9410270728467, -875.9696722315987),
  ])
  func sleepstudySlopes(
    _ method: RegressionFit.Method, _ intercept: Double, _ slope: Double, _ covariance: Double, _ residual: Double,
    _ likelihood: Double
  ) throws {
    let data = try ReferenceCase(glm: "lmm_sleepstudy_ri_reml").data
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "Reaction ~ Days + (1 + Days | Subject)"), data: data, method: method)
    let components = fit.varianceComponents
    #expect(components.map(\.term) == ["(Intercept)", "Days", "(Intercept),Days", ""])
    for (component, expected) in zip(components, [intercept, slope, covariance, residual]) {
      #expect(digits(component.variance, expected) >= 6)
      #expect((component.standardError ?? -1) > 0)
    }
    #expect(digits(fit.logLikelihood, likelihood) >= 9)
    #expect(fit.groupEffects.map(\.term) == ["(Intercept)", "Days"])
  }

  /// `||` is a variance for each column; the parts written apart are the same model. To the search's accuracy.
  @Test func independentSlopesAreTermsApart() throws {
    let data = try ReferenceCase(glm: "lmm_sleepstudy_ri_reml").data
    let together = try RegressionFit.fit(formula: Formula(parsing: "Reaction ~ Days + (1 + Days || Subject)"), data: data)
    let apart = try RegressionFit.fit(
      formula: Formula(parsing: "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)"), data: data)
    for (a, b) in zip(together.varianceComponents, apart.varianceComponents) {
      #expect(abs(a.variance / b.variance - 1) < 1e-7)
    }
    #expect(abs(together.logLikelihood - apart.logLikelihood) < 1e-9)
  }

  /// Where slopes do not vary, the best covariance is often singular: that is said, the correlation is ±1 (or a variance
  /// zero), and columns in the other order have the same likelihood.
  @Test func aSingularCovarianceIsAnAnswer() throws {
    var singular = 0
    for seed in 1...12 {
      let data = Self.slopeless(seed: UInt64(seed))
      let fit = try RegressionFit.fit(formula: Formula(parsing: "y ~ x + (1 + x | g)"), data: data)
      let turned = try RegressionFit.fit(formula: Formula(parsing: "y ~ x + (0 + x + one | g)"), data: data)
      #expect(abs(turned.logLikelihood - fit.logLikelihood) < 1e-6)
      guard fit.warnings.contains(.singularCovariance(group: "g")) else { continue }
      singular += 1
      let v = fit.varianceComponents.map(\.variance)
      #expect(abs(v[2] * v[2] - v[0] * v[1]) < 1e-6 * max(v[0] * v[1], 1e-12))
    }
    #expect(singular >= 1)
  }

  private static func slopeless(seed: UInt64) -> DataTable {
    var stream = RandomStream(seed: seed)
    var data = DataTable()
    var (g, x, y) = ([String](), [Double](), [Double]())
    for i in 0..<12 {
      let effect = stream.nextNormal()
      for k in 0..<8 {
        g.append("g\(i)")
        x.append(Double(k) / 5 - 0.7)
        y.append(2 + 0.5 * x[x.count - 1] + effect + stream.nextNormal())
      }
    }
    data.add("g", g)
    data.add("x", x)
    data.add("y", y)
    data.add("one", [Double](repeating: 1, count: y.count))
    return data
  }

  /// Correlated intercepts and slopes are one model wherever the covariate has its zero and whatever its unit: years
  /// since 2020, years since Christ, hundred-millionths. Likelihoods to the search's accuracy.
  @Test(arguments: [Family.gaussian, .poisson])
  func correlatedSlopesDoNotHangOnTheZero(_ family: Family) throws {
    var stream = RandomStream(seed: 21)
    var (g, year, y) = ([String](), [Double](), [Double]())
    for group in 0..<12 {
      let (level, slope) = (0.5 * stream.nextNormal(), 0.1 * stream.nextNormal())
      for k in 0..<10 {
        let linear = 0.8 + level + slope * Double(k - 5)
        g.append("g\(group)")
        year.append(Double(2015 + k))
        y.append(family == .gaussian ? linear + 0.5 * stream.nextNormal() : Double(stream.nextPoisson(exp(linear))))
      }
    }
    let shifted: [Double] = year.map { $0 - 2020 }
    let tiny: [Double] = year.map { ($0 - 2020) * 1e8 }
    var data = DataTable()
    data.add("g", g)
    data.add("y", y)
    data.add("year", year)
    data.add("shifted", shifted)
    data.add("large", tiny)
    let fits = try ["shifted", "year", "large"].map { name in
      try RegressionFit.fit(formula: Formula(parsing: "y ~ \(name) + (1 + \(name) | g)"), data: data, family: family, method: .ml)
    }
    for fit in fits.dropFirst() { #expect(abs(fit.logLikelihood - fits[0].logLikelihood) < 1e-6) }
    let slopes = fits.map { $0.varianceComponents[1].variance }
    #expect(abs(slopes[1] / slopes[0] - 1) < 1e-4)
    #expect(abs(slopes[2] * 1e16 / slopes[0] - 1) < 1e-4)
  }

  /// A variance that the data cannot tell is zero, or an error where it would share the residual's.
  @Test func variancesThatCannotBeToldAreNamed() throws {
    var data = DataTable()
    let rows = Array(0..<24)
    data.add("y", rows.map { sin(Double($0)) } as [Double])
    data.add("constant", rows.map { _ in 3 } as [Double])
    data.add("one", rows.map { _ in "a" } as [String])
    data.add("g", rows.map { "g\($0 % 4)" } as [String])
    data.add("id", rows.map { "i\($0)" } as [String])
    for formula in ["y ~ (1 | one)", "y ~ g + (1 | g)"] {
      let fit = try RegressionFit.fit(formula: Formula(parsing: formula), data: data)
      #expect(fit.varianceComponents[0].variance == 0)
    }
    #expect(throws: RegressionError.unidentifiedVariance(group: "id")) {
      try RegressionFit.fit(formula: Formula(parsing: "y ~ (1 | id)"), data: data)
    }
    #expect(throws: RegressionError.noSpread) {
      try RegressionFit.fit(formula: Formula(parsing: "constant ~ (1 | g)"), data: data)
    }
  }

  /// Rows without weight have no say in centres, scales and knots.
  @Test(arguments: ["value ~ ridge(t, count, lambda=2)", "value ~ s(t)", "value ~ rw(t)"])
  func rowsWithoutWeightAreNotThere(_ formula: String) throws {
    var all = Self.waves
    all.add("w", (1...40).map { $0 > 30 ? 0 : 1 } as [Double])
    var part = DataTable()
    for name in ["t", "value", "count"] {
      guard case .numbers(let values)? = all[name] else { continue }
      part.add(name, Array(values.prefix(30)))
    }
    let weighted = try RegressionFit.fit(formula: Formula(parsing: formula), data: all, weights: "w")
    let removed = try RegressionFit.fit(formula: Formula(parsing: formula), data: part)
    #expect(abs(weighted.logLikelihood - removed.logLikelihood) < 1e-6)
    for (a, b) in zip(weighted.coefficients, removed.coefficients) { #expect(abs(a.estimate - b.estimate) < 1e-6) }
  }

  @Test func nestedGroupsAreTwoTerms() throws {
    let nested = try Formula(parsing: "y ~ x + (1 | a/b)")
    #expect(nested.groups.map(\.label) == ["a", "a:b"])
  }

  /// A factor inside a group has its dummies, correlated.
  @Test func factorsWithinGroupsAreCoded() throws {
    let data = try ReferenceCase(glm: "glmm_binomial_cbpp").data
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "incidence / size ~ 1 + (0 + period | herd)"), data: data, family: .binomial)
    #expect(fit.varianceComponents.prefix(4).map(\.term) == ["period1", "period2", "period3", "period4"])
    #expect(fit.varianceComponents.count == 10)
  }

  // MARK: Ridge

  /// MASS's `lm.ridge` (columns by root mean square) and centred columns as they are: the reference's printed digits,
  /// which R computed from singular values of ill-conditioned columns; 9 digits are asked.
  @Test(arguments: [true, false], 0..<6)
  func longley(_ isScaled: Bool, _ place: Int) throws {
    let reference = try ReferenceCase(glm: "ridge_longley")
    let lambdas = try #require(reference.expected["lambda"] as? [NSNumber]).map(\.doubleValue)
    let rows = try #require(reference.expected[isScaled ? "lm_ridge_coef" : "unscaled_ridge_coef"] as? [[String: NSNumber]])
    let names = ["GNP", "Unemployed", "Armed.Forces", "Population", "Year", "Employed"]
    let response = try #require(reference.data.names.first { !names.contains($0) })
    let formula = try Formula(
      parsing: "\(response) ~ ridge(\(names.joined(separator: ", ")), lambda=\(lambdas[place]), scale=\(isScaled))")
    let fit = try RegressionFit.fit(formula: formula, data: reference.data)
    for (term, value) in rows[place] {
      let name = ["1", "intercept"].contains(term) ? "(Intercept)" : term
      #expect(digits(try fit.coefficient(name).estimate, value.doubleValue) >= 9, "\(name)")
    }
  }

  /// The penalty's limits: none is least squares, a huge one leaves the intercept alone.
  @Test func ridgeLimits() throws {
    let data = try ReferenceCase(glm: "ols_longley_intervals").data
    let plain = try RegressionFit.fit(formula: Formula(parsing: "Employed ~ GNP + Population"), data: data)
    let none = try RegressionFit.fit(formula: Formula(parsing: "Employed ~ ridge(GNP, Population, lambda=0)"), data: data)
    let weak = try RegressionFit.fit(formula: Formula(parsing: "Employed ~ ridge(GNP, Population, lambda=1e-9)"), data: data)
    let strong = try RegressionFit.fit(formula: Formula(parsing: "Employed ~ ridge(GNP, Population, lambda=1e12)"), data: data)
    for term in ["(Intercept)", "GNP", "Population"] {
      #expect(digits(try none.coefficient(term).estimate, try plain.coefficient(term).estimate) >= 14)
      #expect(digits(try weak.coefficient(term).estimate, try plain.coefficient(term).estimate) >= 7)
    }
    #expect(abs(try strong.coefficient("GNP").estimate) < 1e-9)
  }

  // MARK: Smooth terms

  /// t = 1…40 with wavy counts and values in closed form.
  static var waves: DataTable {
    var data = DataTable()
    var (times, counts, values) = ([Double](), [Double](), [Double]())
    for i in 1...40 {
      let t = Double(i)
      let noise = Double((i * 7919) % 13 - 6) / 20
      times.append(t)
      counts.append((5 + 4 * sin(t / 5)).rounded(.toNearestOrEven) + Double((i * 31) % 4))
      values.append((100 * sin(t / 6)).rounded(.toNearestOrEven) / 100 + noise)
    }
    data.add("t", times)
    data.add("count", counts)
    data.add("value", values)
    let halves: [String] = times.map { $0 <= 20 ? "early" : "late" }
    data.add("half", halves)
    return data
  }

  /// mgcv 1.8-41, `gam(y ~ s(t, bs = "ps", k = 10), method = "REML")` with convergence 1e-11: restricted likelihood
  /// hangs on no basis, so variances and fits agree. Its penalty matrix is ours over 16 here (`S.scale`). The printed
  /// standard deviations have 7 digits; its fits agree to some 8.
  @Test(arguments: [
    ("count", Family.poisson, 16 * 0.1870559 * 0.1870559, [2.144936284945, 2.291998873554, 1.194509264198, 2.391994818245]),
    ("value", .gaussian, 16 * 0.2111293 * 0.2111293, [0.09420080410648, 0.98412402329179, -0.86256472567337, 0.24621374722412]),
  ])
  func splinesAreThoseOfMGCV(_ response: String, _ family: Family, _ variance: Double, _ fits: [Double]) throws {
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "\(response) ~ s(t)"), data: Self.waves, family: family, method: .reml)
    #expect(digits(fit.varianceComponents[0].variance, variance) >= 5.5)
    for (row, expected) in zip([0, 9, 24, 39], fits) { #expect(digits(fit.predictor[row], expected) >= 6) }
  }

  /// A spline without wiggles is its line, and a line is what it fits to one.
  @Test func aSplineOfALineHasNoVariance() throws {
    var data = DataTable()
    let t: [Double] = (0..<30).map { Double($0) }
    let y: [Double] = t.map { 3 + 0.25 * $0 + 0.1 * cos(Double.pi * $0) }
    data.add("t", t)
    data.add("y", y)
    let smooth = try RegressionFit.fit(formula: Formula(parsing: "y ~ s(t)"), data: data)
    let line = try RegressionFit.fit(formula: Formula(parsing: "y ~ t"), data: data)
    #expect(smooth.varianceComponents[0].variance == 0)
    #expect(smooth.warnings.contains(.zeroVariance(group: "s(t)", term: "")))
    #expect(abs(try smooth.coefficient("s(t)").estimate - line.coefficient("t").estimate) < 1e-12)
  }

  /// One variance and a basis for each level; levels are separate functions.
  @Test func splinesByLevel() throws {
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "value ~ half + s(t, by=half, k=8)"), data: Self.waves, method: .reml)
    #expect(fit.varianceComponents.count == 2)
    #expect(fit.coefficients.map(\.term) == ["(Intercept)", "halflate", "s(t, by=half)early", "s(t, by=half)late"])
  }

  /// The local level's filter, written out: for Gaussian data a random walk seen with noise, whose level before the data
  /// is free, has this exact restricted likelihood (Durbin and Koopman, Time Series Analysis by State Space Methods).
  @Test func aRandomWalkIsTheLocalLevelModel() throws {
    let data = Self.waves
    let fit = try RegressionFit.fit(formula: Formula(parsing: "count ~ rw(t)"), data: data, method: .reml)
    guard case .numbers(let y)? = data["count"] else { return }
    let (walk, noise) = (fit.varianceComponents[0].variance, fit.varianceComponents[1].variance)
    #expect(walk > 0 && noise > 0)
    func diffuse(_ walk: Double, _ noise: Double) -> Double {
      var (level, spread, sum) = (y[0], noise, 0.0)
      for value in y.dropFirst() {
        let prior = spread + walk
        let total = prior + noise
        sum -= 0.5 * (log(2 * .pi * total) + (value - level) * (value - level) / total)
        level += prior / total * (value - level)
        spread = prior * noise / total
      }
      return sum
    }
    #expect(abs(fit.logLikelihood - diffuse(walk, noise)) < 1e-8)
    for factor in [0.9, 1.1] {
      #expect(diffuse(walk * factor, noise) < fit.logLikelihood)
      #expect(diffuse(walk, noise * factor) < fit.logLikelihood)
    }
  }

  /// Without levels a trend is a fixed line; with levels slopes are pooled around it.
  @Test func trends() throws {
    let line = try RegressionFit.fit(formula: Formula(parsing: "value ~ trend(t)"), data: Self.waves)
    let plain = try RegressionFit.fit(formula: Formula(parsing: "value ~ t"), data: Self.waves)
    #expect(digits(try line.coefficient("trend(t)").estimate, try plain.coefficient("t").estimate) >= 12)
    let pooled = try RegressionFit.fit(formula: Formula(parsing: "value ~ half + trend(t, by=half)"), data: Self.waves)
    #expect(pooled.varianceComponents.map(\.group) == ["trend(t, by=half)", "Residual"])
  }

  // MARK: Errors

  @Test(arguments: [
    ("value ~ s(x)", DataError.unknownColumn("x", position: 10)),
    ("value ~ s(half)", .notNumeric(column: "half")),
    ("value ~ rw(t, by=x)", .unknownColumn("x", position: 8)),
    ("value ~ s(I(t * 0))", .constantColumn("I(t * 0)")),
    ("value ~ ridge(t, lambda=1e999)", .noRows),
  ])
  func errorsAreNamed(_ text: String, _ expected: DataError) throws {
    if text.contains("1e999") {
      #expect(throws: FormulaError.badNumber("1e999", position: 24)) { try Formula(parsing: text) }
    } else {
      #expect(throws: RegressionError.data(expected)) {
        try RegressionFit.fit(formula: Formula(parsing: text), data: Self.waves)
      }
    }
  }
}
