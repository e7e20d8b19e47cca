internal import ArgumentParser
internal import Analysis
internal import Capacity
internal import Forecasting
internal import Groundwork
internal import Placements

/// Which economic rules hold.
struct RulesOption: ParsableArguments {
  @Option(
    help: help(
      Phrase(
        da: "Regler for pladser og venteliste: et regelsæt i projektets rules eller programmets; ellers projektets rule_set.",
        en: "Rules of places and waiting lists: a rule set in the project's rules or the program's; else the project's rule_set."),
      value: Phrase(da: "regelsæt", en: "rule set")))
  var rules: String?

  /// The rules by which places are handed out, with their file; nil where no wanted measure needs them.
  /// - Parameter isNeeded: whether prices are settled by them, whatever the measures.
  /// - Throws: `UsageError` where rules are named that nothing needs.
  func occupancy(_ session: ProjectSession, _ measures: [Measure], isNeeded: Bool = false) throws -> (basis: OccupancyBasis, file: String)? {
    guard isNeeded || measures.contains(where: \.needsAllocation) else {
      guard rules == nil else {
        throw UsageError(
          Phrase(
            da: "--rules gælder mål om pladser og venteliste, fx --measure waiting.", en: "--rules is about measures of places and waiting lists, such as --measure waiting."))
      }
      return nil
    }
    try session.requireOffersWithPlaces()
    let (ruleSet, file) = try RuleLibrary(folder: session.folder).chosen(rules, else: session.extracts.settings.ruleSet)
    return (OccupancyBasis(session.extracts, panel: session.panel, rules: ruleSet), file)
  }
}
