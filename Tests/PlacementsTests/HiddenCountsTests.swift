@testable import Placements
import Testing

@Suite("Hidden counts in panels")
struct HiddenCountsTests {
  private static let stratum = Stratum(area: "a", kind: .residential, legalBasis: "")

  private static func row(
    _ t: Int, _ payer: String = "751", offer: String = "", length: PeriodLength = .quarter, stock: Double? = nil, admissions: Double? = nil,
    homecomings: Double? = nil, others: Double? = nil, hidden: [Activity.Count: ClosedRange<Double>] = [:]
  ) -> Activity {
    let first = Period(year: 2020, number: 1, length: length)
    return Activity(
      stratum: stratum, offer: offer, period: first.advanced(by: t), payer: payer, stock: stock, admissions: admissions,
      homecomings: homecomings, otherExits: others, hidden: hidden)
  }

  private static func panel(_ rows: [Activity], base: PeriodLength? = nil) throws -> Panel {
    let municipalities = ["740", "751"].map { Municipality(code: $0, name: $0) }
    return try Panel(
      Extracts(settings: ProjectSettings(name: "x", basePeriod: base), municipalities: municipalities, activity: rows))
  }

  @Test("A truncated Poisson mean lies within its bounds, and is the sum over its numbers", arguments: [0.1, 1, 2.5, 20])
  func truncated(_ rate: Double) {
    let mean = TruncatedPoisson.mean(rate: rate, within: 1...4)
    #expect(mean > 1 && mean < 4)
    // P(k) ∝ rate^k / k!, by hand.
    let weights = [rate, rate * rate / 2, rate * rate * rate / 6, rate * rate * rate * rate / 24]
    let byHand = (weights[0] + 2 * weights[1] + 3 * weights[2] + 4 * weights[3]) / weights.reduce(0, +)
    // Both sums have four terms: the last digits alone may differ.
    #expect(abs(mean - byHand) < 1e-12)
    #expect(TruncatedPoisson.mean(rate: rate, within: 3...3) == 3)
    let levels = (0..<1000).map { (Double($0) + 0.5) / 1000 }
    let quantiles = levels.map { TruncatedPoisson.quantile($0, rate: rate, within: 1...4) }
    #expect(quantiles == quantiles.sorted() && quantiles.allSatisfy { $0 == $0.rounded() && $0 >= 1 && $0 <= 4 })
    // A grid of 1,000 levels is off by at most three steps of a thousandth.
    #expect(abs(quantiles.reduce(0, +) / 1000 - byHand) < 3e-3)
  }

  @Test("The rates of hidden Poisson counts come back, where leaving them out would lean upwards")
  func rates() {
    // Counts of a Poisson process of rate 3 in 100 periods, as expected: below 5 they are hidden.
    let expected = (0..<12).map { k in (Double(k), 100 * [0.0498, 0.1494, 0.2240, 0.2240, 0.1680, 0.1008, 0.0504, 0.0216, 0.0081, 0.0027, 0.0008, 0.0002][k]) }
    let known = expected.filter { $0.0 >= 5 }.flatMap { value, count in [Double](repeating: value, count: Int(count.rounded())) }
    let hidden = 100 - known.count
    let cell = HiddenFlows.Cell(municipality: 0, bounds: [0...4, nil, nil], change: nil)
    let flows = HiddenFlows(
      known: [[(known.reduce(0, +), Double(known.count))], [(0, 0)], [(0, 0)]], cells: [HiddenFlows.Cell](repeating: cell, count: hidden))
    let rate = flows.rates[0][0]
    // The counts are rounded expectations, so the rate comes back within a tenth; known counts alone would say 5.7.
    #expect(abs(rate - 3) < 0.1)
    #expect(known.reduce(0, +) / Double(known.count) > 5)
  }

  @Test("Hidden flows that must make up a change do, and their probability is joint")
  func joint() {
    // All three hidden as 1 to 4, the stock unchanged: admissions are the exits' sum, 2 to 4.
    let cell = HiddenFlows.Cell(municipality: 0, bounds: [1...4, 1...4, 1...4], change: 0)
    let flows = HiddenFlows(known: [[(3, 1)], [(1, 1)], [(2, 1)]], cells: [cell])
    let all = (0..<200).map { flows.quantile(cell, level: (Double($0) + 0.5) / 200).compactMap { $0 } }
    #expect(all.allSatisfy { $0.count == 3 && $0[0] == $0[1] + $0[2] && $0.allSatisfy { (1...4).contains($0) } })
    // By hand at these rates: P(a, h, x) ∝ Π rate^k / k! over (2, 1, 1), (3, 1, 2), (3, 2, 1), (4, 1, 3), (4, 2, 2), (4, 3, 1).
    func factorial(_ k: Double) -> Double { k < 2 ? 1 : k * factorial(k - 1) }
    func power(_ base: Double, _ k: Double) -> Double { (0..<Int(k)).reduce(1) { result, _ in result * base } }
    let combinations: [[Double]] = [[2, 1, 1], [3, 1, 2], [3, 2, 1], [4, 1, 3], [4, 2, 2], [4, 3, 1]]
    let weights = combinations.map { counts in
      counts.indices.reduce(1.0) { $0 * power(flows.rates[$1][0], counts[$1]) / factorial(counts[$1]) }
    }
    let total = weights.reduce(0, +)
    for (counts, weight) in zip(combinations, weights) {
      // A grid of 200 levels is off by at most one step at each end.
      #expect(abs(Double(all.count { $0 == counts }) / 200 - weight / total) <= 0.01)
    }
  }

  @Test("A hidden stock lies between its neighbours within its bounds, and is no count")
  func stock() throws {
    var rows = (0..<6).map { Self.row($0, stock: 6) }
    rows[2] = Self.row(2, hidden: [.stock: 1...4])
    rows[5] = Self.row(5, hidden: [.stock: 1...4])
    let panel = try Self.panel(rows)
    #expect(Array(panel.series(.stock, municipality: 0, stratum: 0)) == [6, 6, 4, 6, 6, 4])
    #expect((0..<6).filter { panel.isUncounted(.stock, municipality: 0, stratum: 0, period: $0) } == [2, 5])
  }

  @Test("Where stocks and flows balance, a single hidden count is inferred")
  func inferred() throws {
    // 12 quarters of 10 + t with two admissions and one exit of each, of which one homecoming is hidden.
    var rows = (0..<12).map { Self.row($0, stock: 20 + Double($0), admissions: 4, homecomings: 2, others: 1) }
    rows += (0..<12).map { Self.row($0, "740", stock: 20 + Double($0), admissions: 4, homecomings: 2, others: 1) }
    rows[6] = Self.row(6, stock: 26, admissions: 4, others: 1, hidden: [.homecomings: 0...4])
    let panel = try Self.panel(rows)
    #expect(panel.value(.homecomings, municipality: 1, stratum: 0, period: 6) == 2)
    #expect(panel.isUncounted(.homecomings, municipality: 1, stratum: 0, period: 6))
    // Accounts that do not balance tell nothing.
    let unbalanced = rows.map { row in Self.row(row.period.ordinal - rows[0].period.ordinal, row.payer, stock: row.stock, admissions: row.admissions.map { $0 + 1 }, homecomings: row.homecomings, others: row.otherExits, hidden: row.hidden) }
    let wide = try Self.panel(unbalanced)
    #expect((0...4).contains(wide.value(.homecomings, municipality: 1, stratum: 0, period: 6)))
    #expect(wide.knowledge == [.flowsAndStock])
  }

  @Test("A sum with a hidden or blank part is never the smaller sum of the rest")
  func parts() throws {
    let whole = (0..<6).flatMap { t in ["x", "y"].map { Self.row(t, offer: $0, length: .month, stock: 5, admissions: 2, others: 2) } }
    var rows = whole
    rows[3] = Self.row(1, offer: "y", length: .month, stock: 5, others: 2, hidden: [.admissions: 1...4])
    rows[10] = Self.row(5, offer: "x", length: .month, admissions: 2, others: 2)
    rows.remove(at: 9)  // y in the fifth month
    let panel = try Self.panel(rows, base: .quarter)
    #expect(panel.count == 2)
    // 2 + 2 + 2 + 2 + 2 and one of 1 to 4.
    let first = panel.value(.admissions, municipality: 0, stratum: 0, period: 0)
    #expect(first > 11 && first < 14)
    #expect(panel.value(.stock, municipality: 0, stratum: 0, period: 0) == 10)
    #expect(panel.value(.admissions, municipality: 0, stratum: 0, period: 1).isNaN)
    #expect(panel.value(.stock, municipality: 0, stratum: 0, period: 1).isNaN)
    #expect(panel.isUncounted(.stock, municipality: 0, stratum: 0, period: 1))
    let counted = try Self.panel(whole, base: .quarter)
    #expect(Array(counted.series(.admissions, municipality: 0, stratum: 0)) == [12, 12])
  }

  @Test("Periods that the data covers in part are left out")
  func partial() throws {
    let rows = (1..<8).map { Self.row($0, length: .month, stock: 5, admissions: 1, others: 1) }
    let panel = try Self.panel(rows, base: .quarter)
    #expect(panel.first.description == "2020Q2" && panel.count == 1)
    #expect(panel.value(.admissions, municipality: 0, stratum: 0, period: 0) == 3)
    #expect(panel.residents.count == 5)
  }

  @Test("Hidden stocks at the origin become residents without leaning: halves are carried on")
  func residents() throws {
    let municipalities = (0..<8).map { Municipality(code: "\(700 + $0)", name: "m\($0)") }
    let rows = municipalities.flatMap { m in
      (0..<8).map { Self.row($0, m.code, admissions: 1, others: 1, hidden: [.stock: 1...4]) }
    }
    let panel = try Panel(Extracts(settings: ProjectSettings(name: "x"), municipalities: municipalities, activity: rows))
    // Eight stocks of 2.5.
    #expect(panel.residents.count == 20)
    #expect(panel.knowledge == [.flowsAndStock])
  }
}
