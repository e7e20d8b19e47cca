import Capacity
import Demand
import Forecasting
import Foundation
import Groundwork
import Placements
import Probability
import Scenarios
import Testing

@testable import Analysis

/// What must hold in every draw, on random regions under every shipped rule set: nobody and no krone is lost or counted twice.
@Suite struct ConservationTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plans: [Plan]

    var panel: Panel { demand.panel }

    init(seed: UInt64) throws {
      extracts = RandomRegion.extracts(seed: seed)
      let panel = try Panel(extracts)
      demand = FittedDemand(panel: panel, horizon: 36, threads: 2)
      plans = [PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")]
    }

    /// The forecast, and every lever by which citizens go elsewhere or come, in one plan.
    func withLevers() throws -> [Plan] {
      let text = """
        [[change]]
        what = "closure"
        offer = "home1"
        date = "2027-06"
        wind_down_months = 9
        stop_admissions = "2026-06"
        to = ["home2", "long"]
        leave = [0.1, 0.5]
        [[change]]
        what = "takeover"
        offer = "home2"
        date = "2028-01"
        others_stay = 0.4
        [[change]]
        what = "own_offer"
        municipality = 740
        area = "a"
        places = 4
        from = "2026-03"
        ramp_months = 7
        from_own = 0.6
        homecomings = 2
        [[change]]
        what = "merge"
        offers = ["single"]
        to = "closing"
        date = "2026-04"
        [[change]]
        what = "repackage"
        offer = "respite"
        to = "hours"
        from = "2026-05"
        share = [0.3, 0.9]
        ramp_months = 8
        [[change]]
        what = "court_admissions"
        offer = "secure"
        per_year = [4, 9]
        size = [1, 3]
        [[change]]
        what = "reform"
        areas = ["a"]
        from = "2027-03"
        homecoming = [1, 1.5]
        from_section = "SEL_107"
        to_section = "SEL_108"
        share = 0.3
        [[change]]
        what = "batch_homecoming"
        municipality = 751
        area = "a"
        number = 3
        date = "2026-09"
        """
      let builder = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: [])
      return [plans[0], try builder.plan(try Scenario(text: text, file: "levers.toml", name: "levers"))]
    }

    func simulated(draws: Int, seed: UInt64 = 1, plans: [Plan]? = nil) -> SimulatedPlans {
      SimulatedPlans(
        demand: demand, capacity: extracts.capacity, plans: plans ?? self.plans, grouping: .offer, filter: ResultFilter(), detail: .events, draws: draws, seed: seed,
        threads: 1, progress: nil)
    }

    func judge(_ request: RiskRequest) throws -> RiskJudge {
      RiskJudge(
        demand: demand, simulated: simulated(draws: request.draws, seed: request.seed), plans: plans, plan: 0, request: request, extracts: extracts,
        past: PastPresence(try Panel(byOffer: extracts)))
    }
  }

  private static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6]
  private static let worlds = Dictionary(uniqueKeysWithValues: seeds.map { seed in (seed, Result { try World(seed: seed) }) })

  private func world(_ seed: UInt64) throws -> World { try #require(Self.worlds[seed]).get() }

  private static let rulesFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Data/rules").standardizedFileURL
  private static let ruleSets = ((try? FileManager.default.contentsOfDirectory(atPath: rulesFolder.path)) ?? []).filter { $0.hasSuffix(".toml") }.sorted()

  private func rules(_ file: String) throws -> RuleSet {
    let path = Self.rulesFolder.appendingPathComponent(file)
    return try RuleSet(text: String(contentsOf: path, encoding: .utf8), file: file, name: String(file.dropLast(5)))
  }

  private func isNear(_ a: Double, _ b: Double, within share: Double = 1e-9) -> Bool { abs(a - b) <= share * max(1, abs(a), abs(b)) }

  @Test func thereAreRuleSetsAndRegionsDiffer() throws {
    #expect(Self.ruleSets.count >= 5)
    let all = try Self.seeds.map { try world($0).extracts }
    #expect(Set(all.map { $0.stays.count }).count > 3)
    // Every kind, with and without money.
    for extracts in all { #expect(Set(extracts.offers.map(\.kind)) == Set(ServiceKind.allCases)) }
    #expect(all.contains { own in own.offers.contains { offer in !own.economy.contains { $0.offer == offer.id } } })
  }

  /// Who leaves one offer for another arrives there, by whatever lever: over all offers citizens in = citizens out + present, and none has fewer than nobody.
  @Test(arguments: seeds, [0, 1]) func citizensInAreCitizensOutAndPresent(seed: UInt64, plan: Int) throws {
    let world = try world(seed)
    let draws = 40
    let plans = try world.withLevers()
    let simulated = world.simulated(draws: draws, plans: plans)
    if plan == 1 {
      #expect(plans[1].demand.moves.count >= 5 && plans[1].demand.competitors.count == 1 && plans[1].demand.jumps.count == 1)
    }
    let keys = simulated.index.keys.indices.filter { simulated.draws.hasFlowStock(key: $0) }
    var states = keys.map { LineState(draws: draws, opening: simulated.draws.openingFlowStock(key: $0)) }
    let opening = keys.reduce(0) { $0 + simulated.draws.openingFlowStock(key: $1) }
    #expect(opening == world.panel.residents.count && opening > 20)
    for step in 0..<world.demand.horizon {
      for (index, key) in keys.enumerated() { states[index].add(simulated.draws, plan: plan, key: key, step: step, days: world.panel.origin.advanced(by: step + 1).days) }
      for d in 0..<draws {
        let came = states.reduce(0) { $0 + $1.admissions[d] }
        let went = states.reduce(0) { $0 + $1.homecomings[d] + $1.otherExits[d] }
        let present = states.reduce(0) { $0 + $1.stock[d] }
        if Double(opening) + came != went + present { Issue.record("\(step) \(d): \(opening) + \(came) is not \(went) + \(present)") }
        if let lost = states.firstIndex(where: { $0.stock[d] < 0 }) { Issue.record("\(simulated.index.keys[keys[lost]]) \(step) \(d)") }
      }
    }
  }

  /// Served + waiting + left = demand, and results rest on the very citizens that a forecast of `served` counts.
  @Test(arguments: seeds, ruleSets) func demandIsServedWaitsOrLeft(seed: UInt64, file: String) throws {
    let world = try world(seed)
    let judge = try world.judge(RiskRequest(draws: 20, rules: rules(file)))
    for group in OfferGroup.all(judge.simulated) {
      let paths = judge.occupier.paths(of: group, plan: 0)
      let judged = judge.paths(of: group)
      for t in 0..<world.demand.horizon {
        for d in 0..<20 {
          let wanted = paths.reduce(0) { $0 + $1.demand[t][d] }
          let found = paths.reduce(0) { $0 + $1.served[t][d] + $1.waiting[t][d] + $1.left[t][d] }
          if !isNear(wanted, found) { Issue.record("\(group.stratum.key) \(t) \(d): \(wanted) \(found)") }
        }
        for (own, other) in zip(paths, judged) {
          #expect(own.offer.id == other.offer.id && own.served[t] == other.served[t])
        }
      }
    }
  }

  /// Income = Σ days × tariff + what is paid under notice, and result = income − costs, for every offer, year and draw; days of those
  /// served, as a forecast of `served_days` counts them.
  @Test(arguments: seeds, ruleSets) func incomeIsDaysTimesPrice(seed: UInt64, file: String) throws {
    let world = try world(seed)
    let judge = try world.judge(RiskRequest(draws: 20, rules: rules(file)))
    var counted = 0
    for group in judge.groups {
      let occupied = judge.occupier.paths(of: group, plan: 0)
      for (own, occupancy) in zip(judge.paths(of: group), occupied) {
        guard let economics = try? judge.money.economics(of: own.offer).get(), let results = judge.results(own) else { continue }
        counted += 1
        let path = judge.path(own)
        for year in results.allYears {
          let sums = try #require(results.sums(in: year))
          let steps = own.served.indices.filter { world.panel.origin.advanced(by: $0 + 1).lastDay.year == year }
          for d in 0..<20 {
            var (income, days, paid) = (0.0, 0.0, 0.0)
            for t in steps {
              let length = Double(world.panel.origin.advanced(by: t + 1).days)
              days += length * own.served[t][d]
              paid += length * (path.paidEmpty.isEmpty ? 0 : path.paidEmpty[t][d])
            }
            income = economics.price * economics.paidShare * (days + paid)
            #expect(isNear(sums.income[d], income), "\(own.offer.id) \(year) \(d)")
            if let whole = results.results(in: year) { #expect(abs(whole[d] - (sums.income[d] - sums.costs[d])) < 0.01) }
            // The days that a forecast shows.
            if judge.timeline.knows(own.offer.id), !steps.contains(where: { occupancy.days[$0] == nil }) {
              let shown = steps.reduce(0) { $0 + (occupancy.days[$1] ?? 0) * occupancy.served[$1][d] }
              #expect(isNear(shown, economics.paidShare * days), "\(own.offer.id) \(year)")
            }
            #expect(paid >= 0)
          }
        }
      }
    }
    #expect(counted > 0)
  }

  /// With one draw every figure is that draw's. In each alternative Σ results = what payers are billed + what is not settled yet, by year and
  /// in all, and what the payers pay of closing is the whole of it to the øre.
  @Test(arguments: seeds, ruleSets) func resultsAreSettledSetAsideOrOpen(seed: UInt64, file: String) throws {
    let world = try world(seed)
    for draw in 1...3 as ClosedRange<UInt64> {
      var request = RiskRequest(draws: 1, seed: draw, rules: try rules(file))
      request.comparesCosts = true
      request.closingMonths = [6, 12, 30][Int(draw) - 1]
      let run = try RiskRun(demand: world.demand, extracts: world.extracts, plans: world.plans, judged: 0, request: request)
      for costs in run.costs {
        for option in costs.options {
          if let open = option.unsettled?.mean {
            // Years and accounts are rounded to the øre.
            #expect(abs(option.result.mean - (open - option.bill.mean)) < 0.05, "\(costs.offer.id) \(option.alternative)")
            #expect(abs(option.years.reduce(0) { $0 + ($1.unsettled?.mean ?? .nan) } - open) < 0.05)
          }
          #expect(abs(option.years.reduce(0) { $0 + $1.bill.mean } - option.bill.mean) < 0.05)
          #expect(abs(option.years.reduce(0) { $0 + $1.result.mean } - option.result.mean) < 0.05)
          guard !option.payers.isEmpty else { continue }
          #expect(abs(option.payers.reduce(0) { $0 + $1.share } - 1) < 1e-12)
          if option.alternative == .close {
            let parts = option.payers.compactMap { $0.closing.flatMap { Amount(kroner: $0.mean) } }
            #expect(parts.count == option.payers.count && parts.sum == Amount(kroner: option.closing.mean), "\(costs.offer.id)")
          }
        }
      }
    }
  }

  /// The rows of `plads risk --costs`: payers' parts of every amount add up to the offer's to the øre.
  @Test(arguments: seeds) func payersAddUpToTheWhole(seed: UInt64) throws {
    let world = try world(seed)
    var request = RiskRequest(draws: 30, rules: try rules("nordjylland_socialaftale.toml"))
    request.comparesCosts = true
    let run = try RiskRun(demand: world.demand, extracts: world.extracts, plans: world.plans, judged: 0, request: request)
    let table = RiskCostTables(run: run, request: request, panel: world.panel).machine
    let place = Dictionary(uniqueKeysWithValues: table.columns.enumerated().map { ($1.name, $0) })
    func text(_ row: [Table.Cell], _ name: String) -> String {
      switch row[place[name] ?? 0] {
      case .text(let text): text
      case .integer(let number): String(number)
      default: ""
      }
    }
    func oere(_ row: [Table.Cell], _ name: String) -> Int? {
      if case .number(let value) = row[place[name] ?? 0] { Int((100 * value).rounded()) } else { nil }
    }
    var (whole, parts): ([String: Int], [String: Int]) = ([:], [:])
    for row in table.rows {
      for name in ["idle_cost", "closing_cost", "account_settled", "bill_change", "not_yet_settled"] {
        guard let amount = oere(row, name) else { continue }
        let key = ["offer", "alternative", "year"].map { text(row, $0) }.joined(separator: "|") + "|" + name
        if text(row, "payer").isEmpty { whole[key] = amount } else { parts[key, default: 0] += amount }
      }
    }
    #expect(!parts.isEmpty)
    for (key, sum) in parts { #expect(whole[key] == sum, "\(key)") }
  }

  /// In a draw all payers together are billed for every day that an offer serves, wherever its citizens come from, and pay or get back
  /// what its results leave outside the band.
  @Test(arguments: seeds) func billsAreTheDaysServedAndSettlementWhatArose(seed: UInt64) throws {
    let world = try world(seed)
    let rules = try rules("nordjylland_socialaftale.toml")
    let settlement = try #require(rules.settlement)
    var (settledSomething, paidSomethingEmpty) = (false, false)
    for (number, offer) in world.extracts.offers.enumerated() where number % 2 == Int(seed) % 2 && offer.kind != .hours {
      let request = RiskRequest(offers: [offer.id], draws: 1, seed: seed, rules: rules)
      var (days, noticed, settled): ([String: Double], [String: Double], [String: Double]) = ([:], [:], [:])
      for payer in world.panel.municipalities {
        let own = try MunicipalityProfile(
          demand: world.demand, extracts: world.extracts, plans: world.plans, judged: 0, code: payer.code, request: request)
        for row in own.rows where row.topic == .bill && row.offer.isEmpty {
          if ["bill", "notice_pay"].contains(row.measure) {
            let price = DailyPrices(
              stays: world.extracts.stays, tariffs: world.extracts.tariffs, offers: world.extracts.offers, on: world.panel.origin.lastDay
            ).price(offer: offer.id, payer: payer.code)
            let own = row.value.mean / (try #require(price))
            if row.measure == "bill" { days[row.period, default: 0] += own } else { noticed[row.period, default: 0] += own }
          }
          if row.measure == "settlement" { settled[row.period, default: 0] += row.value.mean }
        }
      }
      let judge = try world.judge(request)
      let group = try #require(judge.groups.first { $0.members.contains { $0.offer.id == offer.id } })
      let path = try #require(judge.paths(of: group).first { $0.offer.id == offer.id })
      let results = judge.results(path)
      let share = ServiceArithmetic.paidShare(offer.kind, daysPerYear: judge.capacity[offer.id]?.last { $0.from <= world.panel.origin.lastDay }?.daysPerYear)
      for (year, own) in days {
        let steps = path.served.indices.filter { String(world.panel.origin.advanced(by: $0 + 1).lastDay.year) == year }
        let paidEmpty = judge.path(path).paidEmpty
        func days(_ values: [[Double]]) -> Double {
          steps.reduce(0) { $0 + values[$1][0] * Double(world.panel.origin.advanced(by: $1 + 1).days) } * (share ?? 0)
        }
        // The running year begins with what was observed of it.
        let observed = String(world.panel.origin.lastDay.year) != year ? 0 : judge.money.runningYear.reduce(0) { $0 + (judge.past.occupiedDays(in: $1, offer: offer.id) ?? 0) } * (share ?? 0)
        let empty = paidEmpty.isEmpty ? 0 : days(paidEmpty)
        #expect(isNear(noticed[year] ?? 0, empty, within: 1e-6), "\(offer.id) \(year)")
        #expect(isNear(own, observed + days(path.served) + empty, within: 1e-6), "\(offer.id) \(year)")
        paidSomethingEmpty = paidSomethingEmpty || empty > 0
      }
      for (due, own) in settled {
        let year = (Int(due) ?? 0) - settlement.lagYears
        guard let result = results?.results(in: year)?.first, let basis = results?.sums(in: year)?.basis else { continue }
        #expect(isNear(own, -settlement.settled(result, basis: basis), within: 1e-6), "\(offer.id) \(year)")
        settledSomething = settledSomething || own != 0
      }
    }
    #expect(settledSomething)
    #expect(paidSomethingEmpty)
  }
}
