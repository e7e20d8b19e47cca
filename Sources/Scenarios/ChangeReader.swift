import Demand
import Groundwork
import Placements

/// Turns one change into its part of a plan, collecting what is wrong with it.
struct ChangeReader {
  let builder: PlanBuilder
  let scenario: Scenario
  let change: Scenario.Change
  /// Which of the plan's changes of the same lever and scope this is, from 1.
  let occurrence: Int
  private(set) var errors: [Finding] = []
  private(set) var warnings: [Finding] = []
  /// What an assumption's own words leave open.
  var remarks: [Phrase] = []

  init(builder: PlanBuilder, scenario: Scenario, change: Scenario.Change, occurrence: Int) {
    self.builder = builder
    self.scenario = scenario
    self.change = change
    self.occurrence = occurrence
  }

  var panel: Panel { builder.panel }

  mutating func apply(to plan: inout Plan) {
    switch change.lever {
    case .homecoming: rates(.flow(.homecoming), in: &plan)
    case .admission: rates(.flow(.admission), in: &plan)
    case .otherExit: rates(.flow(.otherExit), in: &plan)
    case .transfer: rates(.flow(.transfer), in: &plan)
    case .population: rates(.population, in: &plan)
    case .stock: rates(.stock, in: &plan)
    case .batchHomecoming: batch(in: &plan)
    case .places: places(in: &plan)
    case .closure: closure(in: &plan)
    case .newOffer: newOffer(in: &plan)
    case .priceReaction: priceReaction(in: &plan)
    case .takeover: takeover(in: &plan)
    case .ownOffer: ownOffer(in: &plan)
    case .merge: merge(in: &plan)
    case .repackage: repackage(in: &plan)
    case .courtAdmissions: courtAdmissions(in: &plan)
    case .reform: reform(in: &plan)
    case .tariff: tariff(in: &plan)
    case .savings: savings(in: &plan)
    case .complexity: complexity(in: &plan)
    case .tariffStop: tariffStop(in: &plan)
    case .adaptationTime: adaptationTime(in: &plan)
    case .notice: notice(in: &plan)
    case .ruleSet: ruleSet(in: &plan)
    }
    if errors.isEmpty { plan.assumptions += [assumption] + remarks }
  }

  private var assumption: Phrase {
    let numbers = change.lever.keys.filter { $0 != "what" && $0 != "reason" && change.values[$0] != nil }
      .map { "\($0) = \(Self.text(change.values[$0]))" }.joined(separator: ", ")
    let reason = change.reason.isEmpty ? scenario.reason : change.reason
    let why = reason.isEmpty ? "" : " – " + reason
    let (lever, word) = (change.lever.rawValue, change.lever.phrase.da)
    let told = lever == word ? lever : "\(word) (\(lever))"
    return Phrase(da: "\(scenario.name): \(told): \(numbers)\(why)", en: "\(scenario.name): \(lever) (\(numbers))\(why)")
  }

  static func text(_ value: PositionedTOML.Value?) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): NumberText.machine(number)
    case .boolean(let flag): flag ? "true" : "false"
    case .array(let items): "[" + items.map { Self.text($0) }.joined(separator: ", ") + "]"
    case .table(let table): "{ " + NamedDistribution.order(table.keys).map { "\($0) = \(Self.text(table[$0]))" }.joined(separator: ", ") + " }"
    case nil: ""
    }
  }

  // MARK: Rates

  private mutating func rates(_ target: RateChange.Target, in plan: inout Plan) {
    let municipalities = municipalityFlags()
    let strata = stratumFlags()
    let periods = periods()
    let ramp = change.values["ramp_months"] == nil ? 0 : number("ramp_months", 0...120) ?? 0
    guard let effect = effect(), errors.isEmpty else { return }
    refuseWrongKnowledge(target, strata)
    guard errors.isEmpty else { return }
    let new = RateChange(
      target: target, municipalities: municipalities, strata: strata, periods: periods, effect: effect, ramp: ramp / Double(panel.length.months))
    if case .set = effect { refuseSecondNumber(new, in: plan) }
    warnIfNothingMatches(new)
    plan.demand.changes.append(new)
  }

  /// Of two numbers for the same cell and period one would be lost.
  private mutating func refuseSecondNumber(_ new: RateChange, in plan: Plan) {
    let isTwice = plan.demand.changes.contains { old in
      guard case .set = old.effect else { return false }
      return old.target == new.target && old.periods.overlaps(new.periods) && zip(old.municipalities, new.municipalities).contains { $0 && $1 }
        && zip(old.strata, new.strata).contains { $0 && $1 }
    }
    guard isTwice else { return }
    fail(
      "set", Phrase(da: "to ændringer sætter det samme i samme periode.", en: "two changes set the same in the same period."),
      Phrase(da: "Slet den ene, eller del områder, kommuner eller perioder imellem dem.", en: "Remove one, or share areas, municipalities or periods between them."))
  }

  private mutating func warnIfNothingMatches(_ new: RateChange) {
    let strata = panel.strata.indices.filter { new.strata[$0] }
    guard !strata.isEmpty else {
      return warn("what", Phrase(da: "rammer intet: ingen ophold passer til område, art og retsgrundlag.", en: "touches nothing: no stays fit the area, kind and legal section."))
    }
    guard case .flow(let flow) = new.target, flow != .admission, case .multiply = new.effect else { return }
    let municipalities = panel.municipalities.indices.filter { new.municipalities[$0] }
    let isAnybodyKnown = municipalities.contains { m in
      strata.contains { s in
        panel.knowledge[s] == .flowsOnly || panel.series(.admissions, municipality: m, stratum: s).contains { $0 > 0 }
      }
    } || panel.residents.contains { new.municipalities[$0.municipality] && new.strata[$0.stratum] }
    if !isAnybodyKnown {
      warn(
        "what",
        Phrase(
          da: "rammer intet: ingen af kommunerne har eller har haft borgere dér.", en: "touches nothing: none of the municipalities has or had citizens there."))
    }
  }

  /// Flow levers need flows, the stock lever an area where only the stock is known.
  mutating func refuseWrongKnowledge(_ target: RateChange.Target, _ strata: [Bool]) {
    let chosen = panel.strata.indices.filter { strata[$0] }
    // A scope without any cell is warned of.
    guard !chosen.isEmpty else { return }
    let named = change.values["areas"] != nil || change.values["area"] != nil
    switch target {
    case .flow(.transfer) where panel.transfers.isEmpty:
      fail(
        "what", value: change.lever.rawValue,
        Phrase(da: "data kender ingen flytninger mellem områder eller retsgrundlag.", en: "the data knows no moves between areas or legal sections."),
        Phrase(da: "Brug admission og other_exit i de to områder.", en: "Use admission and other_exit in the two areas."))
    case .flow:
      let usable = chosen.contains { panel.knowledge[$0] == .flowsAndStock || panel.knowledge[$0] == .flowsOnly }
      if !usable || (named && chosen.contains { panel.knowledge[$0] == .stockOnly }) {
        fail(
          "what", value: change.lever.rawValue,
          Phrase(da: "området har kun belægning, ingen bevægelser.", en: "the area has stock only, no flows."),
          Phrase(da: "Brug population eller stock.", en: "Use population or stock."))
      }
    case .stock:
      if !chosen.contains(where: { panel.knowledge[$0] == .stockOnly }) || (named && chosen.contains { panel.knowledge[$0] != .stockOnly }) {
        fail(
          "what", value: "stock",
          Phrase(da: "området har bevægelser; belægningen følger af dem.", en: "the area has flows; its stock follows from them."),
          Phrase(da: "Brug admission, homecoming, other_exit eller population.", en: "Use admission, homecoming, other_exit or population."))
      }
    case .population: return
    }
  }

  // MARK: Small readings

  mutating func text(_ key: String) -> String? {
    switch change.values[key] {
    case nil: return nil
    case .string(let text): return text
    default:
      fail(key, Phrase(da: "er ikke en tekst.", en: "is not a text."), Phrase(da: "Skriv én værdi i anførselstegn.", en: "Write one value in quotes."))
      return nil
    }
  }

  mutating func flag(_ key: String, default usual: Bool) -> Bool {
    switch change.values[key] {
    case nil: return usual
    case .boolean(let flag): return flag
    default:
      fail(key, Phrase(da: "er hverken true eller false.", en: "is neither true nor false."), Phrase(""))
      return usual
    }
  }

  mutating func wholeNumber(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    if case .integer(let number) = change.values[key], range.contains(number) { return number }
    fail(
      key,
      Phrase(
        da: "skal være et helt tal fra \(range.lowerBound) til \(range.upperBound).",
        en: "must be a whole number from \(range.lowerBound) to \(range.upperBound)."), Phrase(""))
    return nil
  }

  /// A finite number in a range; nil and an error where it is anything else.
  mutating func number(_ key: String, _ range: ClosedRange<Double>) -> Double? {
    if let number = change.values[key].flatMap(Self.number), range.contains(number) { return number }
    func shown(_ value: Double) -> String { NumberText.machine(value) }
    fail(
      key,
      Phrase(
        da: "skal være et tal fra \(shown(range.lowerBound)) til \(shown(range.upperBound)).",
        en: "must be a number from \(shown(range.lowerBound)) to \(shown(range.upperBound))."), Phrase(""))
    return nil
  }

  /// Nil where the key is not there.
  mutating func optional(_ key: String, _ range: ClosedRange<Double>) -> Double? {
    change.values[key] == nil ? nil : number(key, range)
  }

  mutating func fail(_ key: String, value: String? = nil, _ message: Phrase, _ remedy: Phrase) {
    // That it is missing was told already, or it is the misspelt one.
    if change.isFlawed, change.values[key] == nil { return }
    errors.append(
      scenario.source.finding(at: change.path + "." + key, value: value ?? "\(key) = \(Self.text(change.values[key]))", message: message, remedy: remedy))
  }

  mutating func failName(_ key: String, _ name: String, _ message: Phrase, among known: [String]) {
    errors.append(
      scenario.source.finding(at: change.path + "." + key, value: name, message: message, remedy: NearestName.hint(name, among: known)))
  }

  mutating func warn(_ key: String, _ message: Phrase) {
    warnings.append(
      scenario.source.finding(.warning, at: change.path + "." + key, value: "\(key) = \(Self.text(change.values[key]))", message: message, remedy: Phrase("")))
  }
}
