import Foundation
import Testing

@testable import Demand

@Suite struct ClustersTests {
  /// The series leaves out less than 2e-8 of the logarithm.
  @Test(arguments: [1e-9, 1e-3, 0.1, 0.5, 0.999, 1, 3, 1000])
  func expectedClustersAreTheLogarithm(ratio: Double) {
    let theta = 0.37
    let exact = theta * log1p(ratio)
    #expect(abs(Clusters.expected(mean: ratio * theta, theta: theta, inverse: 1 / theta) / exact - 1) < 3e-8)
  }

  @Test(arguments: [[0.0, 0.01, 0.3], [0.0, 0.2, 5.0]]) func rowsAgreeWithSingleMeans(means: [Double]) {
    var row = means
    row.withUnsafeMutableBufferPointer { Clusters.expect($0.baseAddress!, count: means.count, theta: 0.8) }
    for (found, mean) in zip(row, means) { #expect(abs(found - 0.8 * log1p(mean / 0.8)) <= 3e-8 * mean) }
  }
}
