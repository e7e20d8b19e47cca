import Capacity
import Demand
import Forecasting
public import Groundwork
import Placements
public import Scenarios

/// Income, results and the probability of closure as rows of results, the same as `plads risk` has them.
struct MoneyRows {
  let demand: FittedDemand
  /// By offer, whole areas.
  let simulated: SimulatedPlans
  let plans: [Plan]
  /// Index of each plan's base.
  let bases: [Int]
  let basis: OfferBasis
  let request: RunRequest
  let past: PastPresence
  let interaction: PlanInteraction?

  /// Money belongs to offers, not to payers; a trigger to a single offer.
  static func apply(to request: RunRequest) -> Bool { request.measures?.contains(where: \.needsMoney) == true && OccupancyRows.areBy(request) }

  private var panel: Panel { demand.panel }

  /// By draw for each window; nil where the figure is not known.
  private typealias Line = [Measure: [[Double]]]

  /// Rows in the order plan, key, measure, period.
  func rows() -> [ResultRow] {
    let windows = ResultWindow.all(request, panel: panel, horizon: demand.horizon)
    let lines = plans.indices.map { self.lines(of: $0, windows) }
    let zeros = [[Double]](repeating: [Double](repeating: 0, count: request.draws), count: windows.count)
    return plans.indices.flatMap { plan in
      lines[plan].keys.sorted().flatMap { key in
        (request.measures ?? []).filter(\.needsMoney).flatMap { measure -> [ResultRow] in
          guard let values = lines[plan][key]?[measure] else { return [] }
          let base = lines[bases[plan]][key]?[measure]
          // An offer that only the scenario has is compared with nothing; where the base's figure is not known there is no comparison.
          guard base != nil || !isKnown(key, under: bases[plan]) else { return [] }
          return windows.indices.map {
            ResultRow(plan: plan, key: key, period: windows[$0].period, measure: measure, values: values[$0], base: (base ?? zeros)[$0], request: request)
          }
        }
      }
    } + interactions(lines, windows)
  }

  private func interactions(_ lines: [[ResultKey: Line]], _ windows: [ResultWindow]) -> [ResultRow] {
    guard let interaction else { return [] }
    return lines[interaction.whole].keys.sorted().flatMap { key in
      (request.measures ?? []).filter(\.needsMoney).flatMap { measure -> [ResultRow] in
        guard lines[interaction.base][key]?[measure] != nil || !isKnown(key, under: interaction.base) else { return [] }
        return windows.indices.compactMap { w in
          interaction.row(lines.map { $0[key]?[measure]?[w] }, key: key, period: windows[w].period, measure: measure, request: request)
        }
      }
    }
  }

  private func isKnown(_ key: ResultKey, under plan: Int) -> Bool {
    key.offer.isEmpty || (panel.offers + plans[plan].newOffers).contains { $0.id == key.offer }
  }

  private func lines(of plan: Int, _ windows: [ResultWindow]) -> [ResultKey: Line] {
    var own = basis.request.ruled(by: plans[plan])
    (own.draws, own.seed, own.threads, own.level) = (request.draws, request.seed, request.threads, request.level)
    let judge = RiskJudge(demand: demand, simulated: simulated, plans: plans, plan: plan, request: own, extracts: basis.extracts, past: past)
    let groups = judge.groups
    let found = ConcurrentResults.of(groups.count, threads: request.threads) { index in
      judge.paths(of: groups[index]).map { ($0.offer, line(of: $0, judge, windows)) }
    }.flatMap(\.self)
    var lines: [ResultKey: Line] = [:]
    for (offer, own) in found where isWanted(offer) {
      let key = request.grouping.line(of: offer)
      lines[key] = lines[key].map { Self.sum($0, own) } ?? own
    }
    return lines
  }

  private func isWanted(_ offer: Offer) -> Bool { request.filter.offers.isEmpty || request.filter.offers.contains(offer.id) }

  /// A sum without one of its offers would be wrong: what one lacks the line lacks.
  private static func sum(_ one: Line, _ other: Line) -> Line {
    var sum: Line = [:]
    for (measure, values) in one {
      if let own = other[measure] { sum[measure] = zip(values, own).map { zip($0, $1).map { $0 + $1 } } }
    }
    return sum
  }

  private func line(of own: JudgedPath, _ judge: RiskJudge, _ windows: [ResultWindow]) -> Line {
    var line: Line = [:]
    let wanted = request.measures ?? []
    if wanted.contains(.pClosure), request.grouping == .offer, let reached = judge.triggerReached(own) {
      line[.pClosure] = windows.map { window in reached.map { $0.map { $0 <= window.steps.upperBound } ?? false ? 1 : 0 } }
    }
    guard wanted.contains(.income) || wanted.contains(.result) else { return line }
    func sums(_ values: [[Double]]) -> [[Double]] {
      windows.map { window in (0..<request.draws).map { d in window.steps.reduce(0) { $0 + values[$1][d] } } }
    }
    if let money = judge.moneyBySteps(own) {
      line[.income] = sums(money.income)
      line[.result] = sums(zip(money.income, money.costs).map { zip($0, $1).map { $0 - $1 } })
    } else if let income = judge.incomeBySteps(own) {
      line[.income] = sums(income)
    }
    return line
  }
}

extension RiskJudge {
  /// After how many periods each draw reaches the closure trigger; nil in a draw that does not, and for offers that are not judged.
  func triggerReached(_ own: JudgedPath) -> [Int?]? {
    guard obstacle(own.offer, own.key) == nil, let places = timeline.atEnd(of: panel.origin, offer: own.offer.id) else { return nil }
    var watch = closureWatch(own.offer, places: places)
    for citizens in own.drawn.citizens { watch.observe(citizens) }
    return watch.reached
  }

  /// Income, with what is paid under notice, and costs by period and draw, kroner; nil where the offer's money is not known. An offer that a key
  /// finances takes in what it costs.
  func moneyBySteps(_ own: JudgedPath) -> (income: [[Double]], costs: [[Double]])? {
    let terms = newOffers[own.offer.id]
    let known = terms.map { money.economics(ofNew: own.offer, $0) } ?? money.economics(of: own.offer)
    guard let economics = try? known.get() else { return nil }
    var watch = watch(own.offer, economics)
    let path = path(own)
    var steps: (income: [[Double]], costs: [[Double]]) = ([], [])
    for step in path.served.indices {
      let period = panel.origin.advanced(by: step + 1)
      let year = period.enclosing(.year).year
      let before = watch.sums(in: year)
      path.take(step, into: &watch, from: panel.origin)
      guard let after = watch.sums(in: year) else { return nil }
      let costs = before.map { zip(after.costs, $0.costs).map { $0 - $1 } } ?? after.costs
      let income = before.map { zip(after.income, $0.income).map { $0 - $1 } } ?? after.income
      steps.costs.append(costs)
      steps.income.append(own.offer.financing == .key ? costs : income)
    }
    return steps
  }
}

extension RiskJudge {
  /// Income, with what is paid under notice, by period and draw, kroner, where the costs are not known; nil without a price or paid days, and
  /// for what a key finances or the scenario opens, whose income is known with their costs alone.
  func incomeBySteps(_ own: JudgedPath) -> [[Double]]? {
    guard own.offer.financing != .key, newOffers[own.offer.id] == nil, let payment = money.payment(of: own.offer) else { return nil }
    let path = path(own)
    let levers = levers(on: own.offer, price: payment.price)
    return path.served.indices.map { step in
      let period = panel.origin.advanced(by: step + 1)
      let factors = levers?.factors(in: period)
      let daily = payment.price * payment.share * Double(period.days)
      return path.served[step].indices.map { d in
        let paid = path.served[step][d] + (path.paidEmpty.isEmpty ? 0 : path.paidEmpty[step][d])
        return daily * paid * (factors?[d].price ?? 1)
      }
    }
  }
}

/// What income, results and closure probabilities rest on, said with every table that shows them.
public struct MoneyNotes: Sendable {
  private let basis: OfferBasis
  private let plans: [Plan]

  /// - Parameter plans: those that are shown, some perhaps with rules of their own.
  public init(_ basis: OfferBasis, plans: [Plan]) {
    self.basis = basis
    self.plans = plans
  }

  private var request: RiskRequest { basis.request }

  /// The rule sets in force, with the plans that have another than the chosen one.
  private func ruleSets(_ language: Language) -> String {
    let own = plans.filter { !$0.rules.isEmpty }.map { plan in
      let name = plan.rules.ruleSet ?? request.rules.name
      let isChanged = plan.rules.tariffStop != nil || plan.rules.adaptationMonths != nil || plan.rules.noticeMonths != nil
      return "\(plan.name): \(name)" + (isChanged ? Phrase(da: ", ændret af scenariet", en: ", changed by the scenario")[language] : "")
    }
    return ([request.rules.name] + own).joined(separator: "; ")
  }

  private var used: Set<RuleKey> { request.behaviour.rulesUsed(request.rules).union([.noticeKind, .noticeMonths]) }

  private var priceYears: [Int] {
    Set(basis.extracts.tariffs.map { $0.priceYear ?? $0.from.year }).max().map { [$0] } ?? []
  }

  public var meta: [(key: String, value: String)] {
    [
      ("rule_set", request.rules.name), ("price_level", priceYears.map(String.init).joined(separator: " ")), ("cost_behaviour", request.behaviour.rawValue),
      ("closure_share", NumberText.machine(request.trigger.share)), ("closure_months", String(request.trigger.months)),
    ]
  }

  public var phrases: [Phrase] {
    let level = priceYears.isEmpty ? "–" : priceYears.map(String.init).joined(separator: ", ")
    let share = NumberText.machine(100 * request.trigger.share)
    return [
      Phrase(
        da: "Indtægt og resultat som i plads risk --years: dage × borgernes dagspris nu, som scenariet ændrer den, med betaling gennem varslet, minus udgifter, før efterregulering. Prisniveau \(level), regelsæt \(ruleSets(.da)), udgifter: \(request.behaviour.rawValue). Hvad det koster at lukke et tilbud (fratrædelse, lejemål, restværdi), er ikke med: se plads risk --costs. Et områdes linje mangler, hvor ét af dets tilbud mangler en pris (tariffs.csv), i resultatet også udgifter (economy.csv).",
        en: "Income and result as in plads risk --years: days × the citizens' price a day now, as the scenario changes it, with payment under notice, less costs, before later settlement. Price level \(level), rule set \(ruleSets(.en)), costs: \(request.behaviour.rawValue). What closing an offer costs (severance, lease, residual value) is not in it: see plads risk --costs. An area's line is missing where one of its offers lacks a price (tariffs.csv), in the result also costs (economy.csv)."),
      Phrase(
        da: "p_closure: sandsynlighed for inden periodens slutning at nå lukningsgrænsen på \(share) % af pladserne i \(request.trigger.months) måneder (antagelse, ingen beslutning); kun efter tilbud og kun til intern brug. Et tilbud, som et scenarie lukker, har ingen linje.",
        en: "p_closure: probability of reaching by the period's end the closure limit of \(share) % of the places for \(request.trigger.months) months (assumption, no decision); by offer alone and for internal use only. An offer that a scenario closes has no line of it."),
    ] + request.rules.assumptions(used)
  }
}
