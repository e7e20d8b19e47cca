import Analysis
import Demand
import Forecasting
import Groundwork
import Ingest
import Placements
import Reports
import Scenarios
import Store

/// A project that was read and found usable, with what its commands have in common.
struct ProjectSession {
  let folder: String
  let extracts: Extracts
  let panel: Panel
  /// Canonical names of the tables that were read, with their files as the project names them.
  let tables: [(name: String, file: String)]

  /// Reads the project; warnings go to standard error.
  /// - Throws: `FindingsError` with everything that forbids its use.
  init(_ project: ProjectOptions, output: OutputOptions) throws {
    folder = project.project
    let read = ProjectReader(folder: project.project).read()
    extracts = try read.usable()
    output.show(read.findings.filter { $0.severity == .warning })
    panel = try Panel(extracts)
    tables = read.tables.map { ($0.name, $0.file) }
    output.show(panel.remarks)
  }

  /// The budget year and three more: 36 months, 12 quarters or 10 years, unless the project or the command says otherwise.
  func horizon(_ wanted: Int?) -> Int {
    if let horizon = wanted ?? extracts.settings.horizon { return horizon }
    switch panel.length {
    case .month: return 36
    case .quarter: return 12
    case .year: return 10
    }
  }

  /// What the options ask for, with names looked up.
  /// - Parameter newOffers: that scenarios have besides the project's.
  /// - Throws: `UsageError` with the nearest valid name.
  func request(_ run: RunOptions, _ filter: FilterOptions, output: OutputOptions, horizon: Int, newOffers: [Offer] = []) throws -> RunRequest {
    if let variable = filter.variable {
      throw UsageError(Phrase(da: "--by \(variable) hører til plads scenario --seek.", en: "--by \(variable) belongs to plads scenario --seek."))
    }
    let measures = try filter.measure.flatMap { $0.split(separator: ",").map(String.init) }.map(Self.measure)
    let every = run.every ?? panel.length
    guard every >= panel.length else {
      throw UsageError(
        Phrase(
          da: "--every \(every.rawValue) er finere end projektets perioder (\(panel.length.rawValue)).",
          en: "--every \(every.rawValue) is finer than the project's periods (\(panel.length.rawValue))."))
    }
    if every > panel.length, ResultTables.wholePeriods(panel: panel, horizon: horizon, every: every).isEmpty {
      throw UsageError(
        Phrase(
          da: "Horisonten rummer ingen hel periode af længden \(every.rawValue); vælg en længere --horizon.",
          en: "The horizon holds no whole \(every.rawValue); choose a longer --horizon."))
    }
    if filter.grouping == .offer, !knowsOffersOfCitizens {
      throw UsageError(
        Phrase(
          da: "Projektets tal siger ikke, hvem der bor i hvilket tilbud; brug --by area.",
          en: "The project's figures do not say who lives in which offer; use --by area."))
    }
    return RunRequest(
      grouping: filter.grouping, filter: try resultFilter(filter, newOffers), level: Double(run.simulation.level) / 100, every: every, draws: run.simulation.draws,
      seed: UInt64(run.simulation.seed), threads: run.simulation.taskCount, measures: measures.isEmpty ? (output.isForPeople ? [.stock] : nil) : measures,
      onlyPeriods: output.isForPeople ? Set(ResultTables.shownPeriods(panel: panel, horizon: horizon, every: every)) : nil)
  }

  var knowsOffersOfCitizens: Bool { panel.residents.contains { $0.offer != nil } || !panel.offerAdmissions.isEmpty }

  private static let needsPlaces = Phrase(
    da: "risiko holder borgere op mod pladser, tilbud for tilbud", en: "risk holds citizens against places, offer by offer")

  private static let placesRemedy = Phrase(
    da: "Læg capacity.csv med kolonnerne offer, from og places i data.", en: "Put capacity.csv with the columns offer, from and places into data.")

  /// What cannot be said of a project without places, where the rest can.
  var withoutPlaces: [Finding] {
    guard extracts.capacity.isEmpty else { return [] }
    return [
      Finding(
        .warning, file: "data/capacity.csv",
        message: Phrase(
          da: "projektet har ingen pladser: belægning, grænser, råd og ledige pladser kan ikke regnes; resten vises.",
          en: "the project has no places: occupancy, limits, advice and free places cannot be computed; the rest is shown."), remedy: Self.placesRemedy)
    ]
  }

  /// Refuses a project whose files do not say who lives in which offer.
  func requireOffers() throws {
    let needs = Self.needsPlaces
    if !knowsOffersOfCitizens {
      throw FindingsError(
        Finding(
          .error, message: needs + Phrase(da: "; data siger ikke, hvem der bor i hvilket tilbud.", en: "; the data does not say who lives in which offer."),
          remedy: Phrase(
            da: "Brug stays.csv, eller activity.csv med kolonnen offer.", en: "Use stays.csv, or activity.csv with the column offer.")))
    }
  }

  private static func measure(_ name: String) throws -> Measure {
    if let measure = Measure(rawValue: name) { return measure }
    let all = Measure.allCases.map(\.rawValue)
    let near = NearestName.hint(name, among: all)
    throw UsageError(
      Phrase(
        da: "Ukendt: målet »\(name)«. \(near.da)\(near.isEmpty ? "" : " ")Kendte: \(all.joined(separator: ", ")).",
        en: "Unknown measure “\(name)”. \(near.en)\(near.isEmpty ? "" : " ")Known: \(all.joined(separator: ", "))."))
  }

  private func resultFilter(_ options: FilterOptions, _ newOffers: [Offer]) throws -> ResultFilter {
    let areas = try areas(options.areas)
    let filter = ResultFilter(areas: areas, municipalities: try municipalities(options.municipalities), offers: try offers(options.offers, in: areas, newOffers: newOffers))
    if !filter.offers.isEmpty, options.grouping != .offer {
      throw UsageError(Phrase(da: "--offer kræver --by offer.", en: "--offer needs --by offer."))
    }
    return filter
  }

  /// Ids of the named areas.
  func areas(_ option: AreaOption) throws -> Set<String> {
    Set(
      try option.area.map { name in
        let form = NearestName.machineForm(name)
        guard let area = panel.areas.first(where: { $0.id == name || NearestName.machineForm($0.name) == form }) else {
          throw Self.unknown(Phrase(da: "området", en: "area"), name, among: panel.areas.map { ($0.id, $0.name) }, listing: "area")
        }
        return area.id
      })
  }

  /// Codes of the named municipalities.
  func municipalities(_ option: MunicipalityOption) throws -> Set<String> { Set(try option.municipality.map { try municipality($0).code }) }

  /// The municipality of a name or code.
  func municipality(_ name: String) throws -> Municipality {
    guard let municipality = panel.municipalities.first(where: { $0.code == name || $0.name.lowercased() == name.lowercased() }) else {
      // A code's neighbours in digits are other places altogether.
      if !name.isEmpty, name.allSatisfy({ $0.isASCII && $0.isNumber }) {
        throw UsageError(
          Phrase(
            da: "Kommunekoden »\(name)« er ukendt. Koderne er Danmarks Statistiks, eller dem i data/municipalities.csv, hvor den findes; navnet kan bruges i stedet.",
            en: "The municipality code “\(name)” is unknown. The codes are those of Statistics Denmark, or those in data/municipalities.csv where there is one; the name may stand instead."))
      }
      throw Self.unknown(Phrase(da: "kommunen", en: "municipality"), name, among: panel.municipalities.map { ($0.name, $0.code) }, listing: "municipality")
    }
    return municipality
  }

  /// Ids of the named offers, all of which must lie in the named areas.
  /// - Parameters:
  ///   - areas: ids; empty for all.
  ///   - newOffers: that may be named besides the project's.
  func offers(_ option: OfferOption, in areas: Set<String> = [], newOffers: [Offer] = []) throws -> Set<String> {
    let ids = Set(try option.offer.map { try offer(named: $0, newOffers: newOffers) })
    guard !areas.isEmpty, let outside = (panel.offers + newOffers).first(where: { ids.contains($0.id) && !areas.contains($0.area) }) else { return ids }
    throw UsageError(
      Phrase(
        da: "Tilbuddet »\(outside.name)« ligger i området \(outside.area), ikke i \(areas.sorted().joined(separator: ", ")): udelad --area.",
        en: "The offer “\(outside.name)” lies in the area \(outside.area), not in \(areas.sorted().joined(separator: ", ")): leave out --area."))
  }

  /// The id of an offer, given its id or name.
  func offer(named name: String, newOffers: [Offer] = []) throws -> String {
    let form = NearestName.machineForm(name)
    let known = panel.offers + newOffers
    guard let offer = known.first(where: { $0.id == name || NearestName.machineForm($0.name) == form }) else {
      throw Self.unknown(Phrase(da: "tilbuddet", en: "offer"), name, among: known.map { ($0.id, $0.name) }, listing: "offer")
    }
    return offer.id
  }

  /// - Parameters:
  ///   - names: two of each, either of which is understood; the first is proposed.
  ///   - grouping: the `--by` whose tables list them.
  private static func unknown(_ what: Phrase, _ name: String, among names: [(String, String)], listing grouping: String) -> UsageError {
    let near = NearestName.nearest(name, among: names, count: 3)
    let hint = NearestName.find(name, among: names.flatMap { [$0.0, $0.1] }).map { Phrase(da: "Mente du »\($0)«?", en: "Did you mean “\($0)”?") }
      ?? (near.isEmpty ? Phrase("") : Phrase(da: "Nærmest: \(near.joined(separator: ", ")).", en: "Nearest: \(near.joined(separator: ", "))."))
    return UsageError(
      Phrase(
        da: "Ukendt: \(what.da) »\(name)«. \(hint.da) »plads forecast --by \(grouping)« viser dem alle.",
        en: "Unknown \(what.en) “\(name)”. \(hint.en) “plads forecast --by \(grouping)” shows them all."))
  }

  /// What was computed, headed, as it is printed and remembered.
  func document(_ sheets: [Table], machine: Table, warnings: [Finding], _ project: ProjectOptions) -> RunDocument {
    RunDocument(
      machine: project.headed(machine, by: extracts.settings),
      sheets: sheets.enumerated().map { $0.offset == 0 ? project.headed($0.element, by: extracts.settings) : $0.element },
      warnings: warnings)
  }

  /// Fits the project's demand and shows what could not be modelled.
  func fitted(horizon: Int, threads: Int, output: OutputOptions) -> FittedDemand {
    let demand = fitted(horizon: horizon, threads: threads)
    output.show(demand.warnings)
    return demand
  }

  func fitted(horizon: Int, threads: Int) -> FittedDemand { FittedDemand(panel: panel, horizon: horizon, threads: threads) }

  /// Prints machine tables whole, people's as sheets, one a measure.
  func print(_ sheets: [Table], machine: Table, _ project: ProjectOptions, _ output: OutputOptions) throws {
    guard output.isForPeople else { return try output.write(project.headed(machine, by: extracts.settings)) }
    try output.write(sheets.enumerated().map { $0.offset == 0 ? project.headed($0.element, by: extracts.settings) : $0.element })
  }
}

extension OutputOptions {
  /// Tables and Markdown are read, the others are processed.
  var isForPeople: Bool { format == .table || format == .markdown }
}
