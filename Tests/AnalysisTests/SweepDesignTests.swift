import Groundwork
import Scenarios
import Testing

@testable import Analysis

@Suite struct SweepDesignTests {
  @Test(arguments: [
    ("homecoming.multiply=1:2:0.1", [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2]),
    ("admission.add=-2:2:2", [-2, 0, 2]), ("places.set=3,1,2", [1, 2, 3]), ("batch_homecoming.number=2:9:3", [2, 5, 8]),
    ("other_exit[2].multiply=0.5:1.5", [0.5, 1.5]),
  ])
  func axes(text: String, values: [Double]) throws {
    let axis = try SweepDesign.Axis(text)
    #expect(axis.values == values)
    #expect(axis.variable.name == String(text.prefix { $0 != "=" }))
  }

  /// Each mistake is named with the nearest valid word.
  @Test(arguments: [
    ("homecomming.multiply=1:2:0.1", "homecoming"), ("homecoming.multply=1:2:0.1", "multiply"), ("homecoming.multiply", "homecoming.multiply=1:2:0.1"),
    ("homecoming.multiply=2:1:0.1", ""), ("homecoming.multiply=1:2:0", ""), ("homecoming.multiply=1,x", ""), ("homecoming.multiply=1", ""),
    ("batch_homecoming.number=1:2:0.5", ""), ("closure.date=1:2", ""), ("homecoming[0].multiply=1:2", ""),
  ])
  func mistakes(text: String, hint: String) {
    let error = #expect(throws: FindingsError.self) { try SweepDesign.Axis(text) }
    let remedy = error.map { $0.findings[0].text(in: .da) } ?? ""
    #expect(hint.isEmpty || remedy.contains(hint), "\(remedy)")
  }

  @Test func gridsHaveEveryCombinationTheLastFastest() throws {
    let design = try SweepDesign(grid: [.init("homecoming.multiply=1,2"), .init("admission.multiply=0.5,1,1.5")])
    #expect(design.points == [[1, 0.5], [1, 1], [1, 1.5], [2, 0.5], [2, 1], [2, 1.5]])
  }

  @Test func tooManyCombinationsAreRefused() throws {
    let axis = try SweepDesign.Axis("homecoming.multiply=0:1:0.001")
    let other = try SweepDesign.Axis("admission.multiply=0:1:0.001")
    #expect(throws: FindingsError.self) { try SweepDesign(grid: [axis, other]) }
  }

  /// One point in each of as many slices, on every axis.
  @Test func hypercubesFillEverySlice() throws {
    let axes = [try SweepDesign.Axis("homecoming.multiply=1:3"), try SweepDesign.Axis("admission.add=-4:4")]
    let design = SweepDesign(latin: 50, axes: axes, seed: 3)
    for (axis, low, width) in [(0, 1.0, 2.0), (1, -4.0, 8.0)] {
      let slices = design.points.map { Int(($0[axis] - low) / width * 50) }
      #expect(Set(slices) == Set(0..<50))
    }
    #expect(design.points == SweepDesign(latin: 50, axes: axes, seed: 3).points)
    #expect(design.points != SweepDesign(latin: 50, axes: axes, seed: 4).points)
  }

  /// Every point is in one shard, whatever their number.
  @Test(arguments: [1, 3, 7]) func shardsShareThePoints(count: Int) throws {
    let shards = try (1...count).map { try Shard("\($0)/\(count)") }
    for point in 1...20 { #expect(shards.count { $0.contains(point: point) } == 1) }
  }

  @Test(arguments: ["0/3", "4/3", "3", "a/b", "1/0", "1/3/2"]) func brokenShards(text: String) {
    #expect(throws: FindingsError.self) { try Shard(text) }
  }
}
