import Placements
import Probability

/// A plan's moves with their numbers of every draw.
final class PreparedMoves: Sendable {
  let moves: [CitizenMove]
  /// By municipality: the moves that reach it, in the plan's order.
  let ofMunicipality: [[Int]]
  /// `[move][draw]`.
  private let share: [[Double]]
  private let leave: [[Double]]
  /// `[move][offer]`; empty where any offer is reached.
  private let reachesOffer: [[Bool]]
  private let seed: UInt64

  init(_ moves: [CitizenMove], offers: Int, simulator: FlowSimulator) {
    precondition(moves.count <= CitizenMove.mostOfAPlan, "more than \(CitizenMove.mostOfAPlan) moves in a plan")
    let (draws, seed) = (simulator.draws, simulator.seed)
    self.moves = moves
    self.seed = seed
    ofMunicipality = simulator.panel.municipalities.indices.map { m in moves.indices.filter { moves[$0].municipalities[m] } }
    share = moves.map { move in (0..<draws).map { move.share.value(seed: seed, draw: $0) } }
    leave = moves.map { move in (0..<draws).map { move.leave.value(seed: seed, draw: $0) } }
    reachesOffer = moves.map { move in move.offers.map { own in (0..<offers).map(own.contains) } ?? [] }
  }

  private func covers(_ index: Int, _ spell: Spell) -> Bool {
    guard moves[index].strata[Int(spell.stratum)] else { return false }
    return moves[index].offers == nil || (spell.offer >= 0 && reachesOffer[index][Int(spell.offer)])
  }

  private func reaches(_ index: Int, _ spell: Spell, draw: Int) -> Bool {
    covers(index, spell) && lot(index, spell, 31) < share[index][draw]
  }

  private func lot(_ index: Int, _ spell: Spell, _ number: UInt64) -> Double {
    RandomStream.uniform(seed: seed, spell.key, moves[index].key, number)
  }

  /// When a move takes a citizen out of a spell; infinite where it does not.
  func time(_ index: Int, _ spell: Spell, draw: Int) -> Double {
    let move = moves[index]
    guard spell.start <= move.until, reaches(index, spell, draw: draw) else { return .infinity }
    let first = max(move.from, spell.start)
    return first == move.until ? first : first + lot(index, spell, 33) * (move.until - first)
  }

  /// Whether a move sends a citizen who comes at the spell's start another way.
  func diverts(_ index: Int, _ spell: Spell, draw: Int) -> Bool {
    moves[index].reachesArrivals && spell.start >= moves[index].from && reaches(index, spell, draw: draw)
  }

  func leaves(_ index: Int, _ spell: Spell, draw: Int) -> Bool { lot(index, spell, 35) < leave[index][draw] }

  /// Where a citizen goes; nil for the other offers of the stratum or area. With it a lot for the offer.
  func destination(_ index: Int, _ spell: Spell) -> (CitizenMove.Destination?, lot: Double) {
    let options = moves[index].destinations
    let choice = lot(index, spell, 39)
    guard options.count > 1 else { return (options.first, choice) }
    var rest = lot(index, spell, 41) * options.reduce(0) { $0 + $1.weight }
    for option in options {
      rest -= option.weight
      if rest < 0 { return (option, choice) }
    }
    return (options.last, choice)
  }
}
