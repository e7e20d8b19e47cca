import Capacity
import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// Indicators for a BI portal: one tidy table of facts with its keys, and a dictionary of what they are.
public struct IndicatorTables: Sendable {
  private let facts: IndicatorFacts
  private let request: RiskRequest
  private let panel: Panel

  public init(_ facts: IndicatorFacts, request: RiskRequest, panel: Panel) {
    self.facts = facts
    self.request = request
    self.panel = panel
  }

  public static var machineColumns: [Table.Column] {
    func heading(_ name: String, _ da: String, _ en: String, decimals: Int = 0) -> Table.Column {
      .init(name, heading: Phrase(da: da, en: en), decimals: decimals)
    }
    return [
      heading("scenario", "Scenarie", "Scenario"), heading("indicator", "Indikator", "Indicator"), heading("grain", "Niveau", "Grain"),
      heading("basis", "Grundlag", "Basis"), heading("period", "Periode", "Period"), heading("area", "Område", "Area"), heading("kind", "Art", "Kind"),
      heading("offer", "Tilbud", "Offer"), heading("municipality", "Kommune", "Municipality"), heading("respondent", "Svarer", "Respondent"),
      heading("unit", "Enhed", "Unit"), heading("value", "Værdi", "Value", decimals: 1), heading("lower", "Nedre", "Lower", decimals: 1),
      heading("upper", "Øvre", "Upper", decimals: 1), heading("level", "Niveau %", "Level %"), heading("numerator", "Tæller", "Numerator"),
      heading("denominator", "Nævner", "Denominator"), heading("price_level", "Prisniveau", "Price level"),
      heading("rule_set", "Regelsæt", "Rule set"), heading("cost_behaviour", "Udgifter", "Costs"),
      heading("observed_until", "Faktisk til og med", "Observed until"),
    ]
  }

  /// Columns: scenario, indicator, grain (`offer area municipality`), basis (`observed forecast`), period, area, kind, offer, municipality,
  /// respondent, unit, value, lower, upper, level, numerator, denominator, price_level (of amounts), rule_set, cost_behaviour (of forecasts), observed_until (of the running year:
  /// a forecast that holds what was observed until then). Empty keys mean all; lower, upper and level are of forecasts,
  /// whose value is the mean, numerator and denominator of what was observed. What is not known has no row. All from scenario to unit
  /// together are the key.
  public var table: Table {
    var table = Table(
      title: Phrase(da: "\(panel.settings.name): indikatorer, set fra \(panel.origin)", en: "\(panel.settings.name): indicators, seen from \(panel.origin)"),
      columns: Self.machineColumns)
    for fact in facts.facts { table.append(row(fact)) }
    table.footnotes = footnotes
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("level", NumberText.machine(100 * request.level)),
      ("rule_set", request.rules.name), ("cost_behaviour", request.behaviour.rawValue),
    ]
    return table
  }

  private func row(_ fact: IndicatorFact) -> [Table.Cell] {
    func text(_ value: String) -> Table.Cell { value.isEmpty ? .empty : .text(value) }
    func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .empty }
    return [
      .text(facts.plan.name), .term(code: fact.indicator.rawValue, fact.indicator.name), .term(code: fact.grain.rawValue, fact.grain.name),
      .term(code: fact.isForecast ? "forecast" : "observed", fact.isForecast ? Phrase(da: "prognose", en: "forecast") : Phrase(da: "faktisk", en: "observed")),
      .text(fact.period.description), text(fact.area), fact.kind.map { .term(code: $0.rawValue, $0.phrase) } ?? .empty, text(fact.offer), text(fact.municipality),
      text(fact.respondent), .term(code: fact.indicator.unit, fact.indicator.unitName), .number(fact.value), number(fact.interval?.lower), number(fact.interval?.upper),
      fact.interval == nil ? .empty : .number(100 * request.level), number(fact.parts?.numerator), number(fact.parts?.denominator),
      text(fact.priceYear.map(String.init) ?? ""), fact.isForecast ? .text(request.rules.name) : .empty,
      fact.isForecast ? .text(request.behaviour.rawValue) : .empty, text(fact.observedUntil?.description ?? ""),
    ]
  }

  public static let dictionaryColumns = [
    "indicator", "name_da", "name_en", "unit", "numerator", "denominator", "grains", "forecast", "better", "definition_da", "definition_en",
  ].map { Table.Column($0) }

  /// Columns: indicator, name_da, name_en, unit, numerator, denominator, grains, forecast, better, definition_da, definition_en.
  public static var dictionary: Table {
    var table = Table(
      title: Phrase(da: "Indikatorer: hvad de er", en: "Indicators: what they are"),
      columns: dictionaryColumns)
    for own in Indicator.allCases {
      func text(_ value: String) -> Table.Cell { value.isEmpty ? .empty : .text(value) }
      table.append([
        .text(own.rawValue), .text(own.name.da), .text(own.name.en), .text(own.unit), text(own.parts.numerator), text(own.parts.denominator),
        .text(own.grains.map(\.rawValue).joined(separator: " ")), .text(own.hasForecast ? "yes" : "no"), text(own.better), .text(own.definition.da),
        .text(own.definition.en),
      ])
    }
    return table
  }

  private var running: Phrase {
    guard let own = facts.facts.lazy.compactMap({ fact in fact.observedUntil.map { (fact.period, $0) } }).first else { return Phrase("") }
    return Phrase(
      da: " \(own.0) er prognose, men rummer i hver fremtid det faktiske til og med \(own.1) (observed_until).",
      en: " \(own.0) is forecast, but in every future holds what was observed until \(own.1) (observed_until).")
  }

  private var footnotes: [Phrase] {
    [
      Phrase(
        da: "Hele kalenderår; hvad der ikke er kendt, har ingen række.\(running.da) --dictionary siger, hvad indikatorerne er. Fremad: middel og interval i simuleringen (stock_and_flow), regelsæt \(request.rules.name), udgifter: \(request.behaviour.rawValue); prisniveauet står ved beløbene.",
        en: "Whole calendar years; what is not known has no row.\(running.en) --dictionary says what the indicators are. Ahead: mean and interval of the simulation (stock_and_flow), rule set \(request.rules.name), costs: \(request.behaviour.rawValue); the price level stands beside amounts.")
    ] + request.rules.assumptions(RuleSet.Waiting.rulesUsed) + facts.plan.assumptions + panel.settings.assumptions
  }
}
