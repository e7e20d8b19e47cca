import Groundwork
import Placements

/// Reads a project folder: plads.toml and every table, wherever it says they lie.
public struct ProjectReader {
  private let folder: String

  public init(folder: String) {
    self.folder = folder
  }

  /// Reads and checks everything. Never throws for bad content: errors are findings, and the extracts hold what could be read.
  public func read() -> ReadProject {
    let log = FindingLog()
    guard TextFile.exists(folder) else { return failed(.noFolder) }
    guard TextFile.isFolder(folder) else { return failed(.folderIsFile) }
    let hasFile = TextFile.exists(path(ProjectFile.name))
    guard hasFile || TableName.allCases.contains(where: { Self.usualFiles($0).contains { TextFile.exists(path($0)) } }) else { return failed(.noProject) }
    guard let project = hasFile ? readProjectFile(log) : ProjectFile() else {
      return ReadProject(
        extracts: Extracts(settings: ProjectSettings(name: "")), findings: log.sorted(), proposals: [], tables: [], coverage: Coverage())
    }
    var reading = Reading(folder: folder, project: project, log: log)
    return reading.run()
  }

  private func path(_ file: String) -> String { Self.join(folder, file) }

  /// Where a table lies when plads.toml does not say; the first that is there counts.
  static func usualFiles(_ table: TableName) -> [String] { [".csv", ".xlsx"].map { "data/\(table.rawValue)\($0)" } }

  static func join(_ folder: String, _ file: String) -> String {
    if file.hasPrefix("/") { return file }
    return folder.hasSuffix("/") ? folder + file : folder + "/" + file
  }

  private func failed(_ fault: Fault) -> ReadProject {
    ReadProject(
      extracts: Extracts(settings: ProjectSettings(name: "")), findings: [fault.finding(file: nil, value: folder)], proposals: [], tables: [],
      coverage: Coverage())
  }

  /// - Returns: nil and findings where the file is no TOML, so that nothing is known of the tables.
  private func readProjectFile(_ log: FindingLog) -> ProjectFile? {
    do throws(FindingsError) {
      let bytes = try TextFile.read(path(ProjectFile.name), as: ProjectFile.name)
      if let invalid = bytes.withUnsafeBufferPointer({ TextEncoding.validate($0) }).firstInvalid {
        let row = 1 + bytes[..<invalid].count(where: { $0 == 0x0A })
        throw FindingsError(Fault.tomlNotUTF8.finding(file: ProjectFile.name, row: row))
      }
      let start = bytes.starts(with: TextEncoding.byteOrderMark) ? 3 : 0
      return ProjectFile.read(String(decoding: bytes[start...], as: UTF8.self), log: log)
    } catch {
      error.findings.forEach(log.add)
      return nil
    }
  }
}

extension Fault {
  static var tomlNotUTF8: Fault {
    Fault(
      "encoding", .error, Phrase(da: "linjen er ikke gyldig UTF-8.", en: "the line is not valid UTF-8."),
      Phrase(da: "Gem filen som UTF-8.", en: "Save the file as UTF-8."))
  }
}

/// One reading of a project: tables in the order in which later ones need earlier ones.
private struct Reading {
  let folder: String
  let project: ProjectFile
  let log: FindingLog
  let registers: Registers
  var extracts: Extracts
  var population: [Population.Row] = []
  var summaries: [TableSummary] = []
  var stayPayers: Set<String> = []
  var stayOffers: Set<String> = []
  var hiddenSeries: [HiddenSeries] = []
  private var offersNameKind = true
  private var capacityOrigins: [CapacityTable.Origin] = []
  private var economyLines: [Int] = []

  init(folder: String, project: ProjectFile, log: FindingLog) {
    self.folder = folder
    self.project = project
    self.log = log
    registers = Registers(areas: project.settings.areas)
    extracts = Extracts(settings: project.settings)
  }

  mutating func run() -> ReadProject {
    readMunicipalities()
    readOffers()
    readPopulation()
    readCapacity()
    readTariffs()
    readEconomy()
    let hasStays = readStays()
    settleOffers()
    let hasActivity = readActivity()
    let isEmpty = extracts.stays.isEmpty && extracts.activity.isEmpty && log.errorCount == 0
    if isEmpty || !hasStays && !hasActivity { log.report(.nothingToForecast, file: nil) }
    estimateWindowOfActivity()
    readExpectations()
    readNotices()
    readOverrides()
    readIndices()
    readOwnSupply()
    readSatisfaction()
    checkMoney()
    reportStrayFiles()
    extracts.settings.areas = registers.areas.all
    settleRegion()
    applyChanges()
    var coverage = Coverage(of: extracts, population: population, payers: stayPayers, offers: stayOffers)
    coverage.hidden = hiddenSeries
    let names = Dictionary(extracts.municipalities.map { ($0.code, $0.name) }, uniquingKeysWith: { first, _ in first })
    coverage.report(to: log, activityFile: file(.activity), populationFile: file(.population)) { names[$0] ?? $0 }
    return ReadProject(extracts: extracts, findings: log.sorted(), proposals: log.proposals, tables: summaries, coverage: coverage)
  }

  private func file(_ table: TableName) -> String {
    let usual = ProjectReader.usualFiles(table)
    return project.inputs[table]?.file ?? usual.first { exists($0) } ?? usual[0]
  }

  private func exists(_ file: String) -> Bool { TextFile.exists(ProjectReader.join(folder, file)) }

  private func isThere(_ table: TableName) -> Bool { project.inputs[table]?.file != nil || exists(file(table)) }

  /// Reports once that the table's offers cannot be known, instead of once a row.
  private func knowsOffers(_ table: OpenTable) -> Bool {
    if registers.offers.isThere { return true }
    log.report(.offersMissing, file: table.file, row: table.text.headerLine, column: table.column("offer").header)
    return false
  }

  /// The table ready for its rows; nil where there is none or its beginning cannot be used.
  private mutating func open(_ table: TableName) -> OpenTable? {
    guard isThere(table) else { return nil }
    let file = file(table)
    let open = OpenTable(
      table, path: ProjectReader.join(folder, file), file: file, mapping: project.inputs[table] ?? InputMapping(), toml: project.toml,
      log: log)
    guard let open, open.hasRequiredColumns() else { return nil }
    return open
  }

  private mutating func close(_ table: OpenTable, rows: Int, used: Set<Int> = []) {
    table.reportIgnored(except: used)
    summaries.append(table.summary(rows: rows, used: used))
  }

  private mutating func readMunicipalities() {
    extracts.municipalities = Municipality.denmark
    guard let table = open(.municipalities) else { return }
    let (rows, municipalities) = ReferenceTables.municipalities(table)
    if !municipalities.isEmpty {
      extracts.municipalities = municipalities
      registers.municipalities = MunicipalityRegister(municipalities)
    }
    close(table, rows: rows)
  }

  private mutating func readOffers() {
    registers.offers.isThere = isThere(.offers)
    guard let table = open(.offers) else {
      registers.offers.isBroken = registers.offers.isThere
      return
    }
    let rows = ReferenceTables.offers(table, into: registers)
    extracts.offers = registers.offers.offers
    offersNameKind = table.has("kind")
    close(table, rows: rows)
  }

  /// What the offers' table does not say, most of an offer's stays do: under which section and of which kind it is.
  private mutating func settleOffers() {
    let stays = Dictionary(grouping: extracts.stays, by: \.offer)
    extracts.offers = extracts.offers.map { offer in
      guard let own = stays[offer.id], offer.legalBasis.isEmpty || !offersNameKind else { return offer }
      var settled = offer
      if offer.legalBasis.isEmpty { settled.legalBasis = Self.most(own.map(\.legalBasis)) ?? "" }
      if !offersNameKind, let kind = Self.most(own.map(\.kind.rawValue)).flatMap(ServiceKind.init) { settled.kind = kind }
      return settled
    }
  }

  /// The most frequent word; of equals the first in order.
  private static func most(_ words: [String]) -> String? {
    Dictionary(grouping: words) { $0 }.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
  }

  private mutating func readPopulation() {
    guard let table = open(.population) else { return }
    let reader = PopulationTable(table, registers)
    guard reader.hasPersons() else { return }
    let rows: Int
    (rows, population) = reader.read()
    extracts.population = Population(population)
    close(table, rows: rows, used: table.has("persons") ? [] : reader.bandColumns)
  }

  private mutating func readCapacity() {
    guard let table = open(.capacity), knowsOffers(table) else { return }
    let rows: Int
    (rows, extracts.capacity, capacityOrigins) = CapacityTable.read(table, registers)
    close(table, rows: rows)
  }

  private mutating func readTariffs() {
    guard let table = open(.tariffs), knowsOffers(table) else { return }
    let rows: Int
    (rows, extracts.tariffs) = TariffTable.read(table, registers)
    close(table, rows: rows)
  }

  private mutating func readEconomy() {
    guard let table = open(.economy), knowsOffers(table) else { return }
    let rows: Int
    (rows, extracts.economy, economyLines) = EconomyTable.read(table, registers)
    close(table, rows: rows)
  }

  /// - Returns: whether the file is there.
  private mutating func readStays() -> Bool {
    guard isThere(.stays) else { return false }
    guard let table = open(.stays) else { return true }
    guard knowsOffers(table) else { return true }
    let reader = StaysTable(table, registers, endIsLastDay: project.endIsLastDay)
    let result = reader.read()
    extracts.stays = result.stays
    stayPayers = result.payers
    stayOffers = result.offers
    settleWindow(of: table)
    if let last = extracts.settings.observedTo { reader.reportPlanned(result, after: last) }
    reader.reportLegalBases(result)
    close(table, rows: result.rows)
    return true
  }

  /// - Returns: whether the file is there.
  private mutating func readActivity() -> Bool {
    guard isThere(.activity) else { return false }
    guard let table = open(.activity) else { return true }
    let reader = ActivityTable(table, registers, suppression: project.suppression)
    guard reader.hasColumns() else { return true }
    let result = reader.read()
    extracts.activity = result.activity
    hiddenSeries = result.hidden
    close(table, rows: result.rows)
    return true
  }

  private mutating func readExpectations() {
    guard let table = open(.expectations), ExpectationsTable.hasStatement(table) else { return }
    let rows: Int
    (rows, extracts.expectations) = ExpectationsTable.read(table, registers)
    if let from = extracts.settings.observedFrom, let to = extracts.settings.observedTo, from <= to {
      ExpectationsTable.reportYears(extracts.expectations, data: from.year...to.year, file: table.file, log: log)
    }
    close(table, rows: rows)
  }

  private mutating func readNotices() {
    guard let table = open(.notices), NoticesTable.hasPlace(table), !table.has("offer") || knowsOffers(table) else { return }
    let rows: Int
    (rows, extracts.notices) = NoticesTable.read(table, registers)
    let present = PresentCitizens(extracts)
    NoticesTable.report(extracts.notices, lastDay: extracts.settings.observedTo, table: table) { present.count(of: $0) }
    close(table, rows: rows)
  }

  private mutating func readOverrides() {
    if let toml = project.toml {
      var seen: Set<OverridesTable.Key> = []
      for declaration in project.overrides {
        guard let own = declaration.resolved(registers, toml: toml, log: log) else { continue }
        let key = OverridesTable.Key(municipality: own.municipality, area: own.area, period: own.period, date: own.date)
        if !seen.insert(key).inserted { log.add(Fault.overriddenTwice.finding(in: toml, at: declaration.path, value: declaration.area.text)) }
        extracts.overrides.append(own)
      }
    }
    guard let table = open(.overrides) else { return }
    let (rows, overrides) = OverridesTable.read(table, registers)
    extracts.overrides += overrides
    close(table, rows: rows)
  }

  private mutating func readIndices() {
    guard let table = open(.indices) else { return }
    let rows: Int
    (rows, extracts.indices) = IndicesTable.read(table)
    close(table, rows: rows)
  }

  private mutating func readOwnSupply() {
    guard let table = open(.ownSupply) else { return }
    let rows: Int
    (rows, extracts.ownSupply) = OwnSupplyTable.read(table, registers)
    close(table, rows: rows)
  }

  private mutating func readSatisfaction() {
    guard let table = open(.satisfaction) else { return }
    let rows: Int
    (rows, extracts.satisfaction) = SatisfactionTable.read(table, registers)
    close(table, rows: rows)
  }

  /// Holds places and accounts against the citizens that were counted; a broken table would only repeat its own errors.
  private func checkMoney() {
    guard log.errorCount == 0 else { return }
    let occupancy = OccupancyCheck(extracts)
    occupancy.report(capacityOrigins, file: file(.capacity), log: log)
    occupancy.reportNoPlaces(capacityOrigins, file: file(.capacity), log: log)
    occupancy.reportNoTariffs(file: file(.tariffs), log: log)
    LevelCheck(extracts).report(file: file(.tariffs), log: log)
    IncomeCheck(extracts).report(economyLines, file: file(.economy), log: log)
  }

  private mutating func settleWindow(of table: OpenTable) {
    let settings = extracts.settings
    guard settings.observedFrom == nil || settings.observedTo == nil,
      let estimate = ObservationWindow.estimate(stays: extracts.stays, activity: [])
    else { return }
    let to = settings.observedTo ?? estimate.to
    let from = settings.observedFrom ?? min(estimate.from, to)
    extracts.settings.observedFrom = from
    extracts.settings.observedTo = to
    log.report(.windowAssumed(from: from.iso, to: to.iso), file: table.file)
  }

  /// Activity says by its periods what it covers, so nothing is assumed.
  private mutating func estimateWindowOfActivity() {
    guard extracts.stays.isEmpty, let estimate = ObservationWindow.estimate(stays: [], activity: extracts.activity) else { return }
    let to = extracts.settings.observedTo ?? estimate.to
    extracts.settings.observedTo = to
    extracts.settings.observedFrom = extracts.settings.observedFrom ?? min(estimate.from, to)
  }

  /// Breaks and merges of plads.toml.
  private mutating func applyChanges() {
    guard let toml = project.toml, !project.breaks.isEmpty || !project.merges.isEmpty else { return }
    let settings = extracts.settings
    let covered = settings.observedFrom.flatMap { from in settings.observedTo.flatMap { from <= $0 ? from...$0 : nil } }
    let errors = log.errorCount
    let changes = DeclaredChanges(project, toml: toml, registers: registers, covered: covered, log: log)
    guard log.errorCount == errors else { return }
    reportLateRows(changes, toml)
    population = extracts.merge(changes, population: population)
    let municipality = changes.destinations(.municipalities)
    let (area, offer) = (changes.destinations(.areas), changes.destinations(.offers))
    stayPayers = Set(stayPayers.map { municipality[$0] ?? $0 })
    stayOffers = Set(stayOffers.map { offer[$0] ?? $0 })
    extracts.settings.breaks = changes.breaks.map { own in
      var own = own
      own.areas = own.areas.map { area[$0] ?? $0 }
      own.offers = own.offers.map { offer[$0] ?? $0 }
      return own
    }
    extracts.settings.assumptions += extracts.settings.breaks.map(\.assumption) + changes.merges.map(\.assumption)
  }

  /// Rows that still name what was merged into another.
  private func reportLateRows(_ changes: DeclaredChanges, _ toml: PositionedTOML) {
    for merge in changes.merges {
      for (old, name) in zip(merge.old, merge.oldNames) {
        let late: Int
        switch merge.kind {
        case .municipalities:
          late = extracts.activity.count { $0.payer == old && $0.period.firstDay >= merge.date } + extracts.stays.count { $0.payer == old && $0.start >= merge.date }
        case .areas: late = extracts.activity.count { $0.stratum.area == old && $0.period.firstDay >= merge.date }
        case .offers:
          late = extracts.activity.count { $0.offer == old && $0.period.firstDay >= merge.date } + extracts.stays.count { $0.offer == old && $0.start >= merge.date }
        }
        guard late > 0 else { continue }
        let fault = Fault.rowsAfterMerge(late, into: merge.declaration.into.text, date: merge.date.iso)
        log.add(fault.finding(in: toml, at: name.path, value: name.text))
      }
    }
  }

  private mutating func settleRegion() {
    let written = extracts.settings.region
    guard !written.isEmpty, !registers.municipalities.regions.isEmpty else { return }
    if let region = registers.municipalities.region(written) {
      extracts.settings.region = region
    } else {
      let fault = Fault.unknownRegion(written, among: registers.municipalities.regions)
      if let toml = project.toml {
        log.add(fault.finding(in: toml, at: "project.region", value: written))
      }
    }
  }

  /// Names files in data/ that nobody reads, so that a misspelt table does not pass as missing, and proposes what they may hold.
  private func reportStrayFiles() {
    let names = TableName.allCases.map(\.rawValue)
    let used = Set(project.inputs.values.compactMap(\.file)).union(TableName.allCases.filter(isThere).map(file))
    for name in TextFile.names(in: ProjectReader.join(folder, "data")) {
      let file = "data/" + name
      guard !used.contains(file), let ending = TableFile.endings.first(where: { name.lowercased().hasSuffix($0) }) else { continue }
      let table = String(name.dropLast(ending.count))
      if table == "rules" {
        log.report(.rulesAsTable, file: file)
      } else if names.contains(table), TableName(rawValue: table).map(isThere) == true {
        log.report(.secondFile, file: file)
      } else {
        let missing = names.filter { !isThere(TableName(rawValue: $0)!) }
        let near = NearestName.find(table, among: missing)
        log.report(.unknownFile(near: near.map { $0 + ending.lowercased() }), file: file)
        StrayFile(path: ProjectReader.join(folder, file), file: file, project: project, log: log).propose(missing: Set(missing))
      }
    }
  }
}
