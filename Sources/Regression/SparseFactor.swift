internal import Glibc
internal import LinearAlgebra

/// Numbers of a symmetric positive definite matrix in an `EliminationPlan`'s storage, its factor and its inverse on
/// the places that are stored. Vectors are in the order of elimination.
final class SparseFactor {
  let plan: EliminationPlan
  /// The matrix itself, lower triangle.
  let matrix: DoubleBuffer
  /// d on the diagonal and l below it for sparse columns; the Cholesky factor of what is left for the core.
  let factor: DoubleBuffer
  /// The inverse; both triangles of the core.
  let inverse: DoubleBuffer
  private let scratch: DoubleBuffer

  init(_ plan: EliminationPlan) {
    self.plan = plan
    matrix = DoubleBuffer(plan.storageCount)
    factor = DoubleBuffer(plan.storageCount)
    inverse = DoubleBuffer(plan.storageCount)
    let widest = (0..<plan.sparseCount).map { plan.starts[$0 + 1] - plan.starts[$0] }.max() ?? 0
    scratch = DoubleBuffer(max(widest, plan.coreSize * plan.coreSize))
  }

  /// Factors `matrix`. Throws the position (in the order of elimination) whose pivot is not positive.
  func factorise() throws(LinearAlgebraError) {
    factor.copy(from: matrix)
    let (l, c, ns) = (factor.base, plan.coreSize, plan.sparseCount)
    let core = l + plan.coreStart
    try plan.neighbours.withUnsafeBufferPointer { (neighbours) throws(LinearAlgebraError) in
      try plan.relative.withUnsafeBufferPointer { (relative) throws(LinearAlgebraError) in
        for j in 0..<ns {
          let start = plan.starts[j]
          let count = plan.starts[j + 1] - start - 1
          let column = l + start + 1
          let names = neighbours.baseAddress.map { $0 + (start - j) }
          let d = l[start]
          guard d > 0, d.isFinite else { throw .notPositiveDefinite(order: j + 1) }
          guard let names else { continue }
          var next = plan.relativeStarts[j]
          let sparse = plan.sparseNeighbours[j]
          for i in 0..<sparse {
            let scaled = column[i] / d
            let target = l + plan.starts[Int(names[i])]
            target[0] -= scaled * column[i]
            for k in (i + 1)..<max(count, i + 1) {
              target[Int(relative[next])] -= scaled * column[k]
              next += 1
            }
          }
          for i in sparse..<max(count, sparse) where column[i] != 0 {
            let scaled = column[i] / d
            let target = core + (Int(names[i]) - ns) * c - ns
            let consecutive = max(i, count - plan.fixedCount)
            for k in i..<consecutive { target[Int(names[k])] -= scaled * column[k] }
            if consecutive == count { continue }
            subtract(column + consecutive, count - consecutive, times: scaled, from: target + Int(names[consecutive]))
          }
          for i in 0..<count { column[i] /= d }
        }
      }
    }
    do { try Cholesky.factorInPlace(core, order: c) } catch {
      if case .notPositiveDefinite(let order) = error { throw .notPositiveDefinite(order: ns + order) }
      throw error
    }
  }

  /// The fixed columns are every column's last neighbours and lie side by side in the core.
  @inline(__always)
  private func subtract(
    _ source: UnsafePointer<Double>, _ count: Int, times factor: Double, from target: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<count { target[k] -= factor * source[k] }
  }

  /// log det of the matrix, or of its part without the fixed columns.
  func logDeterminant(withFixed: Bool) -> Double {
    var sum = 0.0
    for j in 0..<plan.sparseCount { sum += log(factor.base[plan.starts[j]]) }
    let core = factor.base + plan.coreStart
    let size = plan.coreSize - (withFixed ? 0 : plan.fixedCount)
    for i in 0..<size { sum += 2 * log(core[i + i * plan.coreSize]) }
    return sum
  }

  /// x := A⁻¹ x; without the fixed columns only the other entries take part.
  func solve(_ x: UnsafeMutablePointer<Double>, withFixed: Bool = true) {
    let (l, ns) = (factor.base, plan.sparseCount)
    let skipped = withFixed ? 0 : plan.fixedCount
    let core = l + plan.coreStart
    plan.neighbours.withUnsafeBufferPointer { neighbours in
      for j in 0..<ns {
        let start = plan.starts[j]
        let count = plan.starts[j + 1] - start - 1 - skipped
        let value = x[j]
        if value == 0 { continue }
        for i in 0..<count { x[Int(neighbours[start - j + i])] -= l[start + 1 + i] * value }
      }
      let size = plan.coreSize - skipped
      Cholesky.solveLeading(core, ld: plan.coreSize, size: size, transposed: false, x + ns)
      Cholesky.solveLeading(core, ld: plan.coreSize, size: size, transposed: true, x + ns)
      for j in stride(from: ns - 1, through: 0, by: -1) {
        let start = plan.starts[j]
        let count = plan.starts[j + 1] - start - 1 - skipped
        var value = x[j] / l[start]
        for i in 0..<count { value -= l[start + 1 + i] * x[Int(neighbours[start - j + i])] }
        x[j] = value
      }
    }
  }

  /// Fills `inverse` on the stored places (Takahashi's recursion). Without the fixed columns it is the inverse of the
  /// rest, and their places hold zero.
  func invert(withFixed: Bool) {
    invertCore(withFixed: withFixed)
    let (l, z, c, ns) = (factor.base, inverse.base, plan.coreSize, plan.sparseCount)
    let skipped = withFixed ? 0 : plan.fixedCount
    let core = z + plan.coreStart
    let sums = scratch.base
    plan.neighbours.withUnsafeBufferPointer { neighbours in
      plan.relative.withUnsafeBufferPointer { relative in
        for j in stride(from: ns - 1, through: 0, by: -1) {
          let start = plan.starts[j]
          let full = plan.starts[j + 1] - start - 1
          let count = full - skipped
          let column = l + start + 1
          guard let first = neighbours.baseAddress else { continue }
          let names = first + (start - j)
          for i in 0..<count { sums[i] = 0 }
          var next = plan.relativeStarts[j]
          let sparse = plan.sparseNeighbours[j]
          for i in 0..<sparse {
            let source = z + plan.starts[Int(names[i])]
            var sum = source[0] * column[i]
            for k in (i + 1)..<max(count, i + 1) {
              let value = source[Int(relative[next + k - i - 1])]
              sum += value * column[k]
              sums[k] += value * column[i]
            }
            next += full - i - 1
            sums[i] += sum
          }
          let consecutive = max(sparse, count - (plan.fixedCount - skipped))
          for i in sparse..<max(count, sparse) where column[i] != 0 {
            let source = core + (Int(names[i]) - ns) * c - ns
            let value = column[i]
            for k in sparse..<consecutive { sums[k] += source[Int(names[k])] * value }
            if consecutive == count { continue }
            add(source + Int(names[consecutive]), count - consecutive, times: value, to: sums + consecutive)
          }
          var diagonal = 1 / l[start]
          for i in 0..<count {
            diagonal += column[i] * sums[i]
            z[start + 1 + i] = -sums[i]
          }
          for i in count..<max(full, count) { z[start + 1 + i] = 0 }
          z[start] = diagonal
        }
      }
    }
  }

  @inline(__always)
  private func add(
    _ source: UnsafePointer<Double>, _ count: Int, times factor: Double, to target: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<count { target[k] += factor * source[k] }
  }

  private func invertCore(withFixed: Bool) {
    let c = plan.coreSize
    let size = c - (withFixed ? 0 : plan.fixedCount)
    let (source, target, packed) = (factor.base + plan.coreStart, inverse.base + plan.coreStart, scratch.base)
    for j in 0..<size { for i in j..<size { packed[i + j * size] = source[i + j * c] } }
    Cholesky.invertInPlace(packed, order: size)
    for j in 0..<c {
      for i in j..<c {
        let value = i < size ? packed[i + j * size] : 0
        target[i + j * c] = value
        target[j + i * c] = value
      }
    }
  }

  /// Turns standard normals into draws from N(0, A⁻¹): `x` holds `lanes` draws side by side for each position.
  func solveTransposed(_ x: UnsafeMutablePointer<Double>, lanes: Int) {
    let (l, ns) = (factor.base, plan.sparseCount)
    Kernels.solveRightLower(l + plan.coreStart, order: plan.coreSize, x + ns * lanes, rows: lanes)
    plan.neighbours.withUnsafeBufferPointer { neighbours in
      for j in stride(from: ns - 1, through: 0, by: -1) {
        let start = plan.starts[j]
        let own = x + j * lanes
        let scale = 1 / l[start].squareRoot()
        for s in 0..<lanes { own[s] *= scale }
        for i in 0..<(plan.starts[j + 1] - start - 1) {
          let other = x + Int(neighbours[start - j + i]) * lanes
          let value = l[start + 1 + i]
          for s in 0..<lanes { own[s] -= value * other[s] }
        }
      }
    }
  }
}
