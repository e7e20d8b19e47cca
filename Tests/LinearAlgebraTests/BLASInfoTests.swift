import LinearAlgebra
import Testing

@Suite struct BLASInfoTests {
  @Test func describesWhatIsLoaded() {
    let info = BLASInfo.current
    #expect(info.blasPath != nil)
    #expect(info.lapackePath != nil)
    #expect(info.isOpenBLAS == (info.core != nil))
    if info.isOpenBLAS {
      #expect(info.threads == 1)
      #expect(info.version != nil)
    }
  }

  @Test func eigenvectorsRebuildTheMatrix() throws {
    let matrix = Matrix(rowMajor: [[2, 1, 0], [1, 3, 1], [0, 1, 4]])
    let eigen = try SymmetricEigen(matrix)
    #expect(eigen.values == eigen.values.sorted())
    var scaled = eigen.vectors
    for j in 0..<3 { for i in 0..<3 { scaled[i, j] *= eigen.values[j] } }
    let back = try scaled.multiplied(by: eigen.vectors, otherTransposed: true)
    for i in 0..<3 { for j in 0..<3 { #expect(abs(back[i, j] - matrix[i, j]) < 1e-14) } }
  }
}
