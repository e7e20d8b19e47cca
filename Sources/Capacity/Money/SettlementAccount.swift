extension RuleSet.Settlement {
  /// What of a year's result stays on the account: the part inside the band; the rest is settled.
  func kept(_ result: Amount, basis: Amount) -> Amount {
    let most = (basis * band).magnitude
    return min(max(result, -most), most)
  }

  /// The same for models: what of a year's result later tariffs pay back (above zero) or collect, in kroner.
  public func settled(_ result: Double, basis: Double) -> Double {
    let most = abs(basis) * band.value
    return result - min(max(result, -most), most)
  }
}

/// The account (konto) on which an offer's results wait, year by year, and what of them moves later tariffs.
///
/// R(t) = income − costs + what was settled for t − lag (which the year's tariff already paid back or collected). Of R(t) the part
/// inside the band stays on the account; the rest is settled through the tariff of t + lag. What is kept covers later results of the
/// other sign, the oldest first; a surplus that nobody used within the limit is settled, too. So each krone is settled once or kept:
/// Σ R = Σ settled + account.
/// Source: DOMAIN formulas of the Nordjylland agreement ("Håndtering af overskud"); that deficits inside the band wait without a limit
/// is a reading, the agreement states one for surpluses alone.
public struct SettlementAccount: Hashable, Sendable {
  /// One year closed.
  public struct Year: Hashable, Sendable {
    public let year: Int
    /// R(t): above zero a surplus.
    public let arisen: Amount
    /// Of R(t), what stays on the account.
    public let kept: Amount
    /// Older surplus whose time was over.
    public let expired: Amount
    /// R(t) outside the band + expired: paid back (above zero) or collected by the tariff of `dueYear`.
    public let settled: Amount
    public let dueYear: Int
    /// What stays on the account at the year's end.
    public let balance: Amount
  }

  private struct Entry: Hashable, Sendable {
    let year: Int
    var amount: Amount
  }

  public let rules: RuleSet.Settlement
  /// Oldest first, all of one sign.
  private var entries: [Entry] = []
  public private(set) var years: [Year] = []

  /// - Parameters:
  ///   - opening: on the account before the first year that is closed.
  ///   - openingYear: in which it arose.
  public init(rules: RuleSet.Settlement, opening: Amount = .zero, openingYear: Int = 0) {
    self.rules = rules
    if opening != .zero { entries = [Entry(year: openingYear, amount: opening)] }
  }

  public var balance: Amount { entries.map(\.amount).sum }

  /// What the tariff of a year has to pay back (above zero) or collect.
  public func due(in year: Int) -> Amount { years.filter { $0.dueYear == year }.map(\.settled).sum }

  /// Closes a year.
  /// - Parameters:
  ///   - income: with what the year's tariff collected or paid back for earlier ones.
  ///   - basis: the tariff's cost basis, of which the band is a share.
  ///   - year: after those closed before.
  @discardableResult
  public mutating func close(_ year: Int, income: Amount, costs: Amount, basis: Amount) -> Year {
    precondition(years.last.map { $0.year < year } ?? true, "years are closed in their order")
    let arisen = income - costs + due(in: year)
    let kept = rules.kept(arisen, basis: basis)
    keep(kept, year)
    let expired = expire(at: year)
    let settled = arisen - kept + expired
    let closed = Year(
      year: year, arisen: arisen, kept: kept, expired: expired, settled: settled, dueYear: year + rules.lagYears, balance: balance)
    years.append(closed)
    return closed
  }

  /// Spends what is on the account for efficiency or quality, the oldest first.
  /// - Returns: what was there to spend, at most the amount.
  public mutating func use(_ amount: Amount) -> Amount {
    precondition(amount >= .zero, "only amounts above zero are spent")
    let before = balance
    guard before > .zero else { return .zero }
    keep(-min(amount, before), entries.last?.year ?? 0)
    return before - balance
  }

  /// Nets an amount against older ones of the other sign; what is left is added.
  private mutating func keep(_ amount: Amount, _ year: Int) {
    var left = amount
    while let oldest = entries.first, left != .zero, (oldest.amount > .zero) != (left > .zero) {
      let sum = oldest.amount + left
      if sum == .zero || (sum > .zero) == (left > .zero) {
        entries.removeFirst()
        left = sum
      } else {
        entries[0].amount = sum
        left = .zero
      }
    }
    if left != .zero { entries.append(Entry(year: year, amount: left)) }
  }

  private mutating func expire(at year: Int) -> Amount {
    guard let limit = rules.useWithinYears else { return .zero }
    let old = entries.filter { $0.amount > .zero && year - $0.year >= limit }
    entries.removeAll { $0.amount > .zero && year - $0.year >= limit }
    return old.map(\.amount).sum
  }
}
