import Forecasting
import LinearAlgebra
import TestSupport
import Testing

@Suite struct ReconciliationTests {
  /// The prison hierarchy of "Forecasting: Principles and Practice" (3rd ed., section 11.6), agreed to 1e-13 by two routes;
  /// 1e-6 is what is asked for, 1e-9 what rounding in the printed inputs allows.
  @Test(
    "Published coherent forecasts are reproduced", .enabled(if: ReferenceFiles.folder != nil),
    arguments: [
      (Reconciliation.Method.bottomUp, "bu"), (.ols, "ols"), (.wlsStructural, "wls_struct"), (.wlsVariance, "wls_var"), (.minTShrink, "mint_shrink"),
    ])
  func published(_ method: Reconciliation.Method, _ name: String) throws {
    let summing = try #require(try ReferenceFiles.matrix("reference/reconcile/prison_S.csv"))
    let base = try #require(try ReferenceFiles.matrix("reference/reconcile/prison_base_forecasts.csv"))
    let residuals = try #require(try ReferenceFiles.matrix("reference/reconcile/prison_insample_residuals.csv"))
    let expected = try #require(try ReferenceFiles.matrix("reference/reconcile/prison_expected_\(name).csv"))
    let hierarchy = SeriesHierarchy(
      nodes: summing.enumerated().map { row, flags in
        SeriesHierarchy.Node(id: "\(row)", level: "all", members: flags.indices.filter { flags[$0] == 1 })
      }, bottomCount: summing[0].count)
    let reconciliation = try Reconciliation(method, hierarchy: hierarchy, residuals: residuals)
    for step in base[0].indices {
      let sums = hierarchy.sums(reconciliation.bottom(base.map { $0[step] }))
      for node in sums.indices { #expect(abs(sums[node] - expected[node][step]) < 1e-9 * max(1, abs(expected[node][step]))) }
    }
  }

  @Test("The shrinkage is that of the reference", .enabled(if: ReferenceFiles.folder != nil))
  func lambda() throws {
    let residuals = try #require(try ReferenceFiles.matrix("reference/reconcile/prison_insample_residuals.csv"))
    #expect(abs(ShrunkCovariance(residuals).lambda - 0.412409997786947) < 1e-12)
  }

  private static let tree = SeriesHierarchy(
    nodes: [
      .init(id: "all", level: "total", members: [0, 1, 2]), .init(id: "ab", level: "pair", members: [0, 1]), .init(id: "a", level: "one", members: [0]),
      .init(id: "b", level: "one", members: [1]), .init(id: "c", level: "one", members: [2]),
    ], bottomCount: 3)

  @Test("Forecasts that already add up stay as they are", arguments: Reconciliation.Method.allCases)
  func coherentStays(_ method: Reconciliation.Method) throws {
    let residuals: [[Double]] = [[1, -2, 0.5, 1], [0.5, -1, 1, 0], [0.2, -0.7, 0.4, 0.1], [0.3, -0.3, 0.6, -0.1], [0.5, -1, -0.5, 1]]
    let reconciliation = try Reconciliation(method, hierarchy: Self.tree, residuals: residuals)
    let bottom = reconciliation.bottom([10, 5, 2, 3, 5])
    for (found, wanted) in zip(bottom, [2.0, 3, 5]) { #expect(abs(found - wanted) < 1e-12) }
  }

  @Test("OLS shares a surplus of the total evenly where nothing else is known")
  func evenShare() throws {
    let flat = SeriesHierarchy(
      nodes: [
        .init(id: "all", level: "total", members: [0, 1]), .init(id: "a", level: "one", members: [0]), .init(id: "b", level: "one", members: [1]),
      ], bottomCount: 2)
    // S'S = [2 1; 1 2]: a total that is 3 too high adds 1 to each series.
    let bottom = try Reconciliation(.ols, hierarchy: flat).bottom([8, 2, 3])
    #expect(abs(bottom[0] - 3) < 1e-12)
    #expect(abs(bottom[1] - 4) < 1e-12)
  }

  @Test("A series without a node of its own follows from its sums", arguments: [Reconciliation.Method.ols, .wlsStructural])
  func seriesWithoutNode(_ method: Reconciliation.Method) throws {
    let nodes = Self.tree.nodes.filter { $0.id != "c" }
    let reconciliation = try Reconciliation(method, hierarchy: SeriesHierarchy(nodes: nodes, bottomCount: 3))
    for (found, wanted) in zip(reconciliation.bottom([10, 5, 2, 3]), [2.0, 3, 5]) { #expect(abs(found - wanted) < 1e-12) }
  }

  @Test("Many forecasts at once are as one by one", arguments: Reconciliation.Method.allCases)
  func columns(_ method: Reconciliation.Method) throws {
    let residuals: [[Double]] = [[1, -2, 0.5, 1], [0.5, -1, 1, 0], [0.2, -0.7, 0.4, 0.1], [0.3, -0.3, 0.6, -0.1], [0.5, -1, -0.5, 1]]
    let reconciliation = try Reconciliation(method, hierarchy: Self.tree, residuals: residuals)
    let forecasts: [[Double]] = [[11, 4, 2, 3, 5], [7, 9, 1, 1, 1]]
    let together = reconciliation.bottom(Matrix(columns: forecasts))
    for (column, forecast) in forecasts.enumerated() {
      for (found, wanted) in zip(together.column(column), reconciliation.bottom(forecast)) { #expect(abs(found - wanted) < 1e-13) }
    }
  }
}
