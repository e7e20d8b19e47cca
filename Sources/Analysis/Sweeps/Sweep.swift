import Capacity
public import Demand
public import Groundwork
public import Placements
public import Scenarios

/// Which part of a sweep's points one machine computes: point p belongs to shard ((p − 1) mod count) + 1.
public struct Shard: Hashable, Sendable {
  /// From 1.
  public let number: Int
  public let count: Int

  /// Reads `3/100`.
  /// - Throws: `FindingsError` where it is no such pair.
  public init(_ text: String) throws(FindingsError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], count >= 1, count <= SweepDesign.most, (1...count).contains(number) else {
      throw FindingsError(
        Finding(
          .error, value: text, message: Phrase(da: "er ikke en del af en opdeling.", en: "is not a part of a division."),
          remedy: Phrase(da: "Skriv fx 3/100: den tredje af hundrede dele.", en: "Write for example 3/100: the third of a hundred parts.")))
    }
    (self.number, self.count) = (number, count)
  }

  func contains(point: Int) -> Bool { (point - 1) % count + 1 == number }

  public var text: String { "\(number)/\(count)" }
}

/// A scenario with one or more of its numbers varied, every point on the same clocks.
public struct Sweep: Sendable {
  public struct Row: Sendable {
    /// From 1.
    public let point: Int
    public let result: ResultRow
  }

  public let design: SweepDesign
  public let rows: [Row]
  /// The name of what every point is compared with.
  public let base: String
  /// Offers that the scenario has besides the panel's.
  public let newOffers: [Offer]
  /// What the scenario says besides, and what varying does to it.
  public let assumptions: [Phrase]

  /// Points simulated together share the base's, as many as some 400 megabytes of counts hold.
  private static func together(_ request: RunRequest, _ demand: FittedDemand) -> Int {
    let panel = demand.panel
    let lines =
      switch request.grouping {
      case .total, .region, .area: panel.strata.count
      case .municipality: panel.municipalities.count * ServiceKind.allCases.count
      case .offer: panel.offers.count
      }
    let isNet = request.detail == .net
    let counts = lines * (isNet ? 1 : 8) * demand.horizon * request.draws
    return min(96, max(24, 100_000_000 / max(1, counts)))
  }

  /// - Parameters:
  ///   - scenario: whose numbers are varied.
  ///   - plans: the plain forecast, then those that the scenario builds on.
  ///   - shard: the points to compute; nil for all. What a point gives does not depend on it.
  ///   - offers: what offers' money rests on; needed where a measure or a price reaction needs it.
  /// - Throws: `FindingsError` where a value cannot be in the scenario.
  public init(
    _ design: SweepDesign, of scenario: Scenario, builder: PlanBuilder, plans: [Plan], shard: Shard?, demand: FittedDemand, capacity: [CapacityStep],
    request: RunRequest, recipe: StockRecipe = .plain, offers: OfferBasis? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) throws {
    self.design = design
    let own = design.points.indices.map { $0 + 1 }.filter { shard?.contains(point: $0) ?? true }
    // All are read before anything is computed: a value that cannot be is told at once.
    let points = try own.map { number in
      (number, try builder.plan(Self.point(number, design, scenario)))
    }
    precondition(offers != nil || !(plans + points.map(\.1)).contains(where: \.reacts), "tariffs are settled by an offer's money")
    let plans = try offers?.settled(plans, demand: demand, sharing: request) ?? plans
    let fixed = Self.fixed(plans, base: scenario.base)
    var rows: [Row] = []
    var start = 0
    while start < points.count {
      let end = min(start + Self.together(request, demand), points.count)
      let done = (start, end)
      let own = points[start..<end].map(\.1)
      // Each point's tariffs are its own.
      let settled = try offers?.settled([plans[0]] + own, demand: demand, sharing: request).dropFirst() ?? own[...]
      let run = ScenarioRun(
        demand: demand, capacity: capacity, plans: fixed + settled, request: request, recipe: recipe, offers: offers
      ) { share in
        progress?((Double(done.0) + share * Double(done.1 - done.0)) / Double(points.count))
      }
      let numbers = points[start..<end].map(\.0)
      rows += run.rows.filter { $0.plan >= fixed.count }.map { Row(point: numbers[$0.plan - fixed.count], result: $0) }
      start = end
    }
    self.rows = rows.enumerated().sorted { ($0.element.point, $0.offset) < ($1.element.point, $1.offset) }.map(\.element)
    newOffers = plans.flatMap(\.newOffers)
    base = plans.first { $0.name == scenario.base }?.name ?? plans[0].name
    assumptions = (plans.first { $0.name == scenario.name }.map { $0.assumptions + [Self.replacing] } ?? [Self.everywhere])
      + (plans.contains(where: \.reacts) ? [Self.settling] : [])
  }

  /// What every point needs beside it: the plain forecast and its own base. The scenario as it is written is not among them.
  static func fixed(_ plans: [Plan], base: String?) -> [Plan] { plans.enumerated().filter { $0.offset == 0 || $0.element.name == base }.map(\.element) }

  static let replacing = Phrase(
    da: "Et varieret tal træder i stedet for det, der står i scenariet (add og set også for multiply). Har scenariet ikke håndtaget, virker tallet overalt fra første periode. add og set er antal pr. periode over hele rækkevidden.",
    en: "A varied number takes the place of what the scenario says (add and set also of multiply). Where the scenario lacks the lever the number acts everywhere from the first period on. add and set are numbers a period over the whole scope.")
  static let everywhere = Phrase(
    da: "De varierede tal virker overalt fra første periode. add og set er antal pr. periode over hele rækkevidden.",
    en: "The varied numbers act everywhere from the first period on. add and set are numbers a period over the whole scope.")

  /// Where buyers react to tariffs.
  public static let settling = Phrase(
    da: "Prisreaktionen er regnet for hver værdi for sig: takster efterreguleres og simuleres igen, til de står stille.",
    en: "The price reaction is reckoned for each value by itself: tariffs are settled and simulated again until they stand still.")

  static func point(_ number: Int, _ design: SweepDesign, _ scenario: Scenario) throws(FindingsError) -> Scenario {
    let values = zip(design.axes, design.points[number - 1]).map { (variable: $0.variable, value: $1) }
    return try scenario.varied(values, named: "\(scenario.name)#\(number)")
  }
}
