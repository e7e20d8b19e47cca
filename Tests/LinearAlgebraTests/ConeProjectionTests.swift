import LinearAlgebra
import Testing

@Suite struct ConeProjectionTests {
  private func project(_ rows: [[Double]]) throws -> ConeProjection {
    let matrix = Matrix(rowMajor: rows)
    let ones = [Double](repeating: 1, count: rows.count)
    return try ConeProjection(
      sum: try matrix.multiplied(by: ones, transposed: true),
      products: { v in rows.map { row in zip(row, v).map(*).reduce(0, +) } }, row: { rows[$0] })
  }

  /// The quarter plane x ≥ 0, y ≥ 0 holds (1, 1), which is its own projection.
  @Test func insideIsItself() throws {
    let cone = try project([[1, 0], [0, 1]])
    #expect(cone.isDecided)
    #expect(cone.direction == [1, 1])
  }

  /// x ≥ 0 and x ≤ 0 leave the line x = 0, on which y ≥ 0 can be positive.
  @Test func aLineIsLeft() throws {
    let cone = try project([[1, 0], [-1, 0], [0, 1], [2, 1]])
    #expect(cone.isDecided)
    #expect(abs(cone.direction[0]) < 1e-12)
    #expect(cone.direction[1] > 0.5)
  }

  /// Three half planes with a common point only: nothing can be kept positive.
  @Test func surroundedIsNothing() throws {
    let cone = try project([[1, 0], [-0.5, 0.8], [-0.5, -0.9]])
    #expect(cone.isDecided)
    #expect(cone.direction == [0, 0])
  }

  /// 30 × 5 rows: what the projection says holds for every row.
  @Test func keepsEveryRow() throws {
    func entry(_ i: Int, _ j: Int) -> Double { Double((i * 17 + j * 29 + i * j) % 13) - (j == 0 ? 1 : 6) }
    let rows = (0..<30).map { i in (0..<5).map { j in entry(i, j) } }
    let cone = try project(rows)
    #expect(cone.isDecided)
    for row in rows {
      let product = zip(row, cone.direction).map(*).reduce(0, +)
      #expect(product > -1e-9)
    }
  }
}
