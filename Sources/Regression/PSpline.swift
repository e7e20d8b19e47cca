internal import Glibc
internal import LinearAlgebra

/// Cubic B-splines on equal knots with a penalty on second differences of their coefficients (Eilers and Marx,
/// "Flexible smoothing with B-splines and penalties", Statistical Science 11 (1996)), split into the line that is not
/// penalised and the rest.
///
/// Knots stand as mgcv's `bs = "ps"` puts them: the range widened by 0.1 %, cut into `size` - 3 equal pieces. The
/// penalised part is B Dᵀ (D Dᵀ)⁻¹ with D the second differences, so that its coefficients are those differences and
/// their prior N(0, σ²) is the penalty. Beyond the range it goes on as a straight line.
struct PSpline: Equatable, Sendable {
  let size: Int
  /// The middle of the range, where the line is zero.
  let centre: Double
  private let low: Double
  private let high: Double
  private let start: Double
  private let step: Double
  /// Dᵀ (D Dᵀ)⁻¹, `size` × (`size` - 2).
  private let weights: Matrix

  init(from low: Double, to high: Double, size: Int) {
    self.size = size
    self.low = low
    self.high = high
    centre = 0.5 * (low + high)
    let margin = 0.001 * (high - low)
    step = (high - low + 2 * margin) / Double(size - 3)
    start = low - margin
    weights = PSpline.differenceWeights(size)
  }

  private static func differenceWeights(_ size: Int) -> Matrix {
    var d = Matrix(rows: size - 2, columns: size)
    for i in 0..<(size - 2) { (d[i, i], d[i, i + 1], d[i, i + 2]) = (1, -2, 1) }
    // D Dᵀ is banded and positive definite for every size.
    guard let square = try? d.multiplied(by: d, otherTransposed: true), let factor = try? Cholesky(square),
      let solved = try? factor.solve(d)
    else { preconditionFailure("second differences are independent") }
    return solved.transposed
  }

  /// The penalised columns at `x`, `size` - 2 numbers.
  func penalised(_ x: Double) -> [Double] {
    let inside = min(max(x, low), high)
    var result = combined(basis(inside))
    if x != inside {
      let slope = combined(slopes(inside))
      for k in result.indices { result[k] += (x - inside) * slope[k] }
    }
    return result
  }

  private func combined(_ values: (first: Int, numbers: [Double])) -> [Double] {
    (0..<(size - 2)).map { k in
      values.numbers.indices.reduce(0) { $0 + values.numbers[$1] * weights[values.first + $1, k] }
    }
  }

  /// The piece that `x` lies in and its place in it from 0 to 1.
  private func piece(_ x: Double) -> (Int, Double) {
    let position = (x - start) / step
    let index = min(max(Int(position.rounded(.down)), 0), size - 4)
    return (index, position - Double(index))
  }

  /// The four cubic B-splines that are not zero.
  private func basis(_ x: Double) -> (first: Int, numbers: [Double]) {
    let (index, t) = piece(x)
    let u = 1 - t
    let inner = (4 - 6 * t * t + 3 * t * t * t) / 6
    let outer = (4 - 6 * u * u + 3 * u * u * u) / 6
    return (index, [u * u * u / 6, inner, outer, t * t * t / 6])
  }

  /// Their derivatives.
  private func slopes(_ x: Double) -> (first: Int, numbers: [Double]) {
    let (index, t) = piece(x)
    let u = 1 - t
    let numbers = [-u * u / 2, (3 * t * t - 4 * t) / 2, (4 * u - 3 * u * u) / 2, t * t / 2]
    return (index, numbers.map { $0 / step })
  }
}
