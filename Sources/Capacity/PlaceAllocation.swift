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
  /// All that changes, laid out as `AllocationCells` says: one block of memory, since a run goes through it a million times.
  private var cells: [Double]

  /// By offer asked for.
  public var waiting: [Double] { (0..<count).map(waiting(_:)) }
  public var left: [Double] { (0..<count).map(left(_:)) }
  /// Citizens who live there, whichever offer they asked for.
  public var served: [Double] { (0..<count).map(served(_:)) }

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
    var cells = [Double](repeating: 0, count: AllocationCells.size(n, refill: terms.refill))
    cells.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let own = AllocationCells(count: n, base: base)
      for i in 0..<n {
        own.placed[i * n + i] = present[i]
        own.served[i] = present[i]
        own.simulated[i] = present[i]
        own.listed[i] = waiting[i]
        own.waiting[i] = waiting[i]
        own.free[i] = max(0, places[i] - present[i])
        for back in 0..<terms.refill { own.idle[back * n + i] = own.free[i] }
      }
    }
    self.cells = cells
  }

  /// Those who want a place at an offer, wherever they are.
  public func demand(_ offer: Int) -> Double { cells[AllocationCells.start(.simulated, count) + offer] + cells[AllocationCells.start(.listed, count) + offer] }

  public func waiting(_ offer: Int) -> Double { cells[AllocationCells.start(.waiting, count) + offer] }
  public func left(_ offer: Int) -> Double { cells[AllocationCells.start(.left, count) + offer] }
  public func served(_ offer: Int) -> Double { cells[AllocationCells.start(.served, count) + offer] }

  /// Citizens who asked for one offer and live at one.
  public func placed(_ asked: Int, at offer: Int) -> Double { cells[asked * count + offer] }

  /// Takes one period.
  /// - Parameters:
  ///   - demand: citizens by offer if there were places for all.
  ///   - arrivals: who came to want one since the period before; those who went follow from both.
  ///   - places: by offer; infinite for no limit.
  public mutating func advance(demand: [Double], arrivals: [Double], places: [Double]) {
    let (count, terms, attraction) = (count, terms, attraction)
    precondition(demand.count == count && arrivals.count == count && places.count == count, "one number an offer")
    cells.withUnsafeMutableBufferPointer { buffer in
      attraction.withUnsafeBufferPointer { weights in
        guard let base = buffer.baseAddress, let weights = weights.baseAddress else { return }
        AllocationCells(count: count, base: base).advance(demand: demand, arrivals: arrivals, places: places, attraction: weights, terms: terms)
      }
    }
  }
}

/// The memory of an allocation: `placed` (`[asked · n + at]`), then the amounts by offer, then what stood free at the ends of the last
/// periods, the latest first.
private struct AllocationCells {
  enum Part: Int, CaseIterable {
    /// Who asks for a place now, and which of them for the first time.
    case seeking, fresh
    case free
    /// The free places that can be taken now.
    case usable
    case asked, open
    /// Citizens whom the draws hold, and those of the first waiting list, whom they do not.
    case simulated, listed
    case waiting, left, served
  }

  let count: Int
  private let base: UnsafeMutablePointer<Double>

  init(count: Int, base: UnsafeMutablePointer<Double>) {
    self.count = count
    self.base = base
  }

  static func size(_ n: Int, refill: Int) -> Int { n * n + (Part.allCases.count + refill) * n }
  static func start(_ part: Part, _ n: Int) -> Int { n * n + part.rawValue * n }

  private func part(_ part: Part) -> UnsafeMutablePointer<Double> { base + Self.start(part, count) }

  var placed: UnsafeMutablePointer<Double> { base }
  var seeking: UnsafeMutablePointer<Double> { part(.seeking) }
  var fresh: UnsafeMutablePointer<Double> { part(.fresh) }
  var free: UnsafeMutablePointer<Double> { part(.free) }
  var usable: UnsafeMutablePointer<Double> { part(.usable) }
  var asked: UnsafeMutablePointer<Double> { part(.asked) }
  var open: UnsafeMutablePointer<Double> { part(.open) }
  var simulated: UnsafeMutablePointer<Double> { part(.simulated) }
  var listed: UnsafeMutablePointer<Double> { part(.listed) }
  var waiting: UnsafeMutablePointer<Double> { part(.waiting) }
  var left: UnsafeMutablePointer<Double> { part(.left) }
  var served: UnsafeMutablePointer<Double> { part(.served) }
  var idle: UnsafeMutablePointer<Double> { base + Self.size(count, refill: 0) }

  func advance(
    demand: [Double], arrivals: [Double], places: [Double], attraction: UnsafePointer<Double>, terms: PlaceAllocation.Terms
  ) {
    for i in 0..<count { follow(i, demand: demand[i], arrivals: arrivals[i]) }
    for j in 0..<count { settle(j, places: places[j], terms) }
    for i in 0..<count { place(seeking[i], of: i, at: i, atMost: usable[i]) }
    for _ in 0...count where !offerOthers(attraction) { break }
    if terms.takesAll {
      for i in 0..<count { place(seeking[i], of: i, at: i, atMost: .infinity) }
    }
    turnAway(terms)
    guard terms.refill > 0 else { return }
    for back in (0..<(terms.refill - 1) * count).reversed() { idle[back + count] = idle[back] }
    for i in 0..<count { idle[i] = free[i] }
  }

  /// Who went and who came, of those who asked for an offer.
  private func follow(_ i: Int, demand: Double, arrivals: Double) {
    let before = simulated[i]
    let gone = min(max(0, before + arrivals - demand), before)
    let come = max(0, demand - before + gone)
    let kept = before > 0 ? 1 - gone / before : 1
    for j in 0..<count { placed[i * count + j] *= kept }
    listed[i] *= kept
    waiting[i] *= kept
    left[i] *= kept
    simulated[i] = demand
    seeking[i] = waiting[i] + come
    fresh[i] = come
  }

  /// Counts an offer's free places; whom fewer places than before leave without one asks anew.
  private func settle(_ j: Int, places: Double, _ terms: PlaceAllocation.Terms) {
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
    usable[j] = (0..<terms.refill).reduce(free[j]) { min($0, idle[$1 * count + j]) }
  }

  private func place(_ citizens: Double, of i: Int, at j: Int, atMost limit: Double) {
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
  private func offerOthers(_ attraction: UnsafePointer<Double>) -> Bool {
    let n = count
    for j in 0..<n {
      open[j] = usable[j] > 1e-9 ? 1 : 0
      asked[j] = 0
    }
    for i in 0..<n where seeking[i] > 1e-9 {
      let scale = total(i, attraction)
      guard scale > 0 else { continue }
      for j in 0..<n { asked[j] += seeking[i] * attraction[i * n + j] * open[j] / scale }
    }
    guard (0..<n).contains(where: { asked[$0] > 0 }) else { return false }
    for j in 0..<n where asked[j] > 0 { asked[j] = min(1, usable[j] / asked[j]) }
    for i in 0..<n where seeking[i] > 1e-9 {
      let (scale, asking) = (total(i, attraction), seeking[i])
      guard scale > 0 else { continue }
      for j in 0..<n where open[j] > 0 {
        place(asking * attraction[i * n + j] / scale * asked[j], of: i, at: j, atMost: .infinity)
      }
    }
    return true
  }

  private func total(_ i: Int, _ attraction: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for j in 0..<count { sum += attraction[i * count + j] * open[j] }
    return sum
  }

  /// Of those who newly lack a place a share leaves, unless places stand ready for them after the time that filling takes.
  private func turnAway(_ terms: PlaceAllocation.Terms) {
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
