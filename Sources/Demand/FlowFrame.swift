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

  /// Months are taken together by threes: the terms hardly move within a quarter, the counts keep their spread, and
  /// there are a third of the rows. Longer periods stand alone.
  let span: Int
  private(set) var response: [Double] = []
  private(set) var logExposure: [Double] = []
  private(set) var municipality: [Int32] = []
  private(set) var stratum: [Int32] = []
  /// Covariates, as means over the row's exposure.
  private(set) var trend: [Double] = []
  private(set) var ramp: [Double] = []
  private(set) var sine: [Double] = []
  private(set) var cosine: [Double] = []
  /// Index of the row's last period from the panel's first.
  private(set) var period: [Int32] = []
  /// `[row · bands + band]`: person-years by time since admission; empty where it is not known.
  var tenureExposure: [Double] = []
  /// `[(municipality · strata + stratum) · periods + period]`: the row of which the period is part, -1 for none; empty where
  /// nothing is known of the citizens themselves.
  private(set) var rowOfCell: [Int32] = []

  var rows: Int { response.count }

  static func quantity(_ flow: Flow) -> Panel.Quantity {
    switch flow {
    case .admission: .admissions
    case .homecoming: .homecomings
    case .otherExit: .otherExits
    case .ageOut: .ageOuts
    case .transfer: .transfersOut
    }
  }

  /// Periods with an unknown count, or with unknown or no exposure, are left out: they say nothing about the rate. Exits in a period
  /// without exposure (the first day absent was the period's first) belong to the time at risk just before.
  init(panel: Panel, clock: FlowClock, flow: Flow, strata: [Int], exposure: Exposure) {
    span = panel.length == .month ? 3 : 1
    let years = (0..<panel.count).map { Double(panel.first.advanced(by: $0).days) / Self.daysPerYear }
    let persons = exposure == .population ? Self.personsTable(panel) : []
    let times = Times(clock: clock, count: panel.count)
    if panel.traits != nil { rowOfCell = [Int32](repeating: -1, count: panel.municipalities.count * panel.strata.count * panel.count) }
    let tenure = exposure == .personTime && flow != .transfer ? panel.tenure : nil
    // Counted among the other exits, but a flow of its own.
    let apart: Panel.Quantity? = flow == .otherExit && panel.total(.ageOuts) > 0 ? .ageOuts : nil
    for m in panel.municipalities.indices {
      for s in strata {
        let counts = panel.series(Self.quantity(flow), municipality: m, stratum: s)
        let aged = apart.map { panel.series($0, municipality: m, stratum: s) }
        let days = panel.series(.occupiedDays, municipality: m, stratum: s)
        let people = (m * panel.areas.count + panel.areaOfStratum[s]) * panel.count
        var row = PartialRow()
        for t in 0..<panel.count {
          let y = counts[counts.startIndex + t] - (aged.map { $0[$0.startIndex + t] } ?? 0)
          let amount =
            exposure == .population ? persons[people + t] / 10_000 * years[t] : days[days.startIndex + t] / Self.daysPerYear
          if !y.isNaN, !amount.isNaN {
            if amount > 0 {
              row.add(y, amount, times, t)
              if !rowOfCell.isEmpty { rowOfCell[(m * panel.strata.count + s) * panel.count + t] = Int32(rows) }
              if let tenure {
                let cell = (m * panel.strata.count + s) * panel.count + t
                for band in 0..<Tenure.bandCount { row.tenure[band] += tenure.days(cell: cell, band: band) / Self.daysPerYear }
              }
            } else if y > 0, exposure == .personTime {
              carry(y, into: &row, municipality: m, stratum: s, times, t)
            }
          }
          // Counted from the end, so that only the first group of a series may be short.
          if (panel.count - 1 - t) % span == 0 {
            append(row, municipality: m, stratum: s, period: t, hasTenure: tenure != nil)
            row = PartialRow()
          }
        }
      }
    }
  }

  static let daysPerYear = 365.25

  private struct Times {
    let trend: [Double]
    let ramp: [Double]
    let season: [(sine: Double, cosine: Double)]

    init(clock: FlowClock, count: Int) {
      trend = (0..<count).map(clock.trend)
      ramp = (0..<count).map(clock.ramp)
      season = (0..<count).map(clock.season)
    }
  }

  private struct PartialRow {
    var events = 0.0
    var amount = 0.0
    var trend = 0.0
    var ramp = 0.0
    var sine = 0.0
    var cosine = 0.0
    /// By band; four numbers.
    var tenure = SIMD4<Double>()

    mutating func add(_ y: Double, _ exposure: Double, _ times: Times, _ t: Int) {
      events += y
      amount += exposure
      trend += exposure * times.trend[t]
      ramp += exposure * times.ramp[t]
      sine += exposure * times.season[t].sine
      cosine += exposure * times.season[t].cosine
    }
  }

  private mutating func append(_ row: PartialRow, municipality m: Int, stratum s: Int, period: Int, hasTenure: Bool) {
    guard row.amount > 0 else { return }
    response.append(row.events)
    logExposure.append(log(row.amount))
    municipality.append(Int32(m))
    stratum.append(Int32(s))
    trend.append(row.trend / row.amount)
    ramp.append(row.ramp / row.amount)
    sine.append(row.sine / row.amount)
    cosine.append(row.cosine / row.amount)
    self.period.append(Int32(period))
    guard hasTenure else { return }
    // Exits of nobody: half a day of a first day.
    let known = row.tenure.sum() > 0 ? row.tenure : SIMD4(row.amount, 0, 0, 0)
    for band in 0..<Tenure.bandCount { tenureExposure.append(known[band]) }
  }

  private mutating func carry(_ events: Double, into row: inout PartialRow, municipality m: Int, stratum s: Int, _ times: Times, _ t: Int) {
    if row.amount > 0 {
      row.events += events
    } else if let last = response.indices.last, municipality[last] == Int32(m), stratum[last] == Int32(s) {
      response[last] += events
    } else {
      // Nobody was there before either: half a day at risk is all that can be said.
      row.add(events, 0.5 / Self.daysPerYear, times, t)
    }
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
