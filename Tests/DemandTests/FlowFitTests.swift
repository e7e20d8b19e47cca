import Foundation
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
      for estimate in flow.estimates {
        guard let value = truth.value(flow.flow, estimate.subject), let lower = estimate.lower, let upper = estimate.upper else { continue }
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
          guard let value = truth.value(flow.flow, estimate.subject), let lower = estimate.lower, let upper = estimate.upper else { continue }
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
    var counted: [String: Double] = [:]
    for flow in demand.flows {
      // The generator counts those at the age limit among the other exits.
      counted[flow.flow == .ageOut ? "other_exit" : flow.flow.rawValue, default: 0] += flow.events
      #expect(abs(flow.fittedEvents / flow.events - 1) < 0.01, "\(flow.flow): \(flow.fittedEvents) against \(flow.events)")
    }
    for (name, events) in counted { #expect(events == truth.totals[name], "\(name): the panel lost or invented events") }
    #expect(counted.count == 4)
  }

  /// In the generator a share of the exits that are no homecomings is at the age limit, in the areas of children alone.
  @Test func ageingOutIsAFlowOfItsOwn() throws {
    let demand = try Self.demand.get()
    let truth = try Truth.region()
    let aging = try #require(demand.flows.first { $0.flow == .ageOut })
    let other = try #require(demand.flows.first { $0.flow == .otherExit })
    #expect(aging.events == 173)
    func level(_ flow: FlowFit, _ stratum: Stratum) -> FlowFit.Estimate? { flow.estimates.first { $0.subject == .level(stratum) } }
    let strata = demand.panel.strata.filter { level(aging, $0) != nil }
    #expect(Set(strata.map(\.area)) == ["boern_og_unge", "kriminalitetstruede_boern_og_unge"])
    for stratum in strata {
      let (share, aged, others) = (truth.ageOutShare(stratum), try #require(level(aging, stratum)), try #require(level(other, stratum)))
      guard share > 0, let error = aged.standardError, let otherError = others.standardError else { continue }
      // The ratio of both flows; other exits of own-region municipalities are 5 % fewer, as the rates of ageing out are not told apart by payer.
      let logit = log(share / (1 - share))
      #expect(abs(aged.value - others.value - logit) < 3.5 * (error * error + otherError * otherError).squareRoot() + 0.1, "\(stratum.key)")
    }
  }

  /// True yearly hazards and destinations of the generator, which are the areas' own.
  @Test func transfersAreFound() throws {
    let demand = try Self.demand.get()
    let transfers = try #require(demand.flows.first { $0.flow == .transfer })
    #expect(transfers.events == 182)
    let truth = try Truth.region()
    var outside: [String] = []
    var seen = 0
    for estimate in transfers.estimates {
      switch estimate.subject {
      case .level(let stratum):
        guard let rate = truth.transfer[stratum.area], let lower = estimate.lower, let upper = estimate.upper else { continue }
        seen += 1
        if !(lower...upper).contains(log(rate)) { outside.append("\(stratum.key): \(rate) not in [\(exp(lower)), \(exp(upper))]") }
      case .destination(let from, let to):
        guard let shares = truth.transfer_destinations["\(from.area)|\(from.kind.rawValue)"], let lower = estimate.lower, let upper = estimate.upper else { continue }
        // Nobody moves to where they are.
        let share = (shares[to.key] ?? 0) / (1 - (shares[from.key] ?? 0))
        seen += 1
        if !(lower...upper).contains(log(share)) { outside.append("\(from.key) → \(to.key): \(share) not in [\(exp(lower)), \(exp(upper))]") }
      default: continue
      }
    }
    // Nine of ten 95 % intervals of some thirty-five.
    #expect(seen >= 30 && outside.count * 10 <= seen, "\(outside.count) of \(seen): \(outside.joined(separator: "\n"))")
  }
}
