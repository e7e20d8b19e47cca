import Glibc
import Probability

/// Trend, season and days of a flow in a block of draws, lane by lane, by area and period; and a municipality's rates by stratum.
final class HazardDays {
  private let rates: FlowRates
  private let areas: Int
  private let horizon: Int
  /// `[(area · horizon + period) · draws of a block + draw]`.
  private let values: UnsafeMutablePointer<Float>
  /// `[stratum · draws of a block + draw]`: a municipality's rates a day at the origin; zero beyond the last draw.
  private let levels: UnsafeMutablePointer<Float>
  private let strata: Int

  init(_ rates: FlowRates, areas: Int, strata: Int, horizon: Int, memory: BareMemory) {
    self.rates = rates
    self.areas = areas
    self.strata = strata
    self.horizon = horizon
    levels = UnsafeMutableRawPointer(memory.filled(strata * CountWorker.groups, with: Lanes.zero)).assumingMemoryBound(to: Float.self)
    values = UnsafeMutableRawPointer(memory.filled(areas * horizon * CountWorker.groups, with: Lanes.zero)).assumingMemoryBound(to: Float.self)
  }

  func fill(first: Int, active: Int) {
    for area in 0..<areas {
      for lane in 0..<active {
        let days = rates.view.days(area: area, draw: first + lane)
        for t in 0..<horizon { values[(area * horizon + t) * EventTally.width + lane] = Float(days[t]) }
      }
    }
  }

  /// `[period · groups + group]`.
  func days(_ area: Int) -> UnsafePointer<Lanes> {
    UnsafePointer(UnsafeMutableRawPointer(values + area * horizon * EventTally.width).assumingMemoryBound(to: Lanes.self))
  }

  func fillLevels(_ municipality: Int, first: Int, active: Int) {
    for lane in 0..<EventTally.width {
      for stratum in 0..<strata {
        levels[stratum * EventTally.width + lane] =
          lane < active
          ? Float(rates.view.level(municipality: municipality, stratum: stratum, draw: first + lane) * (1 / FlowSimulator.daysPerYear)) : 0
      }
    }
  }

  /// Rates a day at the origin of a group's draws.
  @inline(__always)
  func level(_ stratum: Int, _ group: Int) -> Lanes {
    UnsafeMutableRawPointer(levels + stratum * EventTally.width).assumingMemoryBound(to: Lanes.self)[group]
  }
}

/// A flow that is counted against the population, Poisson or negative binomial, in a block of draws.
final class CountedFlow {
  private let rates: FlowRates
  private let shape: HazardDays
  private let horizon: Int
  /// By group: theta and its inverse; unused for Poisson.
  private let theta: UnsafeMutablePointer<Lanes>
  private let inverse: UnsafeMutablePointer<Lanes>
  private let isPoisson: Bool
  // By period: the counts' distribution, before any number is drawn; a tail below zero where inversion cannot draw it.
  private let tail: UnsafeMutablePointer<Lanes>
  private let none: UnsafeMutablePointer<Lanes>
  private let a: UnsafeMutablePointer<Lanes>
  private let b: UnsafeMutablePointer<Lanes>

  init(_ rates: FlowRates, areas: Int, strata: Int, horizon: Int, memory: BareMemory) {
    self.rates = rates
    self.horizon = horizon
    shape = HazardDays(rates, areas: areas, strata: strata, horizon: horizon, memory: memory)
    isPoisson = rates.view.theta(draw: 0) == nil
    theta = memory.filled(CountWorker.groups, with: Lanes(repeating: 1))
    inverse = memory.filled(CountWorker.groups, with: Lanes(repeating: 1))
    tail = memory.filled(horizon, with: .zero)
    none = memory.filled(horizon, with: .zero)
    a = memory.filled(horizon, with: .zero)
    b = memory.filled(horizon, with: .zero)
  }

  func fill(first: Int, active: Int) {
    shape.fill(first: first, active: active)
    for lane in 0..<active {
      guard let value = rates.view.theta(draw: first + lane) else { continue }
      theta[lane / CountWorker.lanes][lane % CountWorker.lanes] = Float(value)
      inverse[lane / CountWorker.lanes][lane % CountWorker.lanes] = Float(1 / value)
    }
  }

  func fillLevels(_ municipality: Int, first: Int, active: Int) { shape.fillLevels(municipality, first: first, active: active) }

  /// Draws the counts of every period, one number of the stream for each.
  ///
  /// - Parameter people: exposure by period.
  func draw(
    _ stratum: Int, area: Int, group: Int, people: UnsafePointer<Double>, part: Part, stream: inout LaneStream,
    into counts: UnsafeMutablePointer<LaneBits>
  ) {
    let level = shape.level(stratum, group)
    let days = shape.days(area) + group
    let isLarge =
      isPoisson ? preparePoisson(level, days, people) : prepareNegativeBinomial(level, days, people, theta[group], inverse[group])
    for t in 0..<horizon {
      counts[t] = KatzCounts(tail: tail[t], none: none[t], a: a[t], b: b[t]).counts(at: stream.nextUniform())
    }
    guard LaneMath.isAny(isLarge) else { return }
    for t in 0..<horizon {
      let mean = level * days[t * CountWorker.groups] * Float(people[t])
      drawLarge(mean, theta[group], period: t, part: part, into: &counts[t])
    }
  }

  /// Means that inversion would take too long for.
  private static let longest: Float = 200

  /// ln P(0) = −θ ln(1 + μ/θ). Says for which lanes any period's is too small.
  private func prepareNegativeBinomial(
    _ level: Lanes, _ days: UnsafePointer<Lanes>, _ people: UnsafePointer<Double>, _ theta: Lanes, _ inverse: Lanes
  ) -> LaneBits {
    var isLarge = LaneBits.zero
    for t in 0..<horizon {
      let x = level * days[t * CountWorker.groups] * Float(people[t]) * inverse
      let (logarithm, share) = LaneMath.logAndShare(x)
      // Few clusters of very many citizens each would make the search long.
      let isLong = LaneMath.above(x * theta, Lanes(repeating: Self.longest))
      isLarge = isLarge | finish(t, theta * logarithm, isLong)
      a[t] = theta * share
      b[t] = share
    }
    return isLarge
  }

  private func preparePoisson(_ level: Lanes, _ days: UnsafePointer<Lanes>, _ people: UnsafePointer<Double>) -> LaneBits {
    var isLarge = LaneBits.zero
    for t in 0..<horizon {
      let mean = level * days[t * CountWorker.groups] * Float(people[t])
      isLarge = isLarge | finish(t, mean, .zero)
      a[t] = mean
    }
    return isLarge
  }

  @inline(__always)
  private func finish(_ t: Int, _ minusLog: Lanes, _ isLong: LaneBits) -> LaneBits {
    let isLarge = LaneMath.above(minusLog, Lanes(repeating: KatzCounts.largest)) | isLong
    let (nobody, somebody) = LaneMath.survival(LaneMath.select(isLarge, .zero, minusLog))
    tail[t] = LaneMath.select(isLarge, Lanes(repeating: -1), somebody)
    none[t] = nobody
    return isLarge
  }

  /// Counts of lanes that inversion cannot draw, one by one.
  private func drawLarge(_ means: Lanes, _ theta: Lanes, period: Int, part: Part, into counts: inout LaneBits) {
    for lane in 0..<CountWorker.lanes where tail[period][lane] < 0 {
      let (mean, theta) = (Double(means[lane]), Double(theta[lane]))
      var stream = part.stream(lane: lane, 1000 + UInt64(period))
      let expected = isPoisson ? mean : mean * stream.nextGamma(theta) / theta
      counts[lane] = Int32(stream.nextPoisson(min(expected, 1e9)))
    }
  }
}
