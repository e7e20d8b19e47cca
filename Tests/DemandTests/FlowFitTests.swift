import Placements
import TestSupport
import Testing

@testable import Demand

/// The example region's true parameters are written beside its data; the fit must find them.
@Suite struct FlowFitTests {
  static let demand: Result<FittedDemand, any Error> = Result { FittedDemand(panel: try ExampleProject.region.panel(), horizon: 36, threads: 2) }

  /// Every level, slope, effect and dispersion of the three flows. The single-person stream is left out: its one place
  /// turns admissions away, so its level is not the rate of its admissions.
  @Test func nineOfTenTrueParametersLieInTheirIntervals() throws {
    let demand = try Self.demand.get()
    let truth = try Truth.region()
    var inside = 0
    var outside: [String] = []
    for flow in demand.flows {
      let own = truth.flow(flow.flow)
      for estimate in flow.estimates {
        guard let value = own.value(estimate.subject), let lower = estimate.lower, let upper = estimate.upper else { continue }
        if lower <= value, value <= upper { inside += 1 } else { outside.append("\(flow.flow) \(estimate.subject): \(value) not in [\(lower), \(upper)]") }
      }
    }
    let all = inside + outside.count
    #expect(all > 2000)
    #expect(Double(inside) >= 0.9 * Double(all), "\(inside) of \(all); outside: \(outside.prefix(40).joined(separator: "\n"))")
  }

  /// The same for what matters most by itself, so that hundreds of small effects cannot hide it.
  @Test func levelsAndSlopesAreFound() throws {
    let demand = try Self.demand.get()
    let truth = try Truth.region()
    var inside = 0
    var outside: [String] = []
    for flow in demand.flows {
      for estimate in flow.estimates {
        switch estimate.subject {
        case .level, .slope, .ownRegion, .seasonSine, .seasonCosine, .theta:
          guard let value = truth.flow(flow.flow).value(estimate.subject), let lower = estimate.lower, let upper = estimate.upper else { continue }
          if lower <= value, value <= upper { inside += 1 } else { outside.append("\(flow.flow) \(estimate.subject): \(value) not in [\(lower), \(upper)]") }
        default: continue
        }
      }
    }
    let all = inside + outside.count
    #expect(all >= 80)
    // The levels of a flow share its intercept and err together, so their share varies far more than independent ones would.
    #expect(Double(inside) >= 0.85 * Double(all), "\(inside) of \(all); outside: \(outside.joined(separator: "\n"))")
  }

  /// Fitted totals against what the generator counted, within the 10 % that the issue asks for.
  @Test func totalsOfEachFlowAreFound() throws {
    let demand = try Self.demand.get()
    let truth = try Truth.region()
    for flow in demand.flows {
      let true_ = truth.totals[flow.flow.rawValue] ?? .nan
      #expect(flow.events == true_, "the panel lost or invented events")
      #expect(abs(flow.fittedEvents / true_ - 1) < 0.1, "\(flow.flow): \(flow.fittedEvents) against \(true_)")
    }
  }
}
