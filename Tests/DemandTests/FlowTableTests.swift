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

  @Test("The promised columns, every event, exposure above zero", arguments: Flow.allCases)
  func columns(_ flow: Flow) throws {
    let panel = try Self.panel.get()
    let table = FlowTable(panel: panel, flow: flow)
    #expect(table.data.names == FlowTable.columns)
    let quantity: Panel.Quantity = flow == .admission ? .admissions : flow == .homecoming ? .homecomings : .otherExits
    #expect(try numbers(table, flow.plural).reduce(0, +) == panel.total(quantity))
    #expect(try numbers(table, "exposure").allSatisfy { $0 > 0 && $0.isFinite })
    let cells = panel.municipalities.count * panel.strata.count * panel.count
    #expect(table.period.count + table.unknown + table.unexposed == cells)
    #expect(table.time.min() == Double(panel.first.year) + (Double(panel.first.number) - 0.5) / 12)
    #expect(Set(try numbers(table, "period")) == Set((1...panel.count).map(Double.init)))
    if flow == .admission { #expect(abs(try numbers(table, "years").reduce(0, +)) < 1e-6) }
  }

  @Test("Rows have names that people know")
  func names() throws {
    let panel = try Self.panel.get()
    let table = FlowTable(panel: panel, flow: .homecoming)
    let name = table.name(of: 0, in: panel)
    #expect(name.contains(panel.municipalities[table.municipality[0]].name))
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
