import Demand
import Foundation
import Placements
import Regression
import TestSupport
import Testing

/// The example region's panel as the data of a regression.
@Suite struct FlowTableTests {
  static let panel: Result<Panel, any Error> = Result { try ExampleProject.region.panel() }

  private func numbers(_ table: FlowTable, _ name: String) throws -> [Double] {
    guard case .numbers(let values) = try #require(table.data[name]) else { throw CocoaError(.featureUnsupported) }
    return values
  }

  private func texts(_ table: FlowTable, _ name: String) throws -> [String] {
    guard case .texts(let values) = try #require(table.data[name]) else { throw CocoaError(.featureUnsupported) }
    return values.compactMap { $0 }
  }

  @Test("The promised columns, every event, exposure above zero", arguments: Flow.counted, [FlowTable.Detail.kind, .stratum])
  func columns(_ flow: Flow, _ detail: FlowTable.Detail) throws {
    let panel = try Self.panel.get()
    let table = FlowTable(panel: panel, flow: flow, detail: detail)
    #expect(table.data.names == FlowTable.columns.filter { detail == .stratum || !["legal_basis", "stratum"].contains($0) })
    let quantity: Panel.Quantity = flow == .admission ? .admissions : flow == .homecoming ? .homecomings : .otherExits
    #expect(try numbers(table, flow.plural).reduce(0, +) == panel.total(quantity))
    #expect(try numbers(table, "exposure").allSatisfy { $0 > 0 && $0.isFinite })
    let groups = detail == .stratum ? panel.strata.count : Set(panel.strata.map { "\($0.area)|\($0.kind)" }).count
    #expect(table.period.count + table.unknown + table.unexposed == panel.municipalities.count * groups * panel.count)
    #expect(table.time.min() == Double(panel.first.year) + (Double(panel.first.number) - 0.5) / 12)
    #expect(Set(try numbers(table, "period")) == Set((1...panel.count).map(Double.init)))
    if flow == .admission { #expect(abs(try numbers(table, "years").reduce(0, +)) < 1e-6) }
  }

  @Test("Legal bases together: counts and person-time add, the population stands once, kinds stay apart")
  func sums() throws {
    let panel = try Self.panel.get()
    let (coarse, fine) = (FlowTable(panel: panel, flow: .admission, detail: .kind), FlowTable(panel: panel, flow: .admission, detail: .stratum))
    func key(_ table: FlowTable, _ row: Int) -> [Int] {
      [table.municipality[row], table.area[row], ServiceKind.allCases.firstIndex(of: table.kind[row]) ?? -1, table.period[row]]
    }
    #expect(Set(coarse.period.indices.map { key(coarse, $0) }).count == coarse.period.count)
    #expect(fine.period.count > coarse.period.count)
    let columns = try ["admissions", "homecomings", "stock", "person_time"].map { (try numbers(coarse, $0), try numbers(fine, $0)) }
    let (persons, exposures) = ((try numbers(coarse, "population"), try numbers(fine, "population")), (try numbers(coarse, "exposure"), try numbers(fine, "exposure")))
    var sums: [[Int]: [Double]] = [:]
    var once: [[Int]: (Double, Double)] = [:]
    for row in fine.period.indices {
      sums[key(fine, row), default: [0, 0, 0, 0]] = zip(sums[key(fine, row)] ?? [0, 0, 0, 0], columns).map { $0 + $1.1[row] }
      once[key(fine, row)] = (persons.1[row], exposures.1[row])
    }
    for row in coarse.period.indices {
      let sum = try #require(sums[key(coarse, row)])
      for (column, value) in zip(columns, sum) { #expect(abs(column.0[row] - value) < 1e-9) }
      #expect(try #require(once[key(coarse, row)]) == (persons.0[row], exposures.0[row]))
    }
  }

  /// Two sections of one area by month; the second says nothing in March, and nothing at all of one municipality.
  @Test("A sum with an unknown part is unknown; what a source never names is nobody")
  func unknownParts() throws {
    var activity: [Activity] = []
    for month in 1...12 {
      for payer in ["740", "751"] {
        for basis in ["107", "108"] where !(payer == "751" && basis == "108") {
          let isUnknown = basis == "108" && month == 3
          activity.append(
            Activity(
              stratum: Stratum(area: "a", kind: .residential, legalBasis: basis), offer: "", period: Period(year: 2024, number: month, length: .month),
              payer: payer, stock: isUnknown ? nil : 5, occupiedDays: nil, admissions: isUnknown ? nil : 2, homecomings: isUnknown ? nil : 1,
              otherExits: isUnknown ? nil : 1, waiting: nil))
        }
      }
    }
    let payers = ["740", "751"].map { Municipality(code: $0, name: $0, region: "") }
    let panel = try Panel(Extracts(settings: ProjectSettings(name: "p"), municipalities: payers, activity: activity))
    for flow in Flow.counted {
      let table = FlowTable(panel: panel, flow: flow, detail: .kind)
      #expect(table.period.count == 23 && table.unknown == 1 && table.unexposed == 0)
      let march = table.period.indices.filter { table.period[$0] == 2 }
      #expect(march.map { panel.municipalities[table.municipality[$0]].code } == ["751"])
      let size = flow == .admission ? 2.0 : 1
      let counts = try numbers(table, flow.plural)
      for row in counts.indices { #expect(counts[row] == (panel.municipalities[table.municipality[row]].code == "740" ? 2 * size : size)) }
    }
  }

  static let namings: [([String], FlowTable.Detail)] = [(["area", "kind"], .kind), (["legal_basis"], .stratum), (["x", "stratum"], .stratum), ([], .kind)]

  @Test("Naming a legal basis asks for its rows", arguments: namings)
  func detail(_ columns: [String], _ detail: FlowTable.Detail) { #expect(FlowTable.Detail(naming: columns) == detail) }

  @Test("Rows have names that people know", arguments: [FlowTable.Detail.kind, .stratum])
  func names(_ detail: FlowTable.Detail) throws {
    let panel = try Self.panel.get()
    let table = FlowTable(panel: panel, flow: .homecoming, detail: detail)
    let name = table.name(of: 0, in: panel)
    #expect(name.contains(panel.municipalities[table.municipality[0]].name))
    #expect(name.contains(panel.areas[table.area[0]].id + "|" + table.kind[0].rawValue))
    #expect(name.hasSuffix(panel.first.advanced(by: table.period[0]).description))
  }

  @Test("A flow's fit can be laid out row by row")
  func observations() throws {
    let demand = try FlowFitTests.demand.get()
    for flow in demand.flows {
      let rows = try #require(demand.observations(of: flow, seed: 1))
      #expect(rows.observed.count == flow.rows)
      #expect(rows.observed.reduce(0, +) == flow.events)
      #expect(abs(rows.fitted.reduce(0, +) / flow.fittedEvents - 1) < 1e-12)
      #expect(rows.residuals.allSatisfy { $0.isFinite })
      let n = Double(rows.residuals.count)
      #expect(abs(rows.residuals.reduce(0, +) / n) < 0.05)
      #expect(abs(rows.residuals.reduce(0) { $0 + $1 * $1 } / n - 1) < 0.1)
      #expect(demand.observations(of: flow, seed: 1)?.residuals == rows.residuals)
      let measures = try #require(flow.measures)
      #expect(measures.effectiveDegrees > 0 && measures.conditionalLogLikelihood > measures.logLikelihood)
    }
  }
}
