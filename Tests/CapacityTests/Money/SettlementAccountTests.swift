import Testing

@testable import Capacity

@Suite struct SettlementAccountTests {
  private let rules = RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: 2, useWithinYears: 5)
  private let basis = Amount(kroner: 8_000_000)

  /// Income of a year whose tariff pays back or collects what is due, for costs of the basis and a shock of its own.
  private func income(_ account: SettlementAccount, _ year: Int, shock: Amount = .zero) -> Amount { basis + shock - account.due(in: year) }

  /// The shock of one year moves one later tariff, once; after it nothing moves any more.
  @Test(arguments: [770_000, -770_000, 100_000, -399_999, 2_000_000]) func oneShockIsSettledOnceNotForEver(kroner: Int) {
    var account = SettlementAccount(rules: RuleSet.Settlement(band: rules.band, lagYears: 2, useWithinYears: nil))
    let shock = Amount(kroner: kroner)
    for year in 2020...2040 { account.close(year, income: income(account, year, shock: year == 2022 ? shock : .zero), costs: basis, basis: basis) }
    let band = Amount(kroner: 400_000)
    let kept = min(max(shock, -band), band)
    #expect(account.years.filter { $0.settled != .zero }.map(\.year) == (kept == shock ? [] : [2022]))
    #expect(account.due(in: 2024) == shock - kept && account.balance == kept)
    #expect(account.years.allSatisfy { $0.arisen == ($0.year == 2022 ? shock : .zero) })
  }

  /// A surplus kept inside the band is used within five years or settled, once.
  @Test func aSurplusThatNobodyUsedIsSettled() {
    var account = SettlementAccount(rules: rules)
    for year in 2020...2035 { account.close(year, income: income(account, year, shock: year == 2020 ? Amount(kroner: 300_000) : .zero), costs: basis, basis: basis) }
    #expect(account.years.filter { $0.expired != .zero }.map(\.year) == [2025])
    #expect(account.due(in: 2027) == Amount(kroner: 300_000) && account.balance == .zero)
  }

  @Test func aSurplusCoversALaterDeficitAndCanBeUsed() {
    var account = SettlementAccount(rules: rules)
    account.close(2020, income: basis + Amount(kroner: 300_000), costs: basis, basis: basis)
    account.close(2021, income: basis - Amount(kroner: 120_000), costs: basis, basis: basis)
    #expect(account.balance == Amount(kroner: 180_000))
    #expect(account.use(Amount(kroner: 100_000)) == Amount(kroner: 100_000))
    #expect(account.use(Amount(kroner: 100_000)) == Amount(kroner: 80_000))
    #expect(account.use(Amount(kroner: 1)) == .zero && account.balance == .zero)
  }

  /// The deficit covers the oldest surplus, so that what is left is the younger one, which expires later.
  @Test func theOldestGoesFirst() {
    var account = SettlementAccount(rules: rules)
    account.close(2020, income: basis + Amount(kroner: 200_000), costs: basis, basis: basis)
    account.close(2021, income: basis + Amount(kroner: 200_000), costs: basis, basis: basis)
    account.close(2022, income: basis - Amount(kroner: 250_000), costs: basis, basis: basis)
    for year in 2023...2026 { account.close(year, income: basis, costs: basis, basis: basis) }
    #expect(account.years.map(\.expired.kroner) == [0, 0, 0, 0, 0, 0, 150_000])
  }

  /// What is settled equals what arose: Σ R = Σ settled + what stays on the account, whatever comes, and R without later years' payments
  /// is the plain result.
  @Test func whatIsSettledEqualsWhatArose() {
    var random = Randomness(state: 5)
    for limit in [nil, 1, 5] {
      for lag in 1...3 {
        let opening = Amount(kroner: Int.random(in: -200_000...200_000, using: &random))
        var account = SettlementAccount(rules: RuleSet.Settlement(band: rules.band, lagYears: lag, useWithinYears: limit), opening: opening, openingYear: 2019)
        var own = Amount.zero
        for year in 2020...2060 {
          let shock = Amount(oere: Int128(Int.random(in: -90_000_000...90_000_000, using: &random)))
          let income = income(account, year, shock: shock)
          own += income - basis
          account.close(year, income: income, costs: basis, basis: basis)
          #expect(account.years.last?.arisen == shock)
          #expect(account.years.last.map { $0.kept.magnitude <= Amount(kroner: 400_000) } == true)
        }
        let settled = account.years.map(\.settled).sum
        #expect(account.years.map(\.arisen).sum + opening == settled + account.balance)
        // In cash: what the tariffs have not paid back yet is all that separates the results from the account.
        let waiting = account.years.filter { $0.dueYear > 2060 }.map(\.settled).sum
        #expect(own + opening == account.balance + waiting)
      }
    }
  }
}
