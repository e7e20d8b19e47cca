import Foundation
import LinearAlgebra
import Probability
import Regression

/// Dense least squares without factors: a million rows, 50 columns that lie close to each other.
enum DenseLeastSquares {
  private static let rows = 1_000_000
  private static let columns = 50
  private static let seed: UInt64 = 1_000_050
  private static let runs = 5
  /// Of the common number of a row, and of what each column adds to it: the design's condition number is about 7e4, of
  /// which the normal equations lose the square.
  private static let (commonDeviation, ownDeviation) = (1e6, 100.0)

  /// The exact solution for the generated data, in sixteenths.
  private static var coefficients: [String: Double] {
    var stream = RandomStream(seed: seed, 1)
    return Dictionary(uniqueKeysWithValues: (1...columns).map { ("x\($0)", (16 * stream.nextNormal()).rounded() / 16) })
  }

  /// Writes `dense.f64`: y, then the columns. All numbers are whole sixteenths, so y is exact; every row stands twice, its
  /// noise once added and once subtracted, so the noise is orthogonal to every column and least squares gives the generating
  /// coefficients exactly.
  static func generate(folder: String) throws {
    var stream = RandomStream(seed: seed)
    let truth = coefficients
    let slopes = (1...columns).map { truth["x\($0)", default: 0] }
    var values = [[Double]](repeating: [Double](repeating: 0, count: rows), count: 1 + columns)
    for i in stride(from: 0, to: rows, by: 2) {
      let common = (commonDeviation * stream.nextNormal()).rounded()
      let noise = (16 * stream.nextNormal()).rounded()
      var sum = 0.0
      for j in 0..<columns {
        let x = common + (ownDeviation * stream.nextNormal()).rounded()
        values[1 + j][i] = x
        values[1 + j][i + 1] = x
        sum += slopes[j] * x
      }
      values[0][i] = sum + noise
      values[0][i + 1] = sum - noise
    }
    try ColumnFile(path: folder + "/dense.f64").write(values)
  }

  static func fit(folder: String) throws {
    LinearAlgebra.start()
    let values = try ColumnFile(path: folder + "/dense.f64").read(count: 1 + columns)
    var data = DataTable()
    data.add("y", values[0])
    for j in 1...columns { data.add("x\(j)", values[j]) }
    let formula = try Formula(parsing: "y ~ 0 + " + (1...columns).map { "x\($0)" }.joined(separator: " + "))
    let (fit, times) = try Stopwatch.time(runs: runs) { try RegressionFit.fit(formula: formula, data: data) }
    let found = Dictionary(fit.coefficients.map { ($0.term, $0.estimate) }, uniquingKeysWith: { $1 })
    try ResultsFile(folder: folder).add(
      TimedWork(
        work: "dense least squares, all results of a fit", size: "\(ResultTable.whole(rows)) x \(columns)", ours: times,
        estimates: Estimates(["coefficients": found]), aim: "< 0.5 s"))
  }

  /// Right figures of the coefficients, ours and the peer's, instead of the agreement between them.
  static func withFiguresRight(_ work: TimedWork, _ report: PeerReport?) -> TimedWork {
    let truth = Estimates(["coefficients": coefficients])
    func figures(_ estimates: Estimates?) -> String { estimates?.figures(in: truth, of: "coefficients").map { String(format: "%.1f", $0) } ?? "?" }
    var copy = work
    copy.finding = "right figures: ours \(figures(work.estimates))" + (report.map { ", its \(figures($0.estimates))" } ?? "")
    return copy
  }
}
