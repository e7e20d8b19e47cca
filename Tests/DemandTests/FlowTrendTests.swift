import Foundation
import Placements
import TestSupport
import Testing

@testable import Demand

/// Rates and trends against the example region's truth, and the laws that hold for any group.
@Suite struct FlowTrendTests {
  private func trends(_ flow: Flow) throws -> [FlowTrend] { try FlowFitTests.demand.get().trends(of: flow) }

  /// True rates in the middle and at the end of the data, with the weights that the panel itself gives.
  private struct TrueRates {
    let demand: FittedDemand
    let flow: Truth.Flow
    let isAdmission: Bool
    private let panel: Panel

    init(_ demand: FittedDemand, _ flow: Truth.Flow, isAdmission: Bool) {
      (self.demand, self.flow, self.isAdmission, panel) = (demand, flow, isAdmission, demand.panel)
    }

    func rates(_ trend: FlowTrend) -> (middle: Double, now: Double, change: Double) {
      let years = Double(panel.count) / 24
      let (middle, now) = (sum(trend, c: 0, r: 0) / trend.exposure, sum(trend, c: years, r: years) / trend.exposure)
      return (middle, now, pow(now / middle, 1 / years) - 1)
    }

    private func sum(_ trend: FlowTrend, c: Double, r: Double) -> Double {
      var sum = 0.0
      for (m, municipality) in panel.municipalities.enumerated() {
        for (s, stratum) in panel.strata.enumerated() where stratum.kind == trend.kind && belongs(municipality, stratum, trend.group) {
          let weight = (0..<panel.count).reduce(0.0) { $0 + exposure(m, s, $1) }
          guard weight > 0 else { continue }
          let home = municipality.region == "Midtjylland" ? flow.own_region : 0
          let own = (flow.municipality[municipality.code] ?? 0) + (flow.municipality_area["\(municipality.code)|\(stratum.area)"] ?? 0)
          let drift = (flow.slope[stratum.area] ?? 0) * c + (flow.municipality_trend?[municipality.code] ?? 0) * r
          sum += weight * exp((flow.level[stratum.key] ?? .nan) + home + own + drift)
        }
      }
      var season = 0.0
      for month in 1...12 {
        let angle = Double.pi * (Double(month) - 0.5) / 6
        season += exp(flow.season_sin * sin(angle) + flow.season_cos * cos(angle)) / 12
      }
      return sum * season
    }

    private func exposure(_ m: Int, _ s: Int, _ t: Int) -> Double {
      guard isAdmission else { return panel.value(.occupiedDays, municipality: m, stratum: s, period: t) / 365.25 }
      let period = panel.first.advanced(by: t)
      return (panel.persons(municipality: m, area: panel.areaOfStratum[s], period: period) ?? 0) / 10_000 * Double(period.days) / 365.25
    }

    private func isCounted(_ municipality: Municipality) -> Bool { !isAdmission || municipality.region == "Midtjylland" }

    private func belongs(_ municipality: Municipality, _ stratum: Stratum, _ group: FlowTrend.Group) -> Bool {
      switch group {
      case .total: isCounted(municipality)
      case .area(let id): stratum.area == id && isCounted(municipality)
      case .legalBasis(let section): stratum.legalBasis == section && isCounted(municipality)
      case .municipality(let code): municipality.code == code
      }
    }
  }

  private struct Coverage {
    var inside = 0
    var outside: [String] = []
    var share: Double { Double(inside) / Double(inside + outside.count) }

    mutating func add(_ interval: FlowTrend.Interval?, _ truth: Double, _ name: String) {
      guard let interval else { return }
      if interval.lower <= truth, truth <= interval.upper { inside += 1 } else { outside.append("\(name): \(truth) not in \(interval)") }
    }
  }

  /// By area, section and municipality together and for municipalities alone; the single-person stream is left out, see `FlowFitTests`.
  @Test(arguments: [Flow.homecoming, .admission])
  func nineOfTenTrueRatesAndTrendsLieInTheirIntervals(flow: Flow) throws {
    let demand = try FlowFitTests.demand.get()
    let truth = TrueRates(demand, flow == .admission ? try Truth.region().admission : try Truth.region().homecoming, isAdmission: flow == .admission)
    var now = Coverage()
    var change = Coverage()
    var groups = Coverage()
    for trend in try trends(flow) where trend.kind != .singlePerson {
      let true_ = truth.rates(trend)
      let name = "\(trend.group) \(trend.kind)"
      if case .municipality = trend.group {
        now.add(trend.now, true_.now, name)
        now.add(trend.middle, true_.middle, name)
        change.add(trend.change, true_.change, name)
      } else {
        groups.add(trend.now, true_.now, "now \(name)")
        groups.add(trend.middle, true_.middle, "middle \(name)")
        groups.add(trend.change, true_.change, "change \(name)")
      }
    }
    #expect(now.inside + now.outside.count > 300)
    #expect(now.share >= 0.9, "\(now.share): \(now.outside.prefix(30).joined(separator: "\n"))")
    #expect(change.share >= 0.9, "\(change.share): \(change.outside.prefix(30).joined(separator: "\n"))")
    // The admissions of 72 groups hang on eight slopes and one intercept: their share varies far more than independent ones would.
    #expect(groups.share >= (flow == .homecoming ? 0.9 : 0.85), "\(groups.share): \(groups.outside.prefix(40).joined(separator: "\n"))")
  }

  @Test func eventsAndExposureAddUp() throws {
    for flow in [Flow.homecoming, .admission] {
      let trends = try trends(flow)
      for total in trends where total.group == .total {
        func sum(_ isOwn: (FlowTrend.Group) -> Bool, _ value: (FlowTrend) -> Double) -> Double {
          trends.filter { $0.kind == total.kind && isOwn($0.group) }.reduce(0) { $0 + value($1) }
        }
        for isOwn in [Self.isArea, Self.isSection, Self.isMunicipality] {
          // Municipalities outside the home region are in no other rate of admissions.
          if flow == .admission, isOwn(.municipality(code: "")) { continue }
          #expect(sum(isOwn, \.events) == total.events)
          // Inhabitants are shared by areas, so only time adds up.
          if flow == .homecoming { #expect(abs(sum(isOwn, \.exposure) / total.exposure - 1) < 1e-9) }
        }
        #expect(abs(total.observedRate * total.exposure - total.events) < 1e-6 * total.events + 1e-9)
      }
    }
  }

  private static func isArea(_ group: FlowTrend.Group) -> Bool { if case .area = group { true } else { false } }
  private static func isSection(_ group: FlowTrend.Group) -> Bool { if case .legalBasis = group { true } else { false } }
  private static func isMunicipality(_ group: FlowTrend.Group) -> Bool { if case .municipality = group { true } else { false } }

  /// The rates in the middle and now are what the change says, whatever the mix.
  @Test func changeLeadsFromTheMiddleToNow() throws {
    for trend in try trends(.homecoming) {
      let (middle, change) = (try #require(trend.middle), try #require(trend.change))
      #expect(abs(middle.value * pow(1 + change.value, 5) / trend.now.value - 1) < 1e-9)
      for interval in [middle, trend.now, change] { #expect(interval.lower <= interval.value && interval.value <= interval.upper) }
    }
  }

  /// Where there are many events there is little to borrow: the model's mean over the window is near what was counted.
  /// The recent trend rises over the second half alone, so the first half stays near the rate of the middle and the
  /// second has the logarithmic mean of its ends.
  @Test func manyEventsLeaveLittleToBorrow() throws {
    for trend in try trends(.homecoming) where trend.events >= 40 {
      let (middle, now) = (try #require(trend.middle).value, trend.now.value)
      let mean = (middle + (now - middle) / log(now / middle)) / 2
      #expect(abs(mean / trend.observedRate - 1) < 0.25, "\(trend.group) \(trend.kind): \(mean) against \(trend.observedRate)")
    }
  }

  @Test func filtersLimitTheCells() throws {
    let demand = try FlowFitTests.demand.get()
    let all = demand.trends(of: .homecoming)
    let one = demand.trends(of: .homecoming, areas: ["autisme"])
    #expect(one.filter { Self.isArea($0.group) }.allSatisfy { $0.group == .area(id: "autisme") })
    let whole = all.filter { $0.group == .area(id: "autisme") }
    #expect(one.filter { $0.group == .total }.map(\.now) == whole.map(\.now))
    #expect(demand.trends(of: .homecoming, municipalities: ["751"]).filter { Self.isMunicipality($0.group) }.allSatisfy { $0.group == .municipality(code: "751") })
  }

  /// Too few events to regress: a rate with an interval, no trend.
  @Test func fewEventsGiveARateWithoutATrend() throws {
    let extracts = Extracts(
      settings: ProjectSettings(name: "few"), municipalities: [Municipality(code: "751", name: "Aarhus")],
      activity: (0..<12).map {
        Activity(
          stratum: Stratum(area: "a", kind: .residential, legalBasis: ""), period: Period(year: 2020 + $0 / 4, number: $0 % 4 + 1, length: .quarter),
          payer: "751", stock: 10, admissions: $0 == 3 ? 1 : 0, homecomings: $0 == 3 ? 1 : 0, otherExits: 0)
      })
    let demand = FittedDemand(panel: try Panel(extracts), horizon: 4)
    let rate = try #require(demand.trends(of: .homecoming).first)
    #expect(rate.change == nil && rate.middle == nil && rate.score == 0)
    // One homecoming and the prior's half, which changes no mean rate, in 30 placed-years, less the first quarter's.
    #expect(rate.now.lower < rate.observedRate && rate.observedRate < rate.now.upper)
    #expect(demand.trends(of: .admission).isEmpty, "there is no population")
  }
}
