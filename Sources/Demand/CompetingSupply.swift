import Probability

/// One draw of a municipality's own offer, filled with those who would be in the region.
///
/// Those who come find a place or go on to the region; those who are to be taken home wait for one; and who is taken home by the fitted
/// rates takes one while there is any. A place is taken until its citizen's clocks of other exits and of the age limit run out, at the
/// rates of the stratum in the region: citizens who are home are not taken home again, and the region's transfers are not the municipality's.
struct CompetingSupply {
  private let offer: CompetingOffer
  private let share: Double
  private let seed: UInt64
  private let endOfTime: Double
  /// When the places that are taken become free.
  private var ends: [Double] = []
  private var waiting = 0
  private var diverted: Set<Int32> = []
  /// When citizens are taken home.
  private var taken: [Int32: Double] = [:]
  private(set) var mostTaken = 0

  init(_ offer: CompetingOffer, share: Double, seed: UInt64, endOfTime: Double) {
    self.offer = offer
    self.share = share
    self.seed = seed
    self.endOfTime = endOfTime
  }

  private enum Event: Int { case place, homecoming, newcomer, fitted }

  /// When a citizen who is where a spell says at a time leaves by other exits and age limits alone; the two uniform numbers are for clocks
  /// of which nothing is known then.
  typealias Leaving = (_ spell: Spell, _ time: Double, _ other: Double, _ age: Double) -> Double

  /// - Parameter spells: of one municipality, in the order in which citizens live through them.
  mutating func fill(_ spells: inout [Spell], leaving: Leaving) {
    var events: [(time: Double, event: Event, at: Int)] = []
    if offer.homecomings > 0 {
      for k in 1...offer.places { events.append((opening(k, of: offer.places), .place, k)) }
      for k in 1...offer.homecomings { events.append((opening(k, of: offer.homecomings), .homecoming, k)) }
    }
    for (at, spell) in spells.enumerated() where spell.cause == .homecoming && spell.end >= offer.opens && offer.strata[Int(spell.stratum)] {
      events.append((spell.end, .fitted, at))
    }
    for (at, spell) in spells.enumerated()
    where spell.entry == .admission && spell.start >= offer.opens && offer.strata[Int(spell.stratum)] && lot(spell, 51) < share {
      events.append((spell.start, .newcomer, at))
    }
    events.sort { ($0.time, $0.event.rawValue, $0.at) < ($1.time, $1.event.rawValue, $1.at) }
    for event in events where event.time < endOfTime {
      release(until: event.time, &spells, leaving)
      switch event.event {
      case .place: break
      case .homecoming: waiting += 1
      case .newcomer:
        if ends.count < open(at: event.time) { divert(spells[event.at], leaving) }
      case .fitted:
        let citizen = spells[event.at].citizen
        if ends.count < open(at: event.time), !diverted.contains(citizen), taken[citizen] == nil { settle(spells[event.at], at: event.time, leaving) }
      }
      takeHome(at: event.time, &spells, leaving)
      mostTaken = max(mostTaken, ends.count)
    }
    release(until: endOfTime.nextDown, &spells, leaving)
    guard !diverted.isEmpty || !taken.isEmpty else { return }
    spells.removeAll { spell in diverted.contains(spell.citizen) || taken[spell.citizen].map { spell.start > $0 } ?? false }
  }

  /// When the k-th of `count` comes.
  private func opening(_ k: Int, of count: Int) -> Double { offer.opens + offer.ramp * Double(k) / Double(count) }

  private func open(at time: Double) -> Int {
    guard time >= offer.opens else { return 0 }
    guard offer.ramp > 0, time < offer.opens + offer.ramp else { return offer.places }
    return Int(Double(offer.places) * (time - offer.opens) / offer.ramp + 1e-9)
  }

  /// Frees places in the order in which their citizens leave; each goes to who waits.
  private mutating func release(until time: Double, _ spells: inout [Spell], _ leaving: Leaving) {
    while let first = ends.min(), first <= time, let at = ends.firstIndex(of: first) {
      ends.remove(at: at)
      takeHome(at: first, &spells, leaving)
    }
  }

  private mutating func divert(_ spell: Spell, _ leaving: Leaving) {
    guard diverted.insert(spell.citizen).inserted else { return }
    settle(spell, at: spell.start, leaving)
  }

  /// Gives a citizen a place.
  private mutating func settle(_ spell: Spell, at time: Double, _ leaving: Leaving) {
    ends.append(leaving(spell, time, lot(spell, 55), lot(spell, 57)))
  }

  private mutating func takeHome(at time: Double, _ spells: inout [Spell], _ leaving: Leaving) {
    while waiting > 0, ends.count < open(at: time) {
      let present = spells.indices.filter { at in
        let spell = spells[at]
        return spell.start < time && spell.end > time && offer.strata[Int(spell.stratum)] && !diverted.contains(spell.citizen)
          && taken[spell.citizen] == nil
      }
      // With nobody to take home the place stays free until somebody comes.
      guard let chosen = present.min(by: { (lot(spells[$0], 53), $0) < (lot(spells[$1], 53), $1) }) else { return }
      waiting -= 1
      settle(spells[chosen], at: time, leaving)
      spells[chosen].end = time
      spells[chosen].cause = .homecoming
      taken[spells[chosen].citizen] = time
    }
  }

  private func lot(_ spell: Spell, _ number: UInt64) -> Double { RandomStream.uniform(seed: seed, spell.key, offer.key, number) }
}
