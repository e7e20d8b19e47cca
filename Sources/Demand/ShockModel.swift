import Glibc
import LinearAlgebra

/// Log deviations of areas by step as a normal model: walks and shocks that all areas share, those of each area, and what
/// chance leaves, whose variance is known.
///
/// z(a, ·) = X β + c + w(a) + e(a), c ~ N(0, σ² W + s² I), w(a) ~ N(0, σ_A² W), e(a) ~ N(0, s_A² I + V(a)).
/// The four variances maximise the restricted likelihood (Patterson and Thompson, Biometrika 58, 1971). Its cost is that of
/// one factor of a step × step matrix for each area, whatever their number: regressions with as many columns as steps by
/// area take a hundred times as long.
struct ShockModel {
  enum Part: Int, CaseIterable {
    case walk, areaWalk, shock, areaShock
  }

  let steps: Int
  /// W, the covariance of a walk of unit steps.
  let walk: Matrix
  /// Columns of X, the same for each area.
  let fixed: Matrix
  /// By area and step; a step without data has an enormous variance.
  var deviations: [[Double]]
  var chance: [[Double]]

  static let unknown = 1e8

  /// The model at given variances.
  struct Solution {
    var logLikelihood: Double
    let variances: [Double]
    /// By area (σ_A² W + s_A² I + V)⁻¹.
    let inverses: [Matrix]
    /// Covariance of what is common as the areas together tell it, and its inverse added to the prior's.
    let common: Matrix
    let joint: Matrix
    let beta: [Double]
    let betaFactor: Cholesky
  }

  func solve(_ variances: [Double]) throws(LinearAlgebraError) -> Solution {
    var logDeterminant = 0.0
    var quadratic = 0.0
    var information = Matrix(rows: steps, columns: steps)
    var weighted = [Double](repeating: 0, count: steps)
    var inverses: [Matrix] = []
    for (z, v) in zip(deviations, chance) {
      var block = scaled(walk, variances[Part.areaWalk.rawValue])
      for k in 0..<steps { block[k, k] += v[k] + variances[Part.areaShock.rawValue] }
      let factor = try Cholesky(block)
      logDeterminant += factor.logDeterminant
      let inverse = factor.inverse()
      let own = try inverse.multiplied(by: z)
      for k in 0..<steps {
        quadratic += z[k] * own[k]
        weighted[k] += own[k]
        for j in 0..<steps { information[j, k] += inverse[j, k] }
      }
      inverses.append(inverse)
    }
    let informationFactor = try Cholesky(information)
    let common = informationFactor.inverse()
    var total = common
    for k in 0..<steps {
      for j in 0..<steps { total[j, k] += variances[Part.walk.rawValue] * walk[j, k] }
      total[k, k] += variances[Part.shock.rawValue]
    }
    let totalFactor = try Cholesky(total)
    logDeterminant += totalFactor.logDeterminant + informationFactor.logDeterminant
    let joint = totalFactor.inverse()
    let mean = try informationFactor.solve(weighted)
    quadratic += dot(mean, try joint.multiplied(by: mean)) - dot(mean, weighted)
    let projected = try joint.multiplied(by: fixed)
    let betaFactor = try Cholesky(try fixed.multiplied(by: projected, transposed: true))
    let score = try projected.multiplied(by: mean, transposed: true)
    let beta = try betaFactor.solve(score)
    quadratic -= dot(beta, score)
    return Solution(
      logLikelihood: -0.5 * (logDeterminant + betaFactor.logDeterminant + quadratic), variances: variances, inverses: inverses, common: common,
      joint: joint, beta: beta, betaFactor: betaFactor)
  }

  /// Expected paths given deviations (the model's own or others of the same variances): X β, what is common, each area's walk.
  struct Paths {
    var fixed: [Double]
    var commonWalk: [Double]
    var common: [Double]
    var areaWalk: [[Double]]
    /// Each area's sum of everything that is not chance.
    var all: [[Double]]
  }

  func expected(_ solution: Solution, given z: [[Double]]) throws(LinearAlgebraError) -> Paths {
    var weighted = [Double](repeating: 0, count: steps)
    for (inverse, own) in zip(solution.inverses, z) {
      let part = try inverse.multiplied(by: own)
      for k in 0..<steps { weighted[k] += part[k] }
    }
    let mean = try solution.common.multiplied(by: weighted)
    let beta = try solution.betaFactor.solve(try fixed.multiplied(by: try solution.joint.multiplied(by: mean), transposed: true))
    let line = try fixed.multiplied(by: beta)
    let pull = try solution.joint.multiplied(by: zip(mean, line).map { $0 - $1 })
    let commonWalk = try walk.multiplied(by: pull).map { $0 * solution.variances[Part.walk.rawValue] }
    let common = (0..<steps).map { commonWalk[$0] + solution.variances[Part.shock.rawValue] * pull[$0] }
    var paths = Paths(fixed: line, commonWalk: commonWalk, common: common, areaWalk: [], all: [])
    for (inverse, own) in zip(solution.inverses, z) {
      let pull = try inverse.multiplied(by: (0..<steps).map { own[$0] - line[$0] - common[$0] })
      let walked = try walk.multiplied(by: pull).map { $0 * solution.variances[Part.areaWalk.rawValue] }
      paths.areaWalk.append(walked)
      paths.all.append((0..<steps).map { line[$0] + common[$0] + walked[$0] + solution.variances[Part.areaShock.rawValue] * pull[$0] })
    }
    return paths
  }

  // MARK: Variances

  private static let smallest = log(1e-6)
  private static let largest = log(1.0)

  /// The restricted likelihood's maximum by parabolas along one log variance after the other, in steps that shrink.
  /// A variance that zero explains as well is zero.
  func maximum(from start: [Double], free: [Part]) throws(LinearAlgebraError) -> Solution {
    var logs = start.map { max(Self.smallest, $0 > 0 ? log($0) : Self.smallest) }
    for part in Part.allCases where !free.contains(part) { logs[part.rawValue] = -.infinity }
    var best = try solve(logs.map { exp($0) })
    for reach in [1.5, 1, 0.7, 0.5, 0.35, 0.25, 0.25, 0.25] {
      var moved = 0.0
      for part in free {
        let i = part.rawValue
        let before = logs[i]
        let (low, high) = (max(Self.smallest, before - reach), min(Self.largest, before + reach))
        var candidates = [low, high].filter { $0 != before }
        var values = [(before, best.logLikelihood)]
        while let x = candidates.popLast() {
          var trial = logs
          trial[i] = x
          let solution = try solve(trial.map { exp($0) })
          values.append((x, solution.logLikelihood))
          if solution.logLikelihood > best.logLikelihood {
            best = solution
            logs[i] = x
          }
          if candidates.isEmpty, values.count == 3, let top = Self.top(values), (low...high).contains(top) { candidates.append(top) }
        }
        moved = max(moved, abs(logs[i] - before))
      }
      if reach <= 0.25, moved < 0.05 { break }
    }
    for part in free {
      var without = best.variances
      without[part.rawValue] = 0
      let solution = try solve(without)
      if solution.logLikelihood >= best.logLikelihood - 1e-3 { best = solution }
    }
    return best
  }

  /// Where the parabola through three points is highest; nil where it has no top.
  private static func top(_ points: [(Double, Double)]) -> Double? {
    let (a, b, c) = (points[0], points[1], points[2])
    let (first, second) = ((b.1 - a.1) / (b.0 - a.0), (c.1 - a.1) / (c.0 - a.0))
    let curvature = (second - first) / (c.0 - b.0)
    guard curvature < 0 else { return nil }
    return (a.0 + b.0) / 2 - first / (2 * curvature)
  }

  /// Standard error of a log variance given the others, at most 1.
  func logError(_ part: Part, at solution: Solution) throws(LinearAlgebraError) -> Double {
    let reach = 0.5
    var (up, down) = (solution.variances, solution.variances)
    up[part.rawValue] *= exp(reach)
    down[part.rawValue] *= exp(-reach)
    let curvature = (try solve(up).logLikelihood + (try solve(down).logLikelihood) - 2 * solution.logLikelihood) / (reach * reach)
    return curvature < -1 ? 1 / (-curvature).squareRoot() : 1
  }

  private func scaled(_ matrix: Matrix, _ factor: Double) -> Matrix {
    var result = matrix
    for k in 0..<steps { for j in 0..<steps { result[j, k] *= factor } }
    return result
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
