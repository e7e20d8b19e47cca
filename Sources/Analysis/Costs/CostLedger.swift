import Capacity

/// The settlement accounts of one offer along its paths, year by year; without a balance at the start.
struct CostLedger {
  /// By whole year, what of it later tariffs pay back (above zero) or collect, by path.
  private(set) var settled: [Int: [Amount]] = [:]
  private(set) var accounts: [SettlementAccount]

  struct Year {
    let year: Int
    /// At the price of a day alone, without what the year's tariff collects or pays back for earlier ones.
    let income: [Double]
    let costs: [Double]
    let basis: Double
  }

  /// - Parameter years: whole ones, in their order.
  init(_ rules: RuleSet.Settlement, years: [Year], paths: Int) {
    accounts = [SettlementAccount](repeating: SettlementAccount(rules: rules), count: paths)
    for year in years {
      let basis = Self.amount(year.basis)
      settled[year.year] = (0..<paths).map { path in
        let income = Self.amount(year.income[path]) - accounts[path].due(in: year.year)
        return accounts[path].close(year.year, income: income, costs: Self.amount(year.costs[path]), basis: basis).settled
      }
    }
  }

  /// What is left when no tariff comes any more: the balance and what was to be settled in later years; below zero a deficit.
  func rest(after year: Int) -> [Amount] {
    accounts.map { account in account.balance + account.years.filter { $0.dueYear > year }.map(\.settled).sum }
  }

  /// The nearest øre; what no offer can cost is held at the largest amount.
  static func amount(_ kroner: Double) -> Amount { Amount(kroner: min(max(kroner, -Amount.largest), Amount.largest)) ?? .zero }
}
