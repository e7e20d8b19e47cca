import Glibc
import Placements
import Probability

/// Citizens whom a plan's decisions move; others are followed without looking for any.
extension PathWorker {
  /// A citizen's clocks: each uniform number is what is left of its own from `since` on.
  private struct Clocks {
    var since: Double
    var home: Double
    var other: Double
    var move: Double
    var age: Double
  }

  /// As `follow`, on the same numbers, for citizens whom decisions may move.
  mutating func followThroughDecisions(_ spell: inout Spell) {
    var number: UInt64 = 0
    var reached: UInt64 = 0
    if spell.entry == .admission, !divert(&spell, &reached) { return }
    while true {
      var clocks = Clocks(
        since: spell.start, home: CounterStream.uniform(key: spell.key, number), other: CounterStream.uniform(key: spell.key, number + 1),
        move: CounterStream.uniform(key: spell.key, number + 2), age: CounterStream.uniform(key: spell.key, number + Self.ageOutClock))
      if hasTraits {
        clocks.home = rates.scaled(clocks.home, .homecoming, profile: spell.profile)
        clocks.other = rates.scaled(clocks.other, .otherExit, profile: spell.profile)
      }
      expire(clocks, &spell)
      guard leaveByDecision(&spell, &clocks, &reached) else { return }
      spells.append(spell)
      guard spell.cause == .move else { return }
      let destination = simulator.destinations.destination(
        from: Int(spell.stratum), draw: draw, uniform: CounterStream.uniform(key: spell.key, number + 3))
      spell.stratum = Int32(destination)
      spell.offer = offer(in: destination, at: spell.end, uniform: CounterStream.uniform(key: spell.key, number + 4))
      spell.entry = .move
      spell.start = spell.end
      reached = 0
      guard divert(&spell, &reached) else { return leaveInstead() }
      number += 5
    }
  }

  /// When and how a spell ends by its clocks alone.
  private mutating func expire(_ clocks: Clocks, _ spell: inout Spell) {
    let stratum = Int(spell.stratum)
    let at = period(at: spell.start)
    spell.end = .infinity
    spell.cause = .stays
    consider(.homecoming, .homecoming, clocks.home, at: at, spell: &spell)
    consider(.otherExit, .otherExit, clocks.other, at: at, spell: &spell)
    if moves[stratum] { consider(.transfer, .move, clocks.move, at: at, spell: &spell) }
    if agesOutByAge[stratum], spell.birthYear != 0 {
      considerAge(clocks.age, spell: &spell)
    } else if agesOut[stratum] {
      consider(.ageOut, .ageOut, clocks.age, at: at, spell: &spell)
    }
  }

  /// The clocks of a citizen who has been in the spell's stratum since they began and is there until `time`.
  private func remaining(_ clocks: Clocks, _ spell: Spell, until time: Double) -> Clocks {
    let stratum = Int(spell.stratum)
    func left(_ uniform: Double, _ row: RateBook.Row) -> Double {
      let passed = rates.book(row, stratum).amount(
        row, stratum, from: clocks.since, to: time, admitted: spell.admitted, factors: rates.tenure(row, stratum), periodOfDay: periodOfDay)
      return min(uniform * exp(passed), 1.0.nextDown)
    }
    var rest = clocks
    rest.since = time
    rest.home = left(clocks.home, .homecoming)
    rest.other = left(clocks.other, .otherExit)
    if moves[stratum] { rest.move = left(clocks.move, .transfer) }
    if agesOutByAge[stratum], spell.birthYear != 0 {
      let passed = simulator.ageLimits?.amount(
        area: simulator.areaOfStratum[stratum], draw: draw, birthYear: Int(spell.birthYear), from: clocks.since, to: time)
      rest.age = min(clocks.age * exp(passed ?? 0), 1.0.nextDown)
    } else if agesOut[stratum] {
      rest.age = left(clocks.age, .ageOut)
    }
    return rest
  }

  /// Lets decisions and closing offers move a citizen until the spell ends by itself. False when the citizen has left.
  private mutating func leaveByDecision(_ spell: inout Spell, _ clocks: inout Clocks, _ reached: inout UInt64) -> Bool {
    while true {
      var first = min(spell.end, endOfTime)
      var decision: Int?
      for index in decisions where reached & (1 << UInt64(index)) == 0 {
        let time = current.moves.time(index, spell, draw: draw)
        if time < first { (first, decision) = (time, index) }
      }
      let closing = tracksOffers && spell.offer >= 0 ? max(current.closing[Int(spell.offer)], spell.start) : .infinity
      guard decision != nil || closing < first else { return true }
      var before = spell
      before.end = min(first, closing)
      let next: (stratum: Int, offer: Int32)?
      if closing < first {
        let lot = RandomStream.uniform(seed: simulator.seed, spell.key, UInt64(spell.offer) &+ 1, 29)
        let found = refuge(from: Int(spell.stratum), at: closing, uniform: lot)
        next = found.offer < 0 ? nil : found
      } else {
        guard let decision else { return true }
        reached |= 1 << UInt64(decision)
        next = destination(of: decision, spell, at: first)
      }
      before.cause = next == nil ? .otherExit : .move
      spells.append(before)
      guard let next else { return false }
      settle(&spell, next, at: before.end, &clocks)
      guard divert(&spell, &reached) else {
        leaveInstead()
        return false
      }
    }
  }

  /// Begins a spell elsewhere. In another stratum the clocks run on at its rates.
  private mutating func settle(_ spell: inout Spell, _ next: (stratum: Int, offer: Int32), at time: Double, _ clocks: inout Clocks) {
    let before = spell
    spell.offer = next.offer
    spell.stratum = Int32(next.stratum)
    spell.entry = .move
    spell.start = time
    guard next.stratum != Int(before.stratum) else { return }
    clocks = remaining(clocks, before, until: time)
    expire(clocks, &spell)
  }

  /// Where a decision sends a citizen; nil for another supplier.
  private mutating func destination(of decision: Int, _ spell: Spell, at time: Double) -> (stratum: Int, offer: Int32)? {
    if current.moves.leaves(decision, spell, draw: draw) { return nil }
    let (chosen, lot) = current.moves.destination(decision, spell)
    guard let chosen else {
      let found = refuge(from: Int(spell.stratum), at: time, uniform: lot, besides: spell.offer)
      return found.offer < 0 ? nil : found
    }
    guard tracksOffers else { return (chosen.stratum, -1) }
    return (chosen.stratum, chosen.offer.map(Int32.init) ?? offer(in: chosen.stratum, at: time, uniform: lot))
  }

  /// Sends a citizen who comes at the spell's start another way where a decision says so. False for another supplier.
  private mutating func divert(_ spell: inout Spell, _ reached: inout UInt64) -> Bool {
    var isDone = false
    while !isDone {
      isDone = true
      for index in decisions where reached & (1 << UInt64(index)) == 0 && current.moves.diverts(index, spell, draw: draw) {
        reached |= 1 << UInt64(index)
        guard let next = destination(of: index, spell, at: spell.start) else { return false }
        (spell.stratum, spell.offer) = (Int32(next.stratum), next.offer)
        isDone = false
      }
    }
    return true
  }

  /// The last spell ends with its citizen leaving, not moving.
  private mutating func leaveInstead() { spells[spells.count - 1].cause = .otherExit }

  mutating func fillCompetitors() {
    // Lent, since whoever leaves is asked of this worker.
    var lent: [Spell] = []
    swap(&lent, &spells)
    for (index, own) in current.plan.competitors.enumerated() where own.municipality == municipality {
      var supply = CompetingSupply(own, share: current.competing[index][draw], seed: simulator.seed, endOfTime: endOfTime)
      supply.fill(&lent) { spell, time, other, age in self.leavingElsewhere(spell, from: time, other: other, age: age) }
    }
    swap(&lent, &spells)
  }

  /// When a citizen who lives elsewhere under the same rates leaves by another exit or at the age limit, whichever is first; infinite
  /// beyond the horizon. The clocks are the citizen's own, which have not run out yet; where they are not those of the stratum any more,
  /// since decisions or a closure moved the citizen, what is left of them is drawn.
  private mutating func leavingElsewhere(_ spell: Spell, from time: Double, other: Double, age: Double) -> Double {
    let stratum = Int(spell.stratum)
    var elsewhere = spell
    elsewhere.end = .infinity
    let number = UInt64(spell.clock)
    let (otherClock, ageClock): (Double, Double)
    if decisions.isEmpty, !spell.clockStart.isNaN {
      elsewhere.start = spell.clockStart
      (otherClock, ageClock) = (CounterStream.uniform(key: spell.key, number + 1), CounterStream.uniform(key: spell.key, number + Self.ageOutClock))
    } else {
      (elsewhere.start, otherClock, ageClock) = (time, other, age)
    }
    let at = period(at: elsewhere.start)
    leave(.otherExit, .otherExit, hasTraits ? rates.scaled(otherClock, .otherExit, profile: spell.profile) : otherClock, number, at: at, spell: &elsewhere)
    if agesOutByAge[stratum], spell.birthYear != 0 {
      considerAge(ageClock, spell: &elsewhere)
    } else if agesOut[stratum] {
      leave(.ageOut, .ageOut, ageClock, number, at: at, spell: &elsewhere)
    }
    return elsewhere.end
  }
}
