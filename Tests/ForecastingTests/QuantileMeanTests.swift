import Testing

@testable import Forecasting

@Suite struct QuantileMeanTests {
  private static let hierarchy = SeriesHierarchy(
    nodes: [.init(id: "T", level: "total", members: [0, 1]), .init(id: "A", level: "one", members: [0]), .init(id: "B", level: "one", members: [1])],
    bottomCount: 2)

  private static func paths(_ values: [Float], setAside: [Int] = []) -> PathDraws {
    PathDraws(hierarchy: hierarchy, horizon: 1, draws: values.count / 2, values: values, setAside: setAside)
  }

  private let guide = QuantileMeanTests.paths([3, 1, 4, 2, 10, 40, 20, 30])
  private let other = QuantileMeanTests.paths([100, 200, 300, 400, 0, 0, 0, 8])

  @Test("A forecast alone is itself, in its own order or dealt in another's")
  func alone() {
    #expect(PathDraws.quantileMean([guide], weights: [1], order: guide).values == guide.values)
    #expect(PathDraws.quantileMean([other], weights: [2], order: guide).values.prefix(4) == [300, 100, 400, 200])
  }

  @Test("Order statistics are averaged with the weights, and so are means; ranks stay")
  func averages() throws {
    let mixed = PathDraws.quantileMean([guide, other], weights: [1, 3], order: guide)
    // Series 0: sorted 1 2 3 4 and 100 200 300 400.
    let expected: [Float] = [225.75, 75.25, 301, 150.5]
    #expect(Array(mixed.values.prefix(4)) == expected)
    for node in Self.hierarchy.nodes {
      let means = try [mixed, guide, other].map { try #require($0.sample(node, step: 0)).reduce(0, +) / 4 }
      let weighed = (means[1] + 3 * means[2]) / 4
      #expect(abs(means[0] - weighed) < 1e-4)
    }
  }

  @Test("Where one part has set a series aside the others stand for it; where all have, the order's own")
  func setAside() {
    let half = Self.paths([100, 200, 300, 400, 0, 0, 0, 0], setAside: [1])
    let mixed = PathDraws.quantileMean([guide, half], weights: [1, 1], order: guide)
    #expect(mixed.values.suffix(4) == guide.values.suffix(4) && mixed.setAside.isEmpty)
    #expect(PathDraws.quantileMean([half], weights: [1], order: guide).values.suffix(4) == guide.values.suffix(4))
    #expect(PathDraws.quantileMean([half], weights: [1], order: half).setAside == [1])
  }

  @Test("Ties of counts are broken the same way at every step")
  func ties() {
    let flat = PathDraws(hierarchy: Self.hierarchy, horizon: 2, draws: 8, values: [Float](repeating: 1, count: 32))
    let spread = PathDraws(hierarchy: Self.hierarchy, horizon: 2, draws: 8, values: (0..<32).map { Float($0 % 8) })
    let mixed = PathDraws.quantileMean([spread], weights: [1], order: flat)
    #expect(mixed.values[0..<8] == mixed.values[8..<16])
    #expect(mixed.values[0..<8].sorted() == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(Array(mixed.values[0..<8]) != Array(mixed.values[16..<24]))
  }
}
