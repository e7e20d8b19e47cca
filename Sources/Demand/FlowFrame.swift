import Glibc
import Placements

/// The rows that one flow is fitted to: a count with its exposure for each municipality, stratum and period.
struct FlowFrame {
  /// What a rate is counted against.
  enum Exposure {
    /// Years of 10,000 inhabitants of the area's age band.
    case population
    /// Person-years present.
    case personTime
  }

  private(set) var response: [Double] = []
  private(set) var logExposure: [Double] = []
  private(set) var municipality: [Int32] = []
  private(set) var stratum: [Int32] = []
  private(set) var period: [Int32] = []

  var rows: Int { response.count }

  static func quantity(_ flow: Flow) -> Panel.Quantity {
    switch flow {
    case .admission: .admissions
    case .homecoming: .homecomings
    case .otherExit: .otherExits
    }
  }

  /// Rows with an unknown count or without exposure are left out: they say nothing about the rate. Exits in a period
  /// without exposure (the first day absent was the period's first) belong to the time at risk just before.
  init(panel: Panel, flow: Flow, strata: [Int], exposure: Exposure) {
    let daysPerYear = 365.25
    let years = (0..<panel.count).map { Double(panel.first.advanced(by: $0).days) / daysPerYear }
    let persons = exposure == .population ? Self.personsTable(panel) : []
    for m in panel.municipalities.indices {
      for s in strata {
        let counts = panel.series(Self.quantity(flow), municipality: m, stratum: s)
        let days = panel.series(.occupiedDays, municipality: m, stratum: s)
        for t in 0..<panel.count {
          let y = counts[counts.startIndex + t]
          guard !y.isNaN else { continue }
          let amount: Double
          switch exposure {
          case .population: amount = persons[(m * panel.areas.count + panel.areaOfStratum[s]) * panel.count + t] / 10_000 * years[t]
          case .personTime: amount = days[days.startIndex + t] / daysPerYear
          }
          guard amount > 0 else {
            if y > 0, exposure == .personTime { carry(y, municipality: m, stratum: s, before: t) }
            continue
          }
          response.append(y)
          logExposure.append(log(amount))
          municipality.append(Int32(m))
          stratum.append(Int32(s))
          period.append(Int32(t))
        }
      }
    }
  }

  private mutating func carry(_ events: Double, municipality m: Int, stratum s: Int, before t: Int) {
    guard let last = response.indices.last, municipality[last] == Int32(m), stratum[last] == Int32(s), period[last] == Int32(t - 1) else {
      // Nobody was there in the period before either: half a day at risk is all that can be said.
      response.append(events)
      logExposure.append(log(0.5 / 365.25))
      municipality.append(Int32(m))
      stratum.append(Int32(s))
      period.append(Int32(t))
      return
    }
    response[last] += events
  }

  /// Persons by municipality, area and past period; 10,000 where there is no population, so that the exposure is 1.
  private static func personsTable(_ panel: Panel) -> [Double] {
    var table = [Double](repeating: 10_000, count: panel.municipalities.count * panel.areas.count * panel.count)
    for m in panel.municipalities.indices where panel.population.covers(panel.municipalities[m].code) {
      for a in panel.areas.indices {
        for t in 0..<panel.count {
          let at = (m * panel.areas.count + a) * panel.count + t
          table[at] = panel.persons(municipality: m, area: a, period: panel.first.advanced(by: t)) ?? 10_000
        }
      }
    }
    return table
  }
}
