import Glibc
import Probability

/// A group of draws of a cell's hazards by period, and who leaves at them.
final class CellPeriods {
  private let horizon: Int
  // By period: the hazards' sum λ, the share of homecomings, e^λ − 1, and the chance to leave of one who comes in the period.
  private let hazard: UnsafeMutablePointer<Lanes>
  private let share: UnsafeMutablePointer<Lanes>
  private let ratio: UnsafeMutablePointer<Lanes>
  private let arrivalChance: UnsafeMutablePointer<Lanes>

  init(horizon: Int, memory: BareMemory) {
    self.horizon = horizon
    hazard = memory.filled(horizon, with: .zero)
    share = memory.filled(horizon, with: .zero)
    ratio = memory.filled(horizon, with: .zero)
    arrivalChance = memory.filled(horizon, with: .zero)
  }

  /// A hazard beyond which nobody is left: e^−30 is less than a person in ten billion.
  private static let largest: Float = 30

  /// - Parameters:
  ///   - home, other: rates a day at the origin.
  ///   - homeDays, otherDays: by period, `CountWorker.groups` apart: days with trend, season and batches.
  func prepare(home: Lanes, homeDays: UnsafePointer<Lanes>, other: Lanes, otherDays: UnsafePointer<Lanes>) {
    for t in 0..<horizon {
      let (homecoming, otherExit) = (home * homeDays[t * CountWorker.groups], other * otherDays[t * CountWorker.groups])
      let sum = homecoming + otherExit
      share[t] = homecoming / sum
      // Without any hazard the times of those who come are still those of a tiny one, too small for any random number.
      let bounded = LaneMath.smaller(LaneMath.larger(sum, Lanes(repeating: 1e-20)), Lanes(repeating: Self.largest))
      hazard[t] = bounded
      if LaneMath.isAny(LaneMath.above(bounded, Lanes(repeating: Self.moderate))) {
        ratio[t] = LaneMath.expMinusOne(bounded)
        arrivalChance[t] = Self.arrivalChance(bounded)
      } else {
        // Short series, whose first terms left out are below 2e-7 of the sum.
        let square = bounded * bounded
        let low = LaneMath.line(bounded, 0.5, 1) + square * LaneMath.line(bounded, 1.0 / 24, 1.0 / 6)
        ratio[t] = bounded * (low + (square * square) * LaneMath.line(bounded, 1.0 / 720, 1.0 / 120))
        let first = LaneMath.line(bounded, -1.0 / 6, 0.5) + square * LaneMath.line(bounded, -1.0 / 120, 1.0 / 24)
        arrivalChance[t] = bounded * (first + (square * square) * LaneMath.line(bounded, -1.0 / 5040, 1.0 / 720))
      }
    }
  }

  /// Hazards of nearly all cells and periods are below it.
  private static let moderate: Float = 0.3
  /// A hazard for which few terms of a logarithm's series do.
  private static let small: Float = 1.0 / 16

  /// 1 − (1 − e^−λ)/λ; by its series below a half, where the difference loses its digits.
  @inline(__always)
  private static func arrivalChance(_ hazard: Lanes) -> Lanes {
    let square = hazard * hazard
    let low = LaneMath.line(hazard, -1.0 / 6, 0.5) + square * LaneMath.line(hazard, -1.0 / 120, 1.0 / 24)
    let high = LaneMath.line(hazard, -1.0 / 5040, 1.0 / 720) + square * (1.0 / 40320)
    let small = hazard * (low + (square * square) * high)
    let isLarge = LaneMath.above(hazard, Lanes(repeating: 0.5))
    guard LaneMath.isAny(isLarge) else { return small }
    return LaneMath.select(isLarge, 1 - LaneMath.survival(hazard).leaves / hazard, small)
  }

  /// How many of those present, and of those who come, leave in the period.
  @inline(__always)
  func leavers(
    stock: LaneBits, admitted: LaneBits, period t: Int, stream: inout LaneStream, part: Part
  ) -> (residents: LaneBits, arrivals: LaneBits) {
    let present = LaneMath.numbers(stock)
    let expected = present * hazard[t]
    let isLarge = LaneMath.above(expected, Lanes(repeating: KatzCounts.largest))
    let (nobody, somebody) = LaneMath.survival(LaneMath.select(isLarge, .zero, expected))
    var residents = KatzCounts(tail: somebody, none: nobody, a: present * ratio[t], b: -ratio[t]).counts(at: stream.nextUniform())
    if LaneMath.isAny(isLarge) {
      drawLarge(isLarge, stock, LaneMath.survival(hazard[t]).leaves, period: t, part: part, into: &residents)
    }
    let uniform = stream.nextUniform()
    let new = LaneMath.numbers(admitted)
    // Never more likely than this that anybody leaves again: mostly it spares the rest.
    guard LaneMath.isAny(LaneMath.above(new * arrivalChance[t], uniform)) else { return (residents, .zero) }
    return (residents, leavingAgain(admitted, uniform, period: t, part: part))
  }

  private func leavingAgain(_ admitted: LaneBits, _ uniform: Lanes, period t: Int, part: Part) -> LaneBits {
    let (new, chance) = (LaneMath.numbers(admitted), arrivalChance[t])
    let expected = -new * LaneMath.logOnePlus(-chance)
    let isLarge = LaneMath.above(expected, Lanes(repeating: KatzCounts.largest))
    let (nobody, somebody) = LaneMath.survival(LaneMath.select(isLarge, .zero, expected))
    let odds = chance / (1 - chance)
    var leavers = KatzCounts(tail: somebody, none: nobody, a: new * odds, b: -odds).counts(at: uniform)
    if LaneMath.isAny(isLarge) { drawLarge(isLarge, admitted, chance, period: t + 1000, part: part, into: &leavers) }
    return leavers
  }

  /// Binomial counts of lanes that inversion cannot draw, one by one.
  private func drawLarge(
    _ isLarge: LaneBits, _ trials: LaneBits, _ chances: Lanes, period: Int, part: Part, into counts: inout LaneBits
  ) {
    for lane in 0..<CountWorker.lanes where isLarge[lane] != 0 {
      var stream = part.stream(lane: lane, 10_000 + UInt64(period))
      counts[lane] = Int32(stream.nextBinomial(Int(trials[lane]), min(1, Double(chances[lane]))))
    }
  }

  /// How many of the leavers go home: of one, two or three by the binomial's upper tails, of more one by one.
  @inline(__always)
  func homecomings(of leavers: LaneBits, period t: Int, stream: inout LaneStream) -> LaneBits {
    let share = share[t]
    let (rest, square, one) = (1 - share, share * share, Lanes(repeating: 1))
    let uniform = stream.nextUniform()
    let (isOne, isTwo, isThree) = (LaneMath.above(leavers, 0), LaneMath.above(leavers, 1), LaneMath.above(leavers, 2))
    let anyHome = 1 - rest * LaneMath.select(isTwo, rest * LaneMath.select(isThree, rest, one), one)
    let twoHome = square * LaneMath.select(isThree, 3 - (share + share), one)
    var home = LaneBits.zero &- (LaneMath.above(anyHome, uniform) & isOne)
    home = home &- (LaneMath.above(twoHome, uniform) & isTwo)
    home = home &- (LaneMath.above(square * share, uniform) & isThree)
    var number: Int32 = 3
    var isMore = LaneMath.above(leavers, number)
    while LaneMath.isAny(isMore) {
      home = home &- (isMore & LaneMath.above(share, stream.nextUniform()))
      number += 1
      isMore = LaneMath.above(leavers, number)
    }
    return home
  }

  /// Days that the period's arrivals add, less those that its leavers take, counted in whole days as `PathWorker` does.
  ///
  /// - Parameters:
  ///   - stayed: who came and stayed to the period's end.
  ///   - left: who was there and left.
  ///   - both: who came and left again.
  ///   - length: days of the period.
  @inline(__always)
  func days(
    stayed: LaneBits, left: LaneBits, both: LaneBits, period t: Int, length: Float, stream: inout LaneStream, part: Part
  ) -> LaneBits {
    var sum = LaneBits.zero
    var number: Int32 = 0
    var (comes, goes) = (LaneMath.above(stayed, 0), LaneMath.above(left, 0))
    let last = Lanes(repeating: length - 1)
    let isSmall = !LaneMath.isAny(LaneMath.above(hazard[t], Lanes(repeating: Self.small)))
    let chance = LaneMath.survival(hazard[t]).leaves * 0.999_999_9
    while LaneMath.isAny(comes | goes) {
      // The time from an arrival who stays to the end is distributed as the time from the start to a leaver's end.
      let arrival = (1 - elapsed(t, chance * stream.nextUniform(), isSmall)) * length
      let departure = elapsed(t, chance * stream.nextUniform(), isSmall) * length
      let added = Int32(length) &- LaneMath.wholePart(LaneMath.smaller(LaneMath.larger(arrival, .zero), last))
      let taken = Int32(length) &- LaneMath.wholePart(LaneMath.smaller(LaneMath.larger(departure, .zero), last))
      sum = sum &+ (added & comes) &- (taken & goes)
      number += 1
      (comes, goes) = (LaneMath.above(stayed, number), LaneMath.above(left, number))
    }
    return LaneMath.isAny(LaneMath.above(both, 0)) ? sum &+ passing(both, period: t, length: length, part: part) : sum
  }

  /// Share of the period that has passed when one who leaves does so: an exponential at its distribution function's value.
  @inline(__always)
  private func elapsed(_ t: Int, _ p: Lanes, _ isSmall: Bool) -> Lanes {
    guard isSmall else { return -LaneMath.logOnePlus(-p) / hazard[t] }
    let square = p * p
    return p * (LaneMath.line(p, 0.5, 1) + square * (LaneMath.line(p, 0.25, 1.0 / 3) + square * 0.2)) / hazard[t]
  }

  /// Days from arriving to leaving of those who do both: the gap has density ∝ (1 − g) e^−λg, the arrival is uniform before it.
  private func passing(_ both: LaneBits, period t: Int, length: Float, part: Part) -> LaneBits {
    var sum = LaneBits.zero
    let days = Double(length)
    for lane in 0..<CountWorker.lanes where both[lane] > 0 {
      var stream = part.stream(lane: lane, 20_000 + UInt64(t))
      let hazard = Double(hazard[t][lane])
      let chance = -expm1(-hazard)
      for _ in 0..<both[lane] {
        var gap = 1.0
        repeat { gap = -log1p(-stream.nextUniform() * chance) / hazard } while stream.nextUniform() >= 1 - gap
        let arrival = stream.nextUniform() * (1 - gap)
        sum[lane] += Int32(min(days - 1, (arrival + gap) * days)) - Int32(min(days - 1, arrival * days))
      }
    }
    return sum
  }
}
