import Glibc
import Placements
import Probability

/// Ageing out by age, where stays tell the year of birth: a hazard for each year about the one in which a citizen passes the
/// age to which the area is open.
///
/// Only areas from which somebody left at the limit have any. Exits are few: gamma posteriors by area and year, whose prior
/// is the hazard of all areas in that year with the weight of one exit. Only the year of birth is known, so the year in
/// which the limit is passed has a hazard of its own from January to December.
struct AgeLimits: Sendable {
  /// Years from the one in which the limit is passed: two and more before, one before, that year, the next, later ones.
  static let bands = 5

  static func band(_ yearsPast: Int) -> Int { max(-2, min(2, yearsPast)) + 2 }

  /// By area: the first year of age that is past the limit; nil where nobody ages out by age.
  let pastLimit: [Int?]
  /// `[area · bands + band]`: exits, and person-years.
  private let events: [Double]
  private let exposure: [Double]
  private let areas: [SpecialtyArea]

  /// Nil where no area has a limit with exits of citizens whose year of birth is known.
  /// - Parameter weight: what an exit of a stratum counts for, since exits of unknown reasons are shared out.
  init?(panel: Panel, weight: (Int) -> Double) {
    guard let traits = panel.traits else { return nil }
    areas = panel.areas
    var events = [Double](repeating: 0, count: panel.areas.count * Self.bands)
    var exposure = events
    for episode in traits.episodes where episode.birthYear != 0 {
      let area = panel.areaOfStratum[Int(episode.stratum)]
      guard panel.areas[area].hasAgeLimit else { continue }
      let passes = Int(episode.birthYear) + panel.areas[area].ageTo + 1
      var day = episode.from
      while day < episode.until {
        let year = day.year
        let next = min(Day(year: year + 1, month: 1, day: 1) ?? episode.until, episode.until)
        exposure[area * Self.bands + Self.band(year - passes)] += Double(next - day) / FlowFrame.daysPerYear
        day = next
      }
      guard episode.exit == .ageOut else { continue }
      let cell = area * Self.bands + Self.band(episode.until.year - passes)
      events[cell] += weight(Int(episode.stratum))
      // Who leaves on 1 January was there in the year before alone, and was at risk for half a day of the new one; so was a
      // stay that ended on its first day.
      if episode.until <= episode.from || episode.until.advanced(by: -1).year < episode.until.year {
        exposure[cell] += 0.5 / FlowFrame.daysPerYear
      }
    }
    pastLimit = panel.areas.indices.map { a in
      panel.areas[a].hasAgeLimit && events[a * Self.bands..<(a + 1) * Self.bands].contains { $0 > 0 } ? panel.areas[a].ageTo + 1 : nil
    }
    guard pastLimit.contains(where: { $0 != nil }) else { return nil }
    self.events = events
    self.exposure = exposure
  }

  /// A gamma distribution of the yearly hazard.
  private func posterior(_ area: Int, _ band: Int) -> (shape: Double, rate: Double) {
    let own = area * Self.bands + band
    let limited = pastLimit.indices.filter { pastLimit[$0] != nil }
    func sum(_ values: [Double], _ bands: Range<Int>) -> Double { limited.reduce(0.0) { sum, a in sum + bands.reduce(0.0) { $0 + values[a * Self.bands + $1] } } }
    // A year that nobody has lived through has the hazard of the next earlier one with anybody.
    var from = band
    while from > 0, sum(exposure, from..<from + 1) == 0 { from -= 1 }
    let pooled = (sum(events, from..<from + 1) + 0.5) / max(sum(exposure, from..<from + 1), 1e-3)
    return (events[own] + 1, exposure[own] + 1 / pooled)
  }

  func draws(_ draws: Int, seed: UInt64, panel: Panel, clock: FlowClock) -> AgeLimitDraws {
    var rates = [Double](repeating: 0, count: draws * areas.count * Self.bands)
    for a in areas.indices where pastLimit[a] != nil {
      for band in 0..<Self.bands {
        let (shape, rate) = posterior(a, band)
        for d in 0..<draws {
          var stream = RandomStream(seed: seed ^ 0x6167_654C, pair: UInt64(d), UInt64(a * Self.bands + band))
          rates[(d * areas.count + a) * Self.bands + band] = stream.nextGamma(shape) / rate / FlowFrame.daysPerYear
        }
      }
    }
    return AgeLimitDraws(pastLimit: pastLimit, rates: rates, start: panel.origin.advanced(by: 1).firstDay, days: clock.edges[clock.horizon])
  }

  /// Yearly hazards by area and year with 95 % intervals, where anybody was.
  var estimates: [FlowFit.Estimate] {
    areas.indices.filter { pastLimit[$0] != nil }.flatMap { a in
      (0..<Self.bands).filter { exposure[a * Self.bands + $0] > 0 }.map { band in
        let (shape, rate) = posterior(a, band)
        return FlowFit.Estimate.gamma(.ageLimit(area: areas[a].id, years: band - 2), shape: shape, rate: rate)
      }
    }
  }
}

/// The hazards of every draw, ready for the simulator.
final class AgeLimitDraws: Sendable {
  private let areas: Int
  /// By area; 0 where nobody ages out by age.
  private let pastLimit: [Int]
  /// `[(draw · areas + area) · bands + band]`, a day.
  private let rates: BareArray<Double>
  /// Days from the origin to each January from that of the origin's year, until one past the horizon.
  private let years: [Double]
  private let firstYear: Int

  init(pastLimit: [Int?], rates: [Double], start: Day, days: Double) {
    areas = pastLimit.count
    self.pastLimit = pastLimit.map { $0 ?? 0 }
    self.rates = BareArray(rates)
    firstYear = start.year
    var years: [Double] = []
    while years.last.map({ $0 <= days }) ?? true {
      guard let january = Day(year: firstYear + years.count, month: 1, day: 1) else { break }
      years.append(Double(january - start))
    }
    self.years = years
  }

  func covers(_ area: Int) -> Bool { pastLimit[area] > 0 }

  /// Whole years between the year of birth and that of an arrival are an age.
  func year(at time: Double) -> Int { firstYear + (years.lastIndex { $0 <= time } ?? 0) }

  /// The hazard's integral over a part of the horizon.
  func amount(area: Int, draw: Int, birthYear: Int, from start: Double, to end: Double) -> Double {
    guard pastLimit[area] > 0 else { return 0 }
    let own = rates.pointer + (draw * areas + area) * AgeLimits.bands
    var (sum, day) = (0.0, start)
    var at = years.lastIndex { $0 <= start } ?? 0
    while day < end {
      let next = min(at + 1 < years.count ? years[at + 1] : end, end)
      sum += own[AgeLimits.band(firstYear + at - birthYear - pastLimit[area])] * (next - day)
      day = next
      at += 1
    }
    return sum
  }

  /// When a citizen who is there from `start` leaves at the limit: where the hazard's integral reaches −ln(`uniform`);
  /// infinite beyond the horizon.
  func crossing(area: Int, draw: Int, birthYear: Int, start: Double, endOfTime: Double, uniform: Double) -> Double {
    var left = -log(uniform)
    var day = start
    var at = years.lastIndex { $0 <= start } ?? 0
    let own = rates.pointer + (draw * areas + area) * AgeLimits.bands
    while day < endOfTime {
      let end = min(at + 1 < years.count ? years[at + 1] : endOfTime, endOfTime)
      let rate = own[AgeLimits.band(firstYear + at - birthYear - pastLimit[area])]
      if left < rate * (end - day) { return min(day + left / rate, end.nextDown) }
      left -= rate * (end - day)
      day = end
      at += 1
    }
    return .infinity
  }
}
