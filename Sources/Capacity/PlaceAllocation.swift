/// The places of offers that can stand in for each other, and those who want one, along one future.
///
/// Whoever finds the offer asked for full is offered the free places of the others, then goes to another supplier or waits.
/// In every period and future: demand = served + waiting + left. Nobody is followed: those who go in a period (homecoming, discharge,
/// …) are as likely among those served, waiting and left. Amounts are citizens on average over a period, so that parts of one occur.
/// The order of the offers changes nothing beyond the last digits of sums.
public struct PlaceAllocation: Sendable {
  public struct Terms: Hashable, Sendable {
    /// Of those who newly lack a place, a share of 1 that goes to another supplier; the rest waits.
    public var leaveShare: Double
    /// Periods that a place stands empty before it is filled; at least 0.
    public var refill: Int
    /// Whether everybody is taken, if need be above the places.
    public var takesAll: Bool

    public init(leaveShare: Double, refill: Int, takesAll: Bool) {
      self.leaveShare = leaveShare
      self.refill = refill
      self.takesAll = takesAll
    }

    /// - Parameter months: of a period.
    public init(_ rules: RuleSet.Waiting, months: Int) {
      self.init(leaveShare: rules.leaveShare.value, refill: (rules.refill + months - 1) / months, takesAll: rules.duty == .always)
    }
  }

  public let count: Int
  private let terms: Terms
  /// `[asked · count + offered]`, zero on the diagonal.
  private let attraction: [Double]
  /// `[asked · count + at]`: who asked for an offer and lives at one.
  private var placed: [Double]
  /// Who asks for a place now, and which of them for the first time.
  private var seeking: [Double]
  private var fresh: [Double]
  private var free: [Double]
  /// The free places that can be taken now.
  private var usable: [Double]
  /// What stood free at the ends of the last periods, the latest first.
  private var idle: [[Double]]
  private var asked: [Double]
  private var open: [Double]
  /// Citizens whom the draws hold, and those of the first waiting list, whom they do not.
  private var simulated: [Double]
  private var listed: [Double]
  /// By offer asked for.
  public private(set) var waiting: [Double]
  public private(set) var left: [Double]
  /// Citizens who live there, whichever offer they asked for.
  public private(set) var served: [Double]

  /// - Parameters:
  ///   - attraction: `[asked · n + offered]`, at least 0: how often those of a full offer take another; zero for never.
  ///   - present: who lives there at the start, by offer.
  ///   - waiting: who waits for a place at the start.
  ///   - places: at the start, by offer.
  public init(attraction: [Double], present: [Double], waiting: [Double], places: [Double], terms: Terms) {
    let n = present.count
    precondition(attraction.count == n * n && waiting.count == n && places.count == n, "one number an offer, one weight a pair")
    count = n
    self.terms = terms
    var weights = attraction
    for i in 0..<n { weights[i * n + i] = 0 }
    self.attraction = weights
    let zeros = [Double](repeating: 0, count: n)
    (seeking, fresh, usable, asked, open, left) = (zeros, zeros, zeros, zeros, zeros, zeros)
    placed = [Double](repeating: 0, count: n * n)
    for i in 0..<n { placed[i * n + i] = present[i] }
    served = present
    simulated = present
    listed = waiting
    self.waiting = waiting
    free = zip(places, present).map { max(0, $0 - $1) }
    idle = [[Double]](repeating: free, count: terms.refill)
  }

  /// Those who want a place at an offer, wherever they are.
  public func demand(_ offer: Int) -> Double { simulated[offer] + listed[offer] }

  /// Takes one period.
  /// - Parameters:
  ///   - demand: citizens by offer if there were places for all.
  ///   - arrivals: who came to want one since the period before; those who went follow from both.
  ///   - places: by offer; infinite for no limit.
  public mutating func advance(demand: [Double], arrivals: [Double], places: [Double]) {
    for i in 0..<count { follow(i, demand: demand[i], arrivals: arrivals[i]) }
    for j in 0..<count { settle(j, places: places[j]) }
    for i in 0..<count { place(seeking[i], of: i, at: i, atMost: usable[i]) }
    for _ in 0...count where !offerOthers() { break }
    if terms.takesAll {
      for i in 0..<count { place(seeking[i], of: i, at: i, atMost: .infinity) }
    }
    turnAway()
    if terms.refill > 0 {
      idle.removeLast()
      idle.insert(free, at: 0)
    }
  }

  /// Who went and who came, of those who asked for an offer.
  private mutating func follow(_ i: Int, demand: Double, arrivals: Double) {
    let before = simulated[i]
    let gone = min(max(0, before + arrivals - demand), before)
    let come = max(0, demand - before + gone)
    let kept = before > 0 ? 1 - gone / before : 1
    for j in 0..<count {
      placed[i * count + j] *= kept
    }
    listed[i] *= kept
    waiting[i] *= kept
    left[i] *= kept
    simulated[i] = demand
    seeking[i] = waiting[i] + come
    fresh[i] = come
  }

  /// Counts an offer's free places; whom fewer places than before leave without one asks anew.
  private mutating func settle(_ j: Int, places: Double) {
    var living = 0.0
    for i in 0..<count { living += placed[i * count + j] }
    if living > places, !terms.takesAll {
      let staying = places / living
      for i in 0..<count {
        let moved = placed[i * count + j] * (1 - staying)
        placed[i * count + j] -= moved
        seeking[i] += moved
        fresh[i] += moved
      }
      living = places
    }
    served[j] = living
    free[j] = max(0, places - living)
    usable[j] = idle.reduce(free[j]) { min($0, $1[j]) }
  }

  private mutating func place(_ citizens: Double, of i: Int, at j: Int, atMost limit: Double) {
    let taken = min(citizens, limit)
    guard taken > 0 else { return }
    placed[i * count + j] += taken
    served[j] += taken
    seeking[i] = max(0, seeking[i] - taken)
    free[j] = max(0, free[j] - taken)
    usable[j] = max(0, usable[j] - taken)
  }

  /// One round: those without a place ask the others with free places by attraction, all at once; an offer that too many ask takes
  /// all in the same proportion. Whoever is refused asks again. False once nobody could be placed.
  private mutating func offerOthers() -> Bool {
    let n = count
    for j in 0..<n {
      open[j] = usable[j] > 1e-9 ? 1 : 0
      asked[j] = 0
    }
    for i in 0..<n where seeking[i] > 1e-9 {
      let scale = total(i)
      guard scale > 0 else { continue }
      for j in 0..<n { asked[j] += seeking[i] * attraction[i * n + j] * open[j] / scale }
    }
    guard asked.contains(where: { $0 > 0 }) else { return false }
    for j in 0..<n where asked[j] > 0 { asked[j] = min(1, usable[j] / asked[j]) }
    for i in 0..<n where seeking[i] > 1e-9 {
      let (scale, asking) = (total(i), seeking[i])
      guard scale > 0 else { continue }
      for j in 0..<n where open[j] > 0 {
        place(asking * attraction[i * n + j] / scale * asked[j], of: i, at: j, atMost: .infinity)
      }
    }
    return true
  }

  private func total(_ i: Int) -> Double {
    var sum = 0.0
    for j in 0..<count { sum += attraction[i * count + j] * open[j] }
    return sum
  }

  /// Of those who newly lack a place a share leaves, unless places stand ready for them after the time that filling takes.
  private mutating func turnAway() {
    var (lacking, coming) = (0.0, 0.0)
    for i in 0..<count {
      lacking += seeking[i]
      coming += free[i]
    }
    let without = lacking > 0 ? max(0, 1 - coming / lacking) : 0
    for i in 0..<count {
      let leaving = terms.leaveShare * without * min(fresh[i], seeking[i])
      left[i] += leaving
      waiting[i] = seeking[i] - leaving
    }
  }
}
