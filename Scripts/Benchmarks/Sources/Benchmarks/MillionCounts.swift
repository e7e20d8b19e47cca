import Foundation
import LinearAlgebra
import Probability
import Regression

/// A plain Poisson model of a million rows: two factors of 98 and 12 levels and five numbers.
enum MillionCounts {
  private static let rows = 1_000_000
  private static let municipalities = 98
  private static let areas = 12
  private static let numbers = 5
  private static let seed: UInt64 = 98_12_5
  private static let runs = 5

  /// Writes `counts.f64`: y, the codes of both factors and the numbers, one column of doubles after the other.
  static func generate(folder: String) throws {
    var stream = RandomStream(seed: seed)
    let m = (0..<municipalities).map { _ in 0.4 * stream.nextNormal() }
    let a = (0..<areas).map { _ in 0.3 * stream.nextNormal() }
    let slopes = (0..<numbers).map { _ in 0.1 * stream.nextNormal() }
    var columns = [[Double]](repeating: [Double](repeating: 0, count: rows), count: 3 + numbers)
    for i in 0..<rows {
      let (level, area) = (Int(stream.nextUniform() * Double(municipalities)), Int(stream.nextUniform() * Double(areas)))
      var eta = -0.5 + m[level] + a[area]
      for j in 0..<numbers {
        let x = stream.nextNormal()
        columns[3 + j][i] = x
        eta += slopes[j] * x
      }
      columns[0][i] = Double(stream.nextPoisson(exp(eta)))
      columns[1][i] = Double(level)
      columns[2][i] = Double(area)
    }
    try ColumnFile(path: folder + "/counts.f64").write(columns)
  }

  static func fit(folder: String) throws {
    LinearAlgebra.start()
    let columns = try ColumnFile(path: folder + "/counts.f64").read(count: 3 + numbers)
    var data = DataTable()
    data.add("y", columns[0])
    data.add("m", columns[1].map { "m\(100 + Int($0))" })
    data.add("area", columns[2].map { "a\(10 + Int($0))" })
    for j in 0..<numbers { data.add("x\(j + 1)", columns[3 + j]) }
    let formula = try Formula(parsing: "y ~ m + area + " + (1...numbers).map { "x\($0)" }.joined(separator: " + "))
    let (fit, times) = try Stopwatch.time(runs: runs) { try RegressionFit.fit(formula: formula, data: data, family: .poisson) }
    let coefficients = Dictionary(fit.coefficients.map { ($0.term, $0.estimate) }, uniquingKeysWith: { $1 })
    try ResultsFile(folder: folder).add(
      TimedWork(
        work: "Poisson GLM, two factors as texts, five numbers", size: "\(ResultTable.whole(rows)) rows, 98 and 12 levels", ours: times,
        estimates: Estimates(["coefficients": coefficients]), aim: "faster than glum"))
  }
}
