import Demand
import Foundation
import LinearAlgebra
import Placements
import Probability

/// Simulates a generated nation's futures: 98 × 12 cells × 20 quarters × 10,000 paths, from rates fitted to its 60 quarters.
enum NationalSimulation {
  static let municipalities = 98
  static let areas = 12
  static let pastQuarters = 60
  static let quarters = 20
  static let paths = 10_000
  private static let seed: UInt64 = 98_12_20
  private static let firstYear = 2011

  /// What the nation is generated with, and what the peer simulates.
  struct Truth {
    /// Admissions a quarter and 10,000 inhabitants.
    let admissions = 0.08
    /// A year and citizen.
    let homecoming = 0.10
    let otherExit = 0.15
    /// Of the counts of admissions, and of the common factor of a municipality's homecomings in a quarter.
    let admissionTheta = 2.0
    let homecomingTheta = 2.0
    let municipalityDeviation = 0.4
    let cellDeviation = 0.3
  }

  private struct Cell {
    var admissionsPerQuarter: Double
    var stock: Int
  }

  static func run(folder: String) throws {
    LinearAlgebra.start()
    let results = ResultsFile(folder: folder)
    let truth = Truth()
    let (panel, cells) = try nation(truth)
    try write(cells, truth, to: folder + "/cells.csv")
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let (demand, fitTimes) = Stopwatch.time(runs: 3) { FittedDemand(panel: panel, horizon: quarters, threads: threads) }
    try results.add(
      TimedWork(
        work: "fit the simulation's three flows, \(threads) threads", size: "3 x \(ResultTable.whole(municipalities * areas * pastQuarters)) rows",
        ours: fitTimes, aim: ""))
    for count in Set([threads, 1]).sorted(by: >) {
      let (draws, times) = Stopwatch.time(runs: 3) { simulate(demand, threads: count) }
      let size = "98 x 12 cells x \(quarters) quarters x \(ResultTable.whole(paths)) paths"
      try results.add(TimedWork(work: workName(threads: count), size: size, ours: times, aim: count == 1 ? "" : "8 x numpy"))
      if count == threads { try results.note(report(draws)) }
    }
    try results.note(
      String(
        format: "simulate, generating values: %.2f admissions a quarter and 10,000 inhabitants (theta %.1f), homecomings %.2f a year (theta"
          + " %.1f), other exits %.2f a year; standard deviations: municipality %.2f, municipality:area %.2f; seed %d",
        truth.admissions, truth.admissionTheta, truth.homecoming, truth.homecomingTheta, truth.otherExit, truth.municipalityDeviation,
        truth.cellDeviation, seed))
  }

  static func workName(threads: Int) -> String { "simulate, \(threads) thread\(threads == 1 ? "" : "s")" }

  /// Coefficients drawn, three flows simulated, counts summed by area.
  private static func simulate(_ demand: FittedDemand, threads: Int) -> DemandDraws {
    let panel = demand.panel
    let strata = panel.strata.count
    let cell = (0..<municipalities * strata).map { panel.areaOfStratum[$0 % strata] }
    return demand.simulate(
      reference: DemandPlan(windows: []), scenarios: [], keys: TallyKeys(count: areas, cell: cell, strata: strata, detail: .flows),
      draws: paths, seed: 1, threads: threads, isCompared: false)
  }

  /// Means over the paths, to be held against the peer's: the same task gives the same totals.
  private static func report(_ draws: DemandDraws) -> String {
    func mean(_ kind: EventTally.Kind) -> Double {
      var sums = [Double](repeating: 0, count: paths)
      for area in 0..<areas {
        for step in 0..<quarters { draws.add(kind, plan: 0, key: area, step: step, to: &sums) }
      }
      return sums.reduce(0, +) / Double(paths)
    }
    let (admissions, homecomings, others) = (mean(.admissions), mean(.homecomings), mean(.otherExits))
    let opening = (0..<areas).reduce(0) { $0 + draws.openingFlowStock(key: $1) }
    return String(
      format: "simulate, means of a path: opening stock %d, admissions %.0f, homecomings %.0f, other exits %.0f, closing stock %.0f", opening,
      admissions, homecomings, others, Double(opening) + admissions - homecomings - others)
  }

  // MARK: The nation

  /// Sixty quarters of counted activity, and what every cell does from then on.
  private static func nation(_ truth: Truth) throws -> (Panel, [Cell]) {
    var stream = RandomStream(seed: seed)
    let codes = Municipality.denmark.map(\.code)
    precondition(codes.count == municipalities, "Denmark has 98 municipalities")
    let names = (0..<areas).map { "area\($0 < 10 ? "0" : "")\($0)" }
    var activity: [Activity] = []
    var population: [Population.Row] = []
    var cells: [Cell] = []
    for code in codes {
      let inhabitants = 4.5 * exp(0.7 * stream.nextNormal())
      for year in firstYear...firstYear + 21 {
        population.append(
          Population.Row(municipality: code, year: year, ageFrom: 0, ageTo: 120, persons: 10_000 * inhabitants, isProjection: false))
      }
      let level = log(truth.admissions * inhabitants) + truth.municipalityDeviation * stream.nextNormal()
      var own = (0..<areas).map { _ in
        Cell(admissionsPerQuarter: exp(level + truth.cellDeviation * stream.nextNormal()), stock: 0)
      }
      for a in own.indices {
        own[a].stock = stream.nextPoisson(4 * own[a].admissionsPerQuarter / (truth.homecoming + truth.otherExit))
      }
      for quarter in 0..<pastQuarters {
        let period = Period(year: firstYear, number: 1, length: .quarter).advanced(by: quarter)
        let factor = stream.nextGamma(truth.homecomingTheta) / truth.homecomingTheta
        for a in own.indices {
          activity.append(pass(&own[a], truth, factor, Stratum(area: names[a], kind: .residential, legalBasis: ""), period, code, &stream))
        }
      }
      cells += own
    }
    let settings = ProjectSettings(
      name: "nation", basePeriod: .quarter, isSynthetic: true, areas: names.map { SpecialtyArea(id: $0, name: $0) })
    let extracts = Extracts(
      settings: settings, municipalities: Municipality.denmark, activity: activity, population: Population(population))
    return (try Panel(extracts), cells)
  }

  /// One quarter of one cell.
  private static func pass(
    _ cell: inout Cell, _ truth: Truth, _ factor: Double, _ stratum: Stratum, _ period: Period, _ payer: String,
    _ stream: inout RandomStream
  ) -> Activity {
    let admissions = stream.nextPoisson(cell.admissionsPerQuarter * stream.nextGamma(truth.admissionTheta) / truth.admissionTheta)
    let homecoming = truth.homecoming * factor
    let rate = homecoming + truth.otherExit
    let leavers = stream.nextBinomial(cell.stock, 1 - exp(-rate / 4))
    let homecomings = stream.nextBinomial(leavers, homecoming / rate)
    cell.stock += admissions - leavers
    return Activity(
      stratum: stratum, period: period, payer: payer, stock: Double(cell.stock), admissions: Double(admissions),
      homecomings: Double(homecomings), otherExits: Double(leavers - homecomings))
  }

  /// The cells for the peer, in the order municipality, area.
  private static func write(_ cells: [Cell], _ truth: Truth, to path: String) throws {
    var text = "municipality,area,stock,admissions_a_quarter,homecoming_a_year,other_exit_a_year\n"
    for (i, cell) in cells.enumerated() {
      text += "\(i / areas),\(i % areas),\(cell.stock),\(cell.admissionsPerQuarter),\(truth.homecoming),\(truth.otherExit)\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }
}
