import Glibc
public import Placements
import Scenarios

/// Income and costs of one offer along each path, summed over calendar years.
///
/// With x the citizens served, D the paid days and p the price of a day: income = p · D. Costs are those of the reference year, moved
/// by the change of the places in proportion (a plan's own change of places changes the budget; a cut takes empty places first), and by the weights of the cost
/// behaviour on p · (D − the days for which the costs were held). A future year's budget is the reference year's, so that what leaves
/// the tolerance is what the change of the citizens does to it, not how well the costs were held before.
/// Doubles: amounts of millions have their øre with room to spare. They are rounded where they are printed.
public struct ResultWatch: Sendable {
  /// Sums of one year, a number a path.
  private struct Year: Sendable {
    var periods = 0
    var result: [Double]
    var costs: [Double]
    /// Income above that of the reference days.
    var incomeChange: [Double]
    /// Of it, what is paid under notice for places that nobody occupies.
    var noticePay: [Double]
    var budget = 0.0
    /// By how much a scenario moves the budget; empty where it does not.
    var budgetShift: [Double] = []
    var referenceIncome = 0.0
    /// For which the tariff is made.
    var referenceDays = 0.0
    /// Paid days on average over the paths.
    var expectedDays = 0.0

    func budget(of path: Int) -> Double { budgetShift.isEmpty ? budget : budget + budgetShift[path] }

    /// Expected over the paths.
    var basis: Double { budgetShift.isEmpty ? budget : budget + budgetShift.reduce(0, +) / Double(budgetShift.count) }
  }

  private let economics: OfferEconomics
  /// Places that the costs were held with; the newest ones known before the first period where those are unknown.
  private let reference: Double?
  private let weights: [Double]
  private let adjustment: RuleSet.Adjustment?
  private let settlement: RuleSet.Settlement?
  private let tariffRules: RuleSet.Tariff
  /// What the scenario makes of price, costs and budget; nil where it leaves them.
  private let levers: MoneyLevers?
  private let length: PeriodLength
  private let paths: Int
  /// Citizens served above those that the costs were held for, the latest period first.
  private var deviations: [[Double]]
  private var years: [Int: Year] = [:]

  /// - Parameters:
  ///   - levers: a scenario's, of the offer; nil for none.
  ///   - past: mean citizens of the observed periods with the places of their time, the latest first; those that are missing count
  ///   as the earliest one known.
  public init(
    economics: OfferEconomics, behaviour: CostBehaviour, rules: RuleSet, length: PeriodLength, paths: Int,
    past: [(citizens: Double, places: Double?)], levers: MoneyLevers? = nil
  ) {
    self.economics = economics
    let reference = economics.places.flatMap { $0 > 0 ? $0 : nil } ?? past.lazy.compactMap(\.places).first { $0 > 0 }
    self.reference = reference
    self.length = length
    self.paths = paths
    weights = behaviour.weights(rules, months: length.months)
    adjustment = rules.adjustment
    settlement = rules.settlement
    tariffRules = rules.tariff
    self.levers = levers
    deviations = past.prefix(weights.count).map { own in
      [Double](repeating: own.citizens - economics.citizens(with: own.places, of: reference), count: paths)
    }
  }

  private static func ratio(_ places: Double?, _ reference: Double?) -> Double {
    guard let places else { return 1 }
    // An offer without places has no budget, whatever it had before.
    guard let reference else { return places > 0 ? 1 : 0 }
    return places / reference
  }

  /// Takes one period more.
  /// - Parameters:
  ///   - citizens: served on average, by path.
  ///   - places: standard places on average for which the costs are held; nil where unknown.
  ///   - paidEmpty: empty places that payers still pay for under notice, by path; nil for none.
  ///   - early: citizens to whose leaving costs have adapted beyond the schedule, since it was announced, by path; nil for none.
  ///   - accounted: what the accounts of the period say it cost; nil where it is reckoned.
  ///   - rent: kroner that the period costs besides, whoever lives there; in its budget, too.
  public mutating func observe(
    _ citizens: [Double], in period: Period, places: Double?, paidEmpty: [Double]? = nil, early: [Double]? = nil, accounted: Double? = nil,
    rent: Double = 0
  ) {
    let year = period.enclosing(.year)
    let (days, ratio) = (Double(period.days), Self.ratio(places, self.reference))
    let budget = economics.costs * ratio * days / Double(year.days)
    let reference = economics.citizens(with: places, of: self.reference)
    let daily = economics.price * economics.paidShare * days
    deviations.insert(citizens.map { $0 - reference }, at: 0)
    if deviations.count > weights.count + 1 { deviations.removeLast() }
    var costs = [Double](repeating: accounted ?? budget, count: paths)
    if accounted == nil {
      for (lag, weight) in weights.enumerated() { Self.add(deviations[min(lag, deviations.count - 1)], times: daily * weight, to: &costs) }
      if let early { Self.add(early, times: -daily, to: &costs) }
    }
    let factors = levers?.factors(in: period)
    if let factors { for path in costs.indices { costs[path] *= factors[path].costs } }
    if rent != 0 { for path in costs.indices { costs[path] += rent } }
    let prices = factors.map { $0.map(\.price) }
    // Taken out of the dictionary, so that adding does not copy.
    var sums = years.removeValue(forKey: year.year) ?? Year(result: zeros, costs: zeros, incomeChange: zeros, noticePay: zeros)
    Self.add(costs, times: 1, to: &sums.costs)
    if let factors {
      if sums.budgetShift.isEmpty { sums.budgetShift = zeros }
      for path in factors.indices { sums.budgetShift[path] += budget * (factors[path].budget - 1) }
    }
    Self.add(Self.product(deviations[0], prices), times: daily, to: &sums.incomeChange)
    Self.add(Self.product(citizens, prices), times: daily, to: &sums.result)
    Self.add(costs, times: -1, to: &sums.result)
    if let empty = paidEmpty {
      let paidEmpty = Self.product(empty, prices)
      Self.add(paidEmpty, times: daily, to: &sums.result)
      Self.add(paidEmpty, times: daily, to: &sums.incomeChange)
      Self.add(paidEmpty, times: daily, to: &sums.noticePay)
    }
    sums.periods += 1
    sums.budget += budget + rent
    let mean = prices.map { $0.reduce(0, +) / Double(paths) } ?? 1
    sums.referenceIncome += daily * reference * mean
    sums.referenceDays += economics.paidShare * days * reference
    sums.expectedDays += economics.paidShare * days * citizens.reduce(0, +) / Double(paths)
    years[year.year] = sums
  }

  private static func product(_ values: [Double], _ factors: [Double]?) -> [Double] {
    factors.map { zip(values, $0).map { $0 * $1 } } ?? values
  }

  private static func add(_ values: [Double], times factor: Double, to sums: inout [Double]) {
    for path in sums.indices { sums[path] += factor * values[path] }
  }

  private var zeros: [Double] { [Double](repeating: 0, count: paths) }

  /// Takes it that costs have followed everything before: places and staff are adapted. For the period from which on places are others.
  public mutating func adapt() { deviations = [] }

  /// What was taken of a calendar year, by path.
  public struct Sums: Sendable {
    /// Kroner, with what is paid under notice.
    public let income: [Double]
    public let costs: [Double]
    /// Costs that do not fall with the income that stays away: result = reference income − budget − idle. Below zero where more
    /// citizens bring more than they cost.
    public let idle: [Double]
    /// Costs that the tariff is made for.
    public let basis: Double
    /// Paid days that the tariff is made for.
    public let referenceDays: Double
    public let periods: Int
  }

  /// Calendar years of which any period was taken, sorted.
  public var allYears: [Int] { years.keys.sorted() }

  /// Nil for a year of which no period was taken.
  public func sums(in year: Int) -> Sums? {
    years[year].map { own in
      Sums(
        income: zip(own.result, own.costs).map { $0 + $1 }, costs: own.costs,
        idle: own.costs.indices.map { own.costs[$0] - own.budget(of: $0) - own.incomeChange[$0] }, basis: own.basis, referenceDays: own.referenceDays,
        periods: own.periods)
    }
  }

  /// What settlement may raise the tariff of a year by at most, kroner a day; nil for no bound.
  public func mostRise(due year: Int) -> Double? { TariffGrowth.most(tariffRules, from: economics.priceYear, to: year).map { economics.price * $0 } }

  /// Calendar years of which every period was taken.
  public var wholeYears: [Int] { years.filter { $0.value.periods == length.perYear }.keys.sorted() }

  /// Income − costs, kroner, by path; before what later tariffs settle. Nil for a year that is not whole.
  public func results(in year: Int) -> [Double]? { wholeYear(year)?.result }

  /// The share of the paths whose costs deviate from the adjusted budget by more than allowed; nil without such rules.
  public func shareOutsideTolerance(in year: Int) -> Double? {
    guard let sums = wholeYear(year), let adjustment, let tolerance = adjustment.tolerance?.value else { return nil }
    let outside = (0..<paths).count { path in
      // Budgets follow occupied days.
      let occupied = sums.incomeChange[path] - sums.noticePay[path]
      let change: Double =
        switch adjustment.base {
        case .tariff: occupied
        case .cost: sums.referenceIncome == 0 ? 0 : sums.budget(of: path) * occupied / sums.referenceIncome
        }
      let revised = sums.budget(of: path) + adjustment.share.value * change
      // A costs' deviation of exactly the tolerance is allowed; sums of doubles reach it within their last digits.
      return abs(sums.costs[path] - revised) > tolerance * abs(revised) + 1e-9 * abs(sums.budget(of: path))
    }
    return Double(outside) / Double(paths)
  }

  /// The share of the paths whose costs deviate by more than allowed from a budget that was given; nil without such rules or for a year
  /// that is not whole.
  /// - Parameters:
  ///   - budget: kroner at the price level of the economics, above 0.
  ///   - days: paid days that the budget was made for, above 0: it is adjusted for those that are more or fewer (DOMAIN.md section 1.6). Nil
  ///     where the budget stands whatever the days.
  public func shareOutsideTolerance(in year: Int, budget: Double, for days: Double? = nil) -> Double? {
    guard let sums = wholeYear(year), let adjustment, let tolerance = adjustment.tolerance?.value else { return nil }
    let outside = (0..<paths).count { path in
      let change = days.map { sums.incomeChange[path] - sums.noticePay[path] + sums.referenceIncome - economics.price * $0 } ?? 0
      let adjusted =
        switch adjustment.base {
        case .tariff: adjustment.share.value * change
        case .cost: days.map { adjustment.share.value * budget * change / (economics.price * $0) } ?? 0
        }
      let revised = budget + adjusted
      return abs(sums.costs[path] - revised) > tolerance * abs(revised) + 1e-9 * budget
    }
    return Double(outside) / Double(paths)
  }

  /// Paid days that a tariff of the year can count on: their mean over the paths, of the last whole year before it where that one is
  /// not whole. Nil before the first whole year.
  public func expectedDays(for year: Int) -> Double? { wholeYears.last { $0 <= year }.flatMap { years[$0]?.expectedDays } }

  /// What the year's result changes a later tariff by, kroner a day, by path: what lies outside the band, over the days that are
  /// expected in the year when it is due; above zero for a deficit. In a path with fewer days than expected less of it comes in, which
  /// is part of that year's result. What the account covers or lets expire is not in it, nor what the rule set's bound on growth, counted
  /// from the year of today's price, keeps out of the tariff. Nil without settlement or days.
  public func tariffChanges(in year: Int) -> [Double]? {
    guard let sums = wholeYear(year), let settlement, let days = expectedDays(for: year + settlement.lagYears), days > 0 else { return nil }
    let most = mostRise(due: year + settlement.lagYears) ?? .infinity
    return sums.result.map { min(-settlement.settled($0, basis: sums.basis) / days, most) }
  }

  private func wholeYear(_ year: Int) -> Year? { years[year].flatMap { $0.periods == length.perYear ? $0 : nil } }
}
