import Probability

/// Admissions that come in jumps, as when courts place several people at once: events at a rate, each of some citizens.
///
/// Their clocks belong to the draw and the assumption, so that every scenario with the same assumption has the same events.
public struct AdmissionJumps: Sendable {
  /// One with flows and stock.
  public let stratum: Int
  /// Nil where any open offer of the stratum may take the citizens.
  public let offer: Int?
  /// By municipality: how likely a citizen is its, relative to the others.
  public let weights: [Double]
  /// Events a year.
  public let perYear: UncertainNumber
  /// Citizens of an event: drawn evenly between the ends for each, up or down to a whole number by lot.
  public let size: ClosedRange<Double>
  /// Days from the origin.
  public let from: Double
  public let until: Double
  public let key: UInt64

  public init(
    stratum: Int, offer: Int?, weights: [Double], perYear: UncertainNumber, size: ClosedRange<Double>, from: Double, until: Double, key: UInt64
  ) {
    precondition(weights.contains { $0 > 0 }, "jumps of nobody")
    self.stratum = stratum
    self.offer = offer
    self.weights = weights
    self.perYear = perYear
    self.size = size
    self.from = from
    self.until = until
    self.key = key
  }

  /// The same jumps where offers beside the panel's have other indices.
  public func renumbering(_ index: (Int) -> Int) -> AdmissionJumps {
    AdmissionJumps(
      stratum: stratum, offer: offer.map(index), weights: weights, perYear: perYear, size: size, from: from, until: until, key: key)
  }

  /// The citizens of all events in a draw.
  func entries(seed: UInt64, draw: Int, endOfTime: Double) -> [PlannedAdmission] {
    let rate = perYear.value(seed: seed, draw: draw) / FlowSimulator.daysPerYear
    guard rate > 0 else { return [] }
    let root = CounterStream.key(CounterStream.key(seed, key), UInt64(draw))
    let total = weights.reduce(0, +)
    var clocks = CounterStream(key: root)
    var entries: [PlannedAdmission] = []
    var time = from + clocks.nextExponential() / rate
    var number: UInt64 = 0
    while time < min(until, endOfTime) {
      var stream = CounterStream(key: CounterStream.key(root, number))
      let citizens = size.lowerBound + stream.nextUniform() * (size.upperBound - size.lowerBound)
      let whole = Int(citizens + stream.nextUniform())
      for member in 0..<UInt64(whole) {
        var rest = stream.nextUniform() * total
        let municipality = weights.firstIndex { weight in
          rest -= weight
          return weight > 0 && rest < 0
        }
        guard let payer = municipality ?? weights.lastIndex(where: { $0 > 0 }) else { continue }
        entries.append(
          PlannedAdmission(municipality: payer, stratum: stratum, offer: offer, time: time, key: CounterStream.key(CounterStream.key(key, number), member)))
      }
      number += 1
      time += clocks.nextExponential() / rate
    }
    return entries
  }
}
