import Glibc
import Placements

/// The rates of one municipality in one draw, by kind and stratum, each a level times a shape over the periods.
///
/// Shapes are the book's own rows or those that several strata share. One book serves the base, one more each scenario.
struct RateBook {
  enum Row: Int {
    /// Ageing out and transfers come first: their rates are the same for all municipalities.
    case ageOut, transfer, homecoming, otherExit, admission, homecomingCount, otherExitCount

    /// Counts arrive in clusters; the others are hazards of each citizen.
    var isCounted: Bool { rawValue >= Row.admission.rawValue }

    static let count = 7
    static let shared = 2
  }

  private struct Line: BitwiseCopyable {
    var level: Double
    var integral: UnsafePointer<Double>
    /// The filling in which the line was made.
    var filling: UInt64
  }

  let horizon: Int
  let strata: Int
  private let edges: UnsafePointer<Double>
  private let lines: UnsafeMutablePointer<Line>
  /// The present filling of rows that all municipalities share, and of the others: lines of another one are forgotten.
  private let fillings: UnsafeMutablePointer<UInt64>
  private let own: RateShapes
  /// Mean events of a period, for the size of clusters; counted rows only.
  private let means: UnsafeMutablePointer<Double>

  /// - Parameter edges: of the periods, in days from the origin; must outlive the book.
  init(edges: BareArray<Double>, strata: Int, memory: BareMemory) {
    horizon = edges.count - 1
    self.strata = strata
    self.edges = edges.pointer
    own = RateShapes(horizon: horizon, rows: Row.count * strata, memory: memory)
    lines = memory.filled(Row.count * strata, with: Line(level: 0, integral: own.integral(0), filling: 0))
    fillings = memory.filled(2, with: 1)
    means = memory.filled(Row.count * strata * horizon, with: 0)
  }

  func clear() {
    fillings[0] += 1
    fillings[1] += 1
  }

  /// Keeps the rows that all municipalities of a draw share.
  func clearOwn() {
    fillings[1] += 1
  }

  @inline(__always)
  private func line(_ row: Row, _ stratum: Int) -> Int { row.rawValue * strata + stratum }

  @inline(__always)
  func ready(_ row: Row, _ stratum: Int) -> Bool { lines[line(row, stratum)].filling == filling(row) }

  @inline(__always)
  private func filling(_ row: Row) -> UInt64 { fillings[row.rawValue < Row.shared ? 0 : 1] }

  /// Lets a line follow a shape of others, which must stay as it is until `clear`.
  @inline(__always)
  func follow(_ row: Row, _ stratum: Int, shape: UnsafePointer<Double>, level: Double) {
    lines[line(row, stratum)] = Line(level: level, integral: shape, filling: filling(row))
  }

  /// The line's own amounts and means by period, to be filled before `finish`.
  @inline(__always)
  func ownAmounts(_ row: Row, _ stratum: Int) -> UnsafeMutablePointer<Double> { own.amounts(line(row, stratum)) }

  @inline(__always)
  func ownMeans(_ row: Row, _ stratum: Int) -> UnsafeMutablePointer<Double> { means + line(row, stratum) * horizon }

  @inline(__always)
  func finish(_ row: Row, _ stratum: Int) {
    let index = line(row, stratum)
    own.integrate(index)
    lines[index] = Line(level: 1, integral: own.integral(index), filling: filling(row))
  }

  /// The time at which the integral from `start` on (in period `period`) reaches −ln(`uniform`); infinite beyond the horizon.
  @inline(__always)
  func crossing(_ row: Row, _ stratum: Int, start: Double, period: Int, uniform: Double) -> Double {
    let line = lines[line(row, stratum)]
    let integral = line.integral
    var passed = integral[period]
    if start > edges[period] {
      passed += (integral[period + 1] - passed) * (start - edges[period]) / (edges[period + 1] - edges[period])
    }
    let left = line.level * (integral[horizon] - passed)
    // −ln u is at least 1 − u: this spares most citizens, who stay, the logarithm.
    guard 1 - uniform < left else { return .infinity }
    let amount = -log(uniform)
    guard amount < left else { return .infinity }
    let wanted = passed + amount / line.level
    var t = period
    while t < horizon, integral[t + 1] <= wanted { t += 1 }
    return t < horizon ? time(integral, t, wanted) : .infinity
  }

  /// The integral over a whole period.
  @inline(__always)
  func amount(_ row: Row, _ stratum: Int, in period: Int) -> Double {
    let line = lines[line(row, stratum)]
    return line.level * (line.integral[period + 1] - line.integral[period])
  }

  /// The band of time since admission, in days.
  @inline(__always)
  static func band(_ days: Double) -> Int { days < bound.0 ? 0 : days < bound.1 ? 1 : days < bound.2 ? 2 : 3 }

  private static let bound = (Double(Tenure.bounds[0]), Double(Tenure.bounds[1]), Double(Tenure.bounds[2]))

  /// Days after admission at which a band ends.
  @inline(__always)
  private static func end(_ band: Int) -> Double { band == 0 ? bound.0 : band == 1 ? bound.1 : band == 2 ? bound.2 : .infinity }

  /// As `crossing`, with a factor for each band of the time since `admitted`: the integral runs through the bands in turn.
  func crossing(
    _ row: Row, _ stratum: Int, start: Double, period: Int, uniform: Double, admitted: Double, factors: UnsafePointer<Double>,
    periodOfDay: UnsafePointer<Int32>
  ) -> Double {
    let line = lines[line(row, stratum)]
    let integral = line.integral
    let endOfTime = edges[horizon]
    var band = Self.band(start - admitted)
    var passed = value(integral, at: start, period)
    var most = factors[band]
    for later in band + 1..<max(band + 1, Tenure.bandCount) { most = max(most, factors[later]) }
    guard 1 - uniform < line.level * most * (integral[horizon] - passed) else { return .infinity }
    var amount = -log(uniform) / line.level
    var t = period
    while true {
      let end = admitted + Self.end(band)
      let last = end < endOfTime ? Int(periodOfDay[Int(end)]) : horizon
      let reached = end < endOfTime ? value(integral, at: end, last) : integral[horizon]
      let gain = factors[band] * (reached - passed)
      if amount < gain {
        let wanted = passed + amount / factors[band]
        while t < horizon, integral[t + 1] <= wanted { t += 1 }
        return t < horizon ? time(integral, t, wanted) : .infinity
      }
      guard end < endOfTime else { return .infinity }
      amount -= gain
      passed = reached
      t = last
      band += 1
    }
  }

  /// The hazard's integral over a part of the horizon, with a factor for each band of the time since `admitted` if there are any.
  func amount(
    _ row: Row, _ stratum: Int, from start: Double, to end: Double, admitted: Double, factors: UnsafePointer<Double>?, periodOfDay: UnsafePointer<Int32>
  ) -> Double {
    let line = lines[line(row, stratum)]
    func passed(_ time: Double) -> Double {
      time < edges[horizon] ? value(line.integral, at: time, Int(periodOfDay[Int(time)])) : line.integral[horizon]
    }
    guard let factors else { return line.level * (passed(end) - passed(start)) }
    var (sum, at) = (0.0, start)
    while at < end {
      let band = Self.band(at - admitted)
      // Not a number where the admission is not known: then the last band lasts.
      let bandEnd = admitted + Self.end(band)
      let next = bandEnd < end ? max(at.nextUp, bandEnd) : end
      sum += factors[band] * (passed(next) - passed(at))
      at = next
    }
    return line.level * sum
  }

  /// The running integral at a time within a period.
  @inline(__always)
  private func value(_ integral: UnsafePointer<Double>, at time: Double, _ period: Int) -> Double {
    let start = integral[period]
    guard time > edges[period] else { return start }
    return start + (integral[period + 1] - start) * (time - edges[period]) / (edges[period + 1] - edges[period])
  }

  @inline(__always)
  private func time(_ integral: UnsafePointer<Double>, _ t: Int, _ wanted: Double) -> Double {
    let share = (wanted - integral[t]) / (integral[t + 1] - integral[t])
    return min(edges[t] + share * (edges[t + 1] - edges[t]), edges[t + 1].nextDown)
  }

  /// The integral over the horizon.
  @inline(__always)
  func total(_ row: Row, _ stratum: Int) -> Double {
    let line = lines[line(row, stratum)]
    return line.level * line.integral[horizon]
  }

  /// When the integral of a counted line reaches `reached`, below its total, in which period, and the period's mean count.
  @inline(__always)
  func arrival(_ row: Row, _ stratum: Int, reached: Double) -> (time: Double, period: Int, mean: Double) {
    let index = line(row, stratum)
    let integral = lines[index].integral
    var t = 0
    while integral[t + 1] <= reached { t += 1 }
    return (time(integral, t, reached), t, means[index * horizon + t])
  }
}
