import Capacity
public import Demand
import Forecasting
public import Groundwork
import Placements
import Scenarios

/// One page on one offer: what it is, how likely and when it is in danger, its money, what drives it, what time is left, and what all
/// of it rests on: `plads risk --explain`.
public struct OfferPage: Sendable {
  let risk: OfferRisk
  let run: RiskRun
  let request: RiskRequest
  let demand: FittedDemand
  let drivers: RiskDrivers.Line?
  let rates: HomecomingRates
  let advice: PlacesAdvice?

  /// - Parameters:
  ///   - offer: id of one that the run judged or named.
  ///   - run: with planned places.
  /// - Returns: nil where the run does not have the offer.
  public init?(offer: String, run: RiskRun, drivers: RiskDrivers, request: RiskRequest, demand: FittedDemand) {
    guard let risk = run.risks.first(where: { $0.offer.id == offer }) else { return nil }
    self.risk = risk
    self.run = run
    self.request = request
    self.demand = demand
    self.drivers = drivers.lines.first { $0.offer.id == offer }
    rates = drivers.rates
    advice = run.places.first { $0.offer?.id == offer }
  }

  var panel: Panel { demand.panel }

  private var facts: [OfferFact] { offerFacts + statusFacts + outlookFacts + moneyFacts + driverFacts + noticeFacts + placesFacts + assumptionFacts }

  /// Columns: scenario, offer, section, item, period, municipality, value, lower, upper, unit, assumption (`yes` or empty), text
  /// (English in every language).
  public var machine: Table {
    var table = Table(
      title: title,
      columns: ["scenario", "offer", "section", "item", "period", "municipality", "value", "lower", "upper", "unit", "assumption", "text"].map { .init($0) })
    func text(_ text: String) -> Table.Cell { text.isEmpty ? .empty : .text(text) }
    for fact in facts {
      for own in fact.numbers {
        table.append(
          [.text(run.plan.name), .text(risk.offer.id), .text(fact.section.rawValue), .text(own.item), text(own.period), text(own.municipality)]
            + [own.value, own.lower, own.upper].map { $0.map { .number($0) } ?? .empty }
            + [text(own.unit), text(own.isAssumption ? "yes" : ""), text(own.text)])
      }
    }
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("level", NumberText.machine(100 * request.level)),
      ("edition", "internal"),
    ] + RiskMoneyNotes(run: run, request: request).meta
    return table
  }

  /// Two columns: the topic and what there is to say.
  public var sheet: Table {
    var table = Table(
      title: title,
      columns: [.init("topic", heading: Phrase(da: "Emne", en: "Topic")), .init("text", heading: Phrase(risk.offer.name))])
    var last: OfferFact.Section?
    for fact in facts {
      guard let line = fact.line else { continue }
      table.append([fact.section == last ? .empty : .phrase(fact.section.phrase), .phrase(line)])
      last = fact.section
    }
    table.footnotes = [
      Phrase(
        da: "Interval \(NumberText.machine(100 * request.level)) %. Kun til intern brug: sandsynligheder for et navngivet tilbud offentliggøres ikke.",
        en: "Interval \(NumberText.machine(100 * request.level)) %. For internal use only: probabilities of a named offer are not published."),
    ]
    return table
  }

  private var title: Phrase {
    let scenario = run.plan.titleSuffix
    return Phrase(
      da: "\(panel.settings.name): \(risk.offer.name), set fra \(panel.origin)\(scenario.da)",
      en: "\(panel.settings.name): \(risk.offer.name), seen from \(panel.origin)\(scenario.en)")
  }
}
