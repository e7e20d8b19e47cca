import Foundation
import LinearAlgebra
import Regression

/// Fits the national panel: variances and θ estimated, by maximum likelihood and restricted maximum likelihood.
enum NationalFit {
  /// What is fitted to the panel: intercepts of municipalities and their areas pooled, a slope for every area.
  private enum Form: String {
    /// As the peers fit it.
    case monthly = "y ~ area + area:time + season + (1 | m) + (1 | m:area)"
    case harmonic = "y ~ area + area:time + sine + cosine + (1 | m) + (1 | m:area)"

    var season: String { self == .monthly ? "season by month" : "season by sine and cosine" }
  }

  private static let runs = 5

  static func run(folder: String) throws {
    LinearAlgebra.start()
    let results = ResultsFile(folder: folder)
    let panel = NationalPanel()
    try panel.write(to: folder + "/panel.csv")
    for criterion in [PenalizedGLM.Criterion.ml, .reml] {
      try results.add(try formulaWork(panel, criterion, .monthly, runs: runs).work)
    }
    for criterion in [PenalizedGLM.Criterion.ml, .reml] {
      var work = try formulaWork(panel, criterion, .harmonic, runs: runs).work
      work.aim = ""
      try results.add(work)
    }
    for criterion in [PenalizedGLM.Criterion.ml, .reml] {
      let model = try PenalizedGLM(family: .negativeBinomial(theta: nil), criterion: criterion)
      let (fit, times) = try Stopwatch.time(runs: runs) { try pooled(panel, model) }
      let name = "fit, \(criterion.rawValue), areas and slopes pooled too"
      try results.add(TimedWork(work: name, size: size(panel), ours: times, aim: "< 0.2 s"))
      try results.note(report(fit, panel, name))
    }
    try results.note("fit, season by month: \(Form.monthly.rawValue), offset log(population); by sine and cosine: \(Form.harmonic.rawValue)")
    let truth = panel.truth
    try results.note(
      String(
        format: "fit, generating values: theta %.2f, trend %.3f, season %.2f %.2f, standard deviations: area %.2f, slope of the area %.2f,"
          + " municipality %.2f, municipality:area %.2f; counts' mean %.2f; seed %d",
        truth.theta, truth.trend, truth.sine, truth.cosine, truth.areaDeviation, truth.slopeDeviation, truth.municipalityDeviation,
        truth.cellDeviation, panel.counts.reduce(0, +) / Double(panel.rows), NationalPanel.seed))
  }

  /// The same formula for ten times the municipalities, beside the time of one.
  static func grow(folder: String) throws {
    LinearAlgebra.start()
    let results = ResultsFile(folder: folder)
    let (small, large) = (NationalPanel(), NationalPanel(municipalities: 10 * NationalPanel.municipalities))
    for criterion in [PenalizedGLM.Criterion.ml, .reml] {
      let (base, baseFit) = try formulaWork(small, criterion, .monthly, runs: 3)
      var (work, fit) = try formulaWork(large, criterion, .monthly, runs: 3)
      work.work += ", ten times the municipalities"
      work.finding = String(
        format: "of the time of %d: minimum %.1f x, median %.1f x, cpu %.1f x; %d steps instead of %d", small.municipalities,
        work.ours.minimum / base.ours.minimum, work.ours.median / base.ours.median,
        work.ours.medianProcessor / base.ours.medianProcessor, fit.trace.count, baseFit.trace.count)
      work.aim = "at most 11 x"
      try results.add(work)
    }
  }

  /// The works that the peers do too.
  static func criterion(ofPeers work: TimedWork) -> PenalizedGLM.Criterion? {
    [.ml, .reml].first { work.work == name($0, .monthly) }
  }

  private static func name(_ criterion: PenalizedGLM.Criterion, _ form: Form) -> String { "fit, \(criterion.rawValue), \(form.season)" }

  private static func size(_ panel: NationalPanel) -> String {
    "\(panel.municipalities) x 12 x 60 = \(ResultTable.whole(panel.rows)) rows"
  }

  /// The formula on the table, its columns and levels made anew each time.
  private static func formulaWork(
    _ panel: NationalPanel, _ criterion: PenalizedGLM.Criterion, _ form: Form, runs: Int
  ) throws -> (work: TimedWork, fit: RegressionResult) {
    let (parsed, offset, data) = (try Formula(parsing: form.rawValue), try Expression(parsing: "log(population)"), panel.table)
    let method: RegressionFit.Method = criterion == .ml ? .ml : .reml
    let (fit, times) = try Stopwatch.time(runs: runs) {
      try RegressionFit.fit(formula: parsed, data: data, family: .negativeBinomial(theta: nil), offset: offset, method: method)
    }
    let variances = Dictionary(fit.varianceComponents.map { ($0.group, $0.variance) }, uniquingKeysWith: { $1 })
    let coefficients = Dictionary(fit.coefficients.map { ($0.term, $0.estimate) }, uniquingKeysWith: { $1 })
    let estimates = Estimates([
      "theta": ["": fit.theta ?? .nan], "variances": variances, "coefficients": coefficients, "log-likelihood": ["": fit.logLikelihood],
    ])
    let work = TimedWork(
      work: name(criterion, form), size: size(panel), ours: times, estimates: estimates, aim: "< 0.2 s, 50 x, 3 figures")
    return (work, fit)
  }

  private static func pooled(_ panel: NationalPanel, _ model: PenalizedGLM) throws -> FittedPenalizedGLM {
    let blocks = [
      panel.municipalityBlock, panel.cellBlock,
      PenalizedBlock(name: "area", levelCount: NationalPanel.areas, index: panel.area),
      PenalizedBlock(name: "slope of the area", levelCount: NationalPanel.areas, index: panel.area, covariate: panel.years),
    ]
    return try model.fit(
      response: panel.counts, offset: panel.offset,
      fixed: [[Double](repeating: 1, count: panel.rows), panel.years, panel.sine, panel.cosine],
      fixedNames: ["(Intercept)", "trend", "sine", "cosine"], blocks: blocks)
  }

  /// What the fit found, and how many of the generated effects lie within 1.96 of their standard errors.
  private static func report(_ fit: FittedPenalizedGLM, _ panel: NationalPanel, _ name: String) -> String {
    let deviations = zip(fit.blockNames, fit.variances).map { String(format: "%@ %.3f", $0, $1.squareRoot()) }.joined(separator: ", ")
    let inside = [panel.truth.municipalityEffects, panel.truth.cellEffects].enumerated().map { block, truth in
      let found = zip(fit.effects(ofBlock: block), fit.effectStandardErrors(ofBlock: block))
      let within = zip(truth, found).count { abs($0 - $1.0) < 1.96 * $1.1 }
      return String(format: "%.0f %%", 100 * Double(within) / Double(truth.count))
    }
    return String(
      format: "%@: theta %.2f, season %.3f %.3f, standard deviations: %@; of the effects of municipality and municipality:area %@ lie in"
        + " their 95 %% intervals; log-likelihood %.2f, %d passes over the rows",
      name, fit.theta ?? .nan, fit.coefficients[2], fit.coefficients[3], deviations, inside.joined(separator: " and "), fit.logLikelihood,
      fit.passes)
  }
}

/// The national panel in R; its slow peers.
struct NationalFitPeers {
  let script: String
  let folder: String

  /// Each of our lines of the formula beside bam and glmmTMB; a peer without a time is left out.
  func fill(_ works: [TimedWork], notes: inout [String]) -> [TimedWork] {
    works.flatMap { work -> [TimedWork] in
      guard let estimates = work.estimates, let criterion = NationalFit.criterion(ofPeers: work) else { return [work] }
      notes.append("\(work.work): \(estimates.text)")
      // bam has one criterion only, fREML: it stands beside our REML.
      let names = criterion == .ml ? ["glmmTMB-ml"] : ["glmmTMB-reml", "bam"]
      let lines = names.compactMap { name -> TimedWork? in
        let peer = Peer(program: "Rscript", arguments: ["--vanilla", script, folder + "/panel.csv", name], output: folder + "/\(name).json")
        return peer.run(name, notes: &notes).map { work.with($0) }
      }
      return lines.isEmpty ? [work] : lines
    }
  }
}
