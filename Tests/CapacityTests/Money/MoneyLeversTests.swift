import Demand
import Glibc
import Groundwork
import Placements
import Scenarios
import Testing

@testable import Capacity

/// A scenario's levers on one offer's money, against what an exact calculation gives.
@Suite struct MoneyLeversTests {
  private let own = Offer(id: "a", name: "A", area: "x", region: "", legalBasis: "SEL_107", kind: .residential)
  /// 20 places, 95 %, 3,000 kr., whose tariff pays its costs.
  private let economics = OfferEconomics(price: 3000, costs: 20_805_000, citizens: 19, places: 20, priceYear: 2026)
  private let first = Period(year: 2027, number: 1, length: .month)

  private func change(_ effect: MoneyChange.Effect, _ value: Double) -> MoneyChange {
    MoneyChange(effect: effect, value: .exact(value), strata: [own.stratum], offer: nil, periods: 0..<24, ramp: 0)
  }

  private func watch(_ changes: [MoneyChange], citizens: Double, rules: RuleSet = RuleSet(name: "x", title: Phrase("x")), behaviour: CostBehaviour = .unadapted) -> ResultWatch {
    let levers = MoneyLevers(changes, on: own, price: economics.price, from: first, periods: 24, draws: 2, seed: 1)
    var watch = ResultWatch(
      economics: economics, behaviour: behaviour, rules: rules, length: .month, paths: 2, past: [(citizens: citizens, places: 20)], levers: levers)
    for step in 0..<24 { watch.observe([citizens, citizens], in: first.advanced(by: step), places: 20) }
    return watch
  }

  private func sums(_ changes: [MoneyChange], citizens: Double = 16) throws -> (income: Double, costs: Double, idle: Double, basis: Double) {
    let sums = try #require(watch(changes, citizens: citizens).sums(in: 2027))
    return (sums.income[0], sums.costs[0], sums.idle[0], sums.basis)
  }

  private let year = 365 * 16 * 3000.0

  @Test func tariffsMoveIncomeAlone() throws {
    for (effect, value, price) in [(MoneyChange.Effect.tariffMultiply, 1.1, 3300.0), (.tariffAdd, -150, 2850), (.tariffSet, 3600, 3600)] {
      let own = try sums([change(effect, value)])
      #expect(abs(own.income - 365 * 16 * price) < 0.01)
      #expect(abs(own.costs - 20_805_000) < 0.01 && abs(own.basis - 20_805_000) < 0.01)
    }
  }

  /// Costs fall by what is saved; with the tariff all of the result shrinks alike.
  @Test(arguments: [0.0, 0.5, 1]) func savings(share: Double) throws {
    let own = try sums([change(.savings(tariffShare: share), 5)])
    #expect(abs(own.income - year * (1 - 0.05 * share)) < 0.01)
    #expect(abs(own.costs - 20_805_000 * 0.95) < 0.01 && abs(own.basis - 20_805_000 * 0.95) < 0.01)
  }

  /// A drift of 2 % a year: the mean over the months of 1.02^((month − ½)/12), by days.
  @Test func complexity() throws {
    let own = try sums([change(.complexity(tariffShare: 0), 2)])
    var expected = 0.0
    for step in 0..<12 { expected += 20_805_000 * Double(first.advanced(by: step).days) / 365 * pow(1.02, (Double(step) + 0.5) / 12) }
    #expect(abs(own.costs - expected) < 0.01)
    #expect(abs(own.income - year) < 0.01 && abs(own.basis - 20_805_000) < 0.01)
  }

  /// Changes compound, whatever their order for factors.
  @Test func changesCompound() throws {
    let own = try sums([change(.tariffMultiply, 1.1), change(.savings(tariffShare: 0), 10), change(.tariffMultiply, 0.9)])
    #expect(abs(own.income - year * 0.99) < 0.01 && abs(own.costs - 20_805_000 * 0.9) < 0.01)
  }

  /// result = reference income − budget − idle, at the scenario's own price and budget.
  @Test func idleCostsAreAgainstTheScenariosOwnBudget() throws {
    let own = try sums([change(.tariffMultiply, 1.1), change(.savings(tariffShare: 0), 10)])
    #expect(abs((own.income - own.costs) - (365 * 19 * 3300 - 20_805_000 * 0.9 - own.idle)) < 0.01)
    let none = try sums([])
    #expect(abs((none.income - none.costs) - (365 * 19 * 3000 - 20_805_000 - none.idle)) < 0.01)
  }

  /// A factor of 1 and a saving of nothing change no byte.
  @Test func whatChangesNothingChangesNothing() throws {
    let plain = try #require(watch([], citizens: 16, behaviour: .adaptationLag).sums(in: 2028))
    let changed = try #require(
      watch([change(.tariffMultiply, 1), change(.savings(tariffShare: 1), 0), change(.complexity(tariffShare: 1), 0)], citizens: 16, behaviour: .adaptationLag).sums(in: 2028))
    #expect(plain.income == changed.income && plain.costs == changed.costs && plain.idle == changed.idle && plain.basis == changed.basis)
  }

  /// A stop keeps a deficit out of the tariffs of its years alone; a surplus is paid back as ever.
  @Test func aTariffStopHoldsInItsYears() throws {
    var rules = RuleSet(name: "x", title: Phrase("x"))
    rules.settlement = RuleSet.Settlement(band: .zero, lagYears: 2)
    var changes = RuleChanges()
    changes.tariffStop = RuleChanges.TariffStop(years: 2029...2029, growth: 0)
    let stopped = rules.changed(by: changes)
    let free = watch([], citizens: 16, rules: rules)
    let bound = watch([], citizens: 16, rules: stopped)
    let most = try (#require(free.tariffChanges(in: 2027)?.first), #require(free.tariffChanges(in: 2028)?.first))
    #expect(most.0 > 0 && bound.tariffChanges(in: 2027)?.first == 0 && bound.tariffChanges(in: 2028)?.first == most.1)
    let surplus = try #require(watch([], citizens: 20, rules: rules).tariffChanges(in: 2027)?.first)
    #expect(surplus < 0 && watch([], citizens: 20, rules: stopped).tariffChanges(in: 2027)?.first == surplus)
  }

  @Test func otherRulesOfAScenario() {
    let rules = RuleSet(name: "x", title: Phrase("x"))
    var changes = RuleChanges()
    (changes.adaptationMonths, changes.noticeMonths) = (2, 4)
    let own = rules.changed(by: changes)
    #expect(own.adaptation.months == 2 && own.adaptation.fullMonths == 2 && own.notice == .currentMonthPlus(4))
    #expect(own.isAssumption(.adaptationMonths) && own.isAssumption(.noticeMonths) && rules.changed(by: RuleChanges()) == rules)
  }

  @Test func otherOffersAreLeftAlone() {
    let other = Offer(id: "b", name: "B", area: "y", region: "", legalBasis: "SEL_107", kind: .residential)
    #expect(MoneyLevers([change(.tariffMultiply, 2)], on: other, price: 3000, from: first, periods: 24, draws: 2, seed: 1) == nil)
  }

  /// A stop bounds the scenario's own tariffs, too: what they were before it, times its growth a year.
  @Test func aTariffStopHoldsBackTheScenariosOwnTariffs() throws {
    let dearer = MoneyChange(effect: .tariffMultiply, value: .exact(1.1), strata: [own.stratum], offer: nil, periods: 6..<24, ramp: 0)
    func factors(_ years: ClosedRange<Int>, _ growth: Double) throws -> [Double] {
      let levers = try #require(
        MoneyLevers([dearer], on: own, price: 3000, from: first, periods: 24, draws: 1, seed: 1, stop: RuleChanges.TariffStop(years: years, growth: growth)))
      return try (0..<24).map { try #require(levers.factors(in: first.advanced(by: $0))?.first).price }
    }
    #expect(try factors(2027...2028, 0).allSatisfy { $0 == 1 })
    let grown = try factors(2027...2028, 2)
    #expect(grown[5] == 1 && abs(grown[6] - 1.02) < 1e-12 && abs(grown[12] - 1.02 * 1.02) < 1e-12)
    // Dearer before the stop begins, it stays so.
    #expect(try factors(2028...2028, 0)[23] == 1.1)
  }
}
