public import Groundwork

/// What a project's settings say about the data, besides where its files lie.
public struct ProjectSettings: Sendable {
  public var name: String
  /// The data's own where nil.
  public var basePeriod: PeriodLength?
  /// Home region of the offers; its municipalities are modelled apart from those that buy a little.
  public var region: String
  public var isSynthetic: Bool
  /// Stands above every table.
  public var notice: Phrase
  public var attribution: String
  public var areas: [SpecialtyArea]
  /// First and last day that the extracts cover, both included; estimated from the data where nil.
  public var observedFrom: Day?
  public var observedTo: Day?
  /// What the figures rest on; printed below the tables.
  public var assumptions: [Phrase]
  public var horizon: Int?
  /// Changes of definition, with known names.
  public var breaks: [SeriesBreak] = []
  /// Name of the economic rules; nil where the project does not say.
  public var ruleSet: RuleSetName?
  /// What `plads forecast` rests on unless the command says otherwise; nil where the file does not say.
  public var forecastModel: ForecastModelName?
  /// Models declared for `plads fit`, in their order.
  public var models: [ModelDeclaration] = []
  /// By which the rates of leaving may differ, where stays have them.
  public var covariates: [Covariate] = []

  public init(
    name: String, basePeriod: PeriodLength? = nil, region: String = "", isSynthetic: Bool = false, notice: Phrase = Phrase(""),
    attribution: String = "", areas: [SpecialtyArea] = [], observedFrom: Day? = nil, observedTo: Day? = nil,
    assumptions: [Phrase] = [], horizon: Int? = nil
  ) {
    self.name = name
    self.basePeriod = basePeriod
    self.region = region
    self.isSynthetic = isSynthetic
    self.notice = notice
    self.attribution = attribution
    self.areas = areas
    self.observedFrom = observedFrom
    self.observedTo = observedTo
    self.assumptions = assumptions
    self.horizon = horizon
  }
}

/// The economic rules that a project names, and where.
public struct RuleSetName: Hashable, Sendable {
  public let name: String
  /// The finding's place in plads.toml, without a message.
  public let place: Finding

  public init(name: String, place: Finding) {
    self.name = name
    self.place = place
  }
}

/// All checked tables of a project.
public struct Extracts: Sendable {
  public var settings: ProjectSettings
  public var municipalities: [Municipality]
  public var offers: [Offer]
  public var capacity: [CapacityStep]
  public var stays: [Stay]
  public var activity: [Activity]
  public var tariffs: [Tariff]
  public var economy: [EconomyEntry] = []
  /// Price and wage index by year, on any base.
  public var indices: [Int: Double] = [:]
  /// Sorted by municipality, area and day.
  public var ownSupply: [OwnSupplyStep] = []
  /// Sorted by offer, area, municipality, period and respondent.
  public var satisfaction: [SatisfactionScore] = []
  public var population: Population
  /// Sorted by municipality, area, year and day received.
  public var expectations: [Expectation] = []
  /// In the file's order.
  public var notices: [Notice] = []
  /// Those of plads.toml first.
  public var overrides: [ForecastOverride] = []

  public init(
    settings: ProjectSettings, municipalities: [Municipality] = [], offers: [Offer] = [], capacity: [CapacityStep] = [],
    stays: [Stay] = [], activity: [Activity] = [], tariffs: [Tariff] = [], population: Population = Population([])
  ) {
    self.settings = settings
    self.municipalities = municipalities
    self.offers = offers
    self.capacity = capacity
    self.stays = stays
    self.activity = activity
    self.tariffs = tariffs
    self.population = population
  }
}

extension Extracts {
  /// What the same files would have shown at the end of an earlier period: later events are left out.
  /// An end that lies later was not known then.
  public func asOf(_ period: Period) -> Extracts {
    let last = period.lastDay
    var then = self
    then.settings.observedTo = min(settings.observedTo ?? last, last)
    then.stays = stays.filter { $0.start <= last }.map { stay in
      guard let end = stay.end, end > last else { return stay }
      return Stay(
        citizen: stay.citizen, payer: stay.payer, acting: stay.acting, offer: stay.offer, legalBasis: stay.legalBasis, kind: stay.kind,
        start: stay.start, end: nil, endReason: nil, supportLevel: stay.supportLevel, price: stay.price, birthYear: stay.birthYear)
    }
    then.activity = activity.filter { $0.period.lastDay <= last }
    then.notices = notices.filter { $0.noticeDate <= last }
    return then
  }

  /// What was known at the end of an earlier period, the population included: that counted until then. No projection is
  /// kept, nor later places and closings of offers, since the data does not say when they were decided.
  /// - Parameter first: where the panel begins.
  public func known(at period: Period, from first: Day) -> Extracts {
    var past = asOf(period)
    past.settings.observedFrom = first
    past.capacity = capacity.filter { $0.from <= period.lastDay }
    past.offers = offers.map { offer in
      guard let last = offer.validTo, last > period.lastDay else { return offer }
      var open = offer
      open.validTo = nil
      return open
    }
    past.population = population.counted(until: period.lastDay.components.year)
    return past
  }
}
