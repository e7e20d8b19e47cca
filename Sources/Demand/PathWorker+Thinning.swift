import Probability

/// A plan's exits: those of the base that it keeps, and those that it has besides.
extension PathWorker {
  /// One way of leaving: by the base's clock, and where a plan changes the hazard by thinning it.
  @inline(__always)
  mutating func leave(_ row: RateBook.Row, _ cause: Spell.Cause, _ uniform: Double, _ number: UInt64, at period: Int, spell: inout Spell) {
    if rates.usesBase(row, Int(spell.stratum)) {
      consider(row, cause, uniform, at: period, spell: &spell)
    } else {
      thin(row, cause, uniform, stream: Self.thinning(row, number), at: period, spell: &spell)
    }
  }

  /// A citizen's exits at the base's hazard come one after another, each kept with the probability plan / base at most, and the exits that the
  /// plan's hazard has above the base's come besides; the first of either is the plan's. So most exits are the same in base and plan, in
  /// every month, where a clock inverted through another hazard would shift all of them. Lewis and Shedler, "Simulation of nonhomogeneous
  /// Poisson processes by thinning", Naval Research Logistics Quarterly 26 (1979).
  mutating func thin(_ row: RateBook.Row, _ cause: Spell.Cause, _ first: Double, stream: UInt64, at period: Int, spell: inout Spell) {
    let base = rates.book(row, Int(spell.stratum), inBase: true)
    var (start, at, uniform, mark) = (spell.start, period, first, stream + 1)
    while true {
      let end = crossing(base, row, spell, from: start, period: at, uniform: uniform)
      guard end < spell.end else { break }
      if isKept(row, spell, at: end, mark: mark) {
        spell.end = end
        spell.cause = cause
        break
      }
      (start, at) = (end, self.period(at: end))
      uniform = clock(row, spell, mark + 1)
      mark += 2
    }
    considerAbove(row, cause, stream: stream, spell: &spell)
  }

  @inline(__always)
  mutating func considerAbove(_ row: RateBook.Row, _ cause: Spell.Cause, stream: UInt64, spell: inout Spell) {
    guard let above = rates.above(row, Int(spell.stratum)) else { return }
    let end = crossing(above, row, spell, from: spell.start, period: period(at: spell.start), uniform: clock(row, spell, stream))
    guard end < spell.end else { return }
    spell.end = end
    spell.cause = cause
  }

  @inline(__always)
  mutating func isKept(_ row: RateBook.Row, _ spell: Spell, at time: Double, mark: UInt64) -> Bool {
    CounterStream.uniform(key: spell.key, mark) < rates.kept(row, Int(spell.stratum), in: period(at: time))
  }

  @inline(__always)
  mutating func clock(_ row: RateBook.Row, _ spell: Spell, _ number: UInt64) -> Double {
    let uniform = CounterStream.uniform(key: spell.key, number)
    return hasTraits ? rates.scaled(uniform, row, profile: spell.profile) : uniform
  }

  /// Numbers of one way of leaving a spell: the clock of what is above the base, then a mark and a clock for each exit that is not kept.
  @inline(__always)
  static func thinning(_ row: RateBook.Row, _ number: UInt64) -> UInt64 { 1 << 40 + UInt64(row.rawValue) << 36 + number << 12 }
}
