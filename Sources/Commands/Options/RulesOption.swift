internal import ArgumentParser
internal import Analysis
internal import Capacity
internal import Forecasting
internal import Groundwork
internal import Placements
internal import Scenarios

/// Which economic rules hold.
struct RulesOption: ParsableArguments {
  @Option(
    help: help(
      Phrase(
        da: "Regler for pladser, venteliste og penge: et regelsæt i projektets rules eller programmets; ellers projektets rule_set.",
        en: "Rules of places, waiting lists and money: a rule set in the project's rules or the program's; else the project's rule_set."),
      value: Phrase(da: "regelsæt", en: "rule set")))
  var rules: String?

  /// What measures rest on that are reckoned offer by offer, with the rules' file; nil where no wanted measure needs it.
  /// - Parameters:
  ///   - plans: those that may name rules of their own.
  ///   - isNeeded: whether prices are settled by the rules, whatever the measures.
  /// - Throws: `UsageError` where rules are named that nothing needs.
  func offers(
    _ session: ProjectSession, _ measures: [Measure], plans: [Plan] = [], isNeeded: Bool = false
  ) throws -> (basis: OfferBasis, file: String)? {
    guard isNeeded || measures.contains(where: \.needsOffers) else {
      guard rules == nil else {
        throw UsageError(
          Phrase(
            da: "--rules gælder mål om pladser, venteliste og penge, fx --measure waiting.",
            en: "--rules is about measures of places, waiting lists and money, such as --measure waiting."))
      }
      return nil
    }
    try session.requireOffers()
    let library = RuleLibrary(folder: session.folder)
    let (ruleSet, file) = try library.chosen(rules, else: session.extracts.settings.ruleSet)
    var request = RiskRequest(rules: ruleSet)
    request.ruleSets = try library.sets(of: plans)
    return (OfferBasis(session.extracts, request: request), file)
  }
}

/// What tables of such measures say besides.
struct OfferNotes {
  let phrases: [Phrase]
  let meta: [(key: String, value: String)]

  init(_ basis: OfferBasis?, _ measures: [Measure], panel: Panel, plans: [Plan] = []) {
    let places = measures.contains(where: \.needsAllocation) ? basis.map { OccupancyNotes($0.occupancy(panel)) } : nil
    let money = measures.contains(where: \.needsMoney) ? basis.map { MoneyNotes($0, plans: plans) } : nil
    phrases = (places?.phrases ?? []) + (money?.phrases ?? [])
    let own = places?.meta ?? []
    meta = own + (money?.meta ?? []).filter { entry in !own.contains { $0.key == entry.key } }
  }
}
