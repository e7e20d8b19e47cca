import LinearAlgebra
import Testing

@Suite struct TallTriangleTests {
  /// Deterministic numbers without pattern, between -1 and 1.
  private func column(_ n: Int, _ seed: Int) -> [Double] {
    (0..<n).map { i -> Double in
      let mixed = i * 7919 + seed * 104_729 + i * i * 31
      return Double(mixed % 2003) / 1001.5 - 1
    }
  }

  private func triangle(_ matrix: Matrix, from first: Int, to last: Int, blockRows: Int?) -> TallTriangle {
    let result = TallTriangle(columns: matrix.columns, blockRows: blockRows)
    for start in stride(from: first, to: last, by: 50) {
      let count = min(50, last - start)
      result.append(count) { target, distance in
        for j in 0..<matrix.columns { for i in 0..<count { target[i + j * distance] = matrix[start + i, j] } }
        return count
      }
    }
    return result
  }

  /// RᵀR is XᵀX whatever the blocks; lengths of some 20, so 1e-11 is 1e-14 of the largest product.
  @Test(arguments: [nil, 64, 100, 5000])
  func productsAreKept(_ blockRows: Int?) throws {
    let matrix = Matrix(columns: (0..<6).map { column(1234, $0) })
    let r = triangle(matrix, from: 0, to: 1234, blockRows: blockRows).triangle()
    for j in 0..<6 { for i in (j + 1)..<max(6, j + 1) { #expect(r[i, j] == 0) } }
    let (mine, whole) = (r.crossProduct(), matrix.crossProduct())
    for j in 0..<6 { for i in 0..<6 { #expect(abs(mine[i, j] - whole[i, j]) < 1e-11) } }
  }

  @Test func partsMakeTheWhole() throws {
    let matrix = Matrix(columns: (0..<4).map { column(700, $0) })
    let first = triangle(matrix, from: 0, to: 333, blockRows: nil)
    first.append(triangle(matrix, from: 333, to: 700, blockRows: nil))
    let (mine, whole) = (first.triangle().crossProduct(), matrix.crossProduct())
    for j in 0..<4 { for i in 0..<4 { #expect(abs(mine[i, j] - whole[i, j]) < 1e-11) } }
    first.reset()
    #expect(first.triangle() == Matrix(rows: 4, columns: 4))
  }

  /// Fewer rows than columns leave zeros below.
  @Test func fewRows() {
    let r = triangle(Matrix(rowMajor: [[1, 2, 3], [0, 4, 5]]), from: 0, to: 2, blockRows: nil).triangle()
    #expect(abs(abs(r[0, 0]) - 1) < 1e-15)
    #expect(r[2, 2] == 0)
  }

  @Test(arguments: [1, 2, 5])
  func everyPieceOnce(_ threads: Int) {
    var seen = [Int](repeating: 0, count: 37)
    LinearAlgebra.$threads.withValue(threads) {
      seen.withUnsafeMutableBufferPointer { places in
        let places = places
        LinearAlgebra.inParallel(37) { places[$0] += 1 }
      }
    }
    #expect(seen == [Int](repeating: 1, count: 37))
  }
}
