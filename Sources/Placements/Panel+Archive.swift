public import Groundwork

extension Panel {
  /// The first number of an archive; another one is another form, which is not read, but for the one that only lacks notices.
  private static let archiveForm = 5
  private static let formWithoutNotices = 4

  /// The panel as bytes, to be read again by `init(archive:)`: counts by municipality, stratum and period, nothing of single stays. Of who is
  /// there, only how many have been there how long; of offers, only their admissions and when they exist.
  public func archive() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.archiveForm)
    writer.write(settings.name)
    writer.write(settings.region)
    writer.write(settings.isSynthetic)
    writer.write(length.rawValue)
    writer.write(first.ordinal)
    writer.write(count)
    writer.write(municipalities) { writer, municipality in
      for text in [municipality.code, municipality.name, municipality.region, municipality.group] { writer.write(text) }
    }
    writer.write(areas) { writer, area in
      writer.write(area.id)
      writer.write(area.name)
      writer.write(area.ageFrom)
      writer.write(area.ageTo)
    }
    writer.write(strata) { $1.archive(into: &$0) }
    writer.write(offers) { writer, offer in
      writer.write(offer.id)
      offer.stratum.archive(into: &writer)
      for day in [offer.validFrom, offer.validTo] { writer.write(day) { $0.write($1.number) } }
    }
    writer.write(population.rows) { writer, row in
      writer.write(row.municipality)
      for number in [row.year, row.ageFrom, row.ageTo] { writer.write(number) }
      writer.write(row.persons)
    }
    writer.write(knowledge) { $0.write($1.archiveNumber) }
    for series in values { writer.write(series) { $0.write($1) } }
    archiveResidents(into: &writer)
    writer.write(countedOffers?.sorted()) { $0.write($1) { $0.write($1) } }
    archiveMoves(into: &writer)
    writer.write(unknownExits) { $0.write($1) }
    writer.write(tenure) { $1.archive(into: &$0) }
    writer.write(notices) { writer, notice in
      for text in [notice.offer, notice.area, notice.payer, notice.kind.rawValue] { writer.write(text) }
      for number in [notice.places, notice.noticeDate.number, notice.endDate.number, notice.line] { writer.write(number) }
    }
    return writer.bytes
  }

  /// Of who is there, only how many have been there how long by municipality and stratum, in the order of their bands.
  private func archiveResidents(into writer: inout ByteWriter) {
    var groups: [ResidentGroup: Int] = [:]
    for resident in residents {
      let band = resident.admitted.map { DurationBand(since: $0, end: origin.lastDay) }
      groups[ResidentGroup(municipality: resident.municipality, stratum: resident.stratum, band: band), default: 0] += 1
    }
    writer.write(groups.sorted { $0.key < $1.key }) { writer, entry in
      writer.write(entry.key.municipality)
      writer.write(entry.key.stratum)
      writer.write(entry.key.band) { $0.write($1.rawValue) }
      writer.write(entry.value)
    }
  }

  private func archiveMoves(into writer: inout ByteWriter) {
    var moves: [[Int]: Int] = [:]
    for transfer in transfers { moves[[transfer.period, transfer.from, transfer.to], default: 0] += 1 }
    var admissions: [[Int]: Int] = [:]
    for admission in offerAdmissions { admissions[[admission.period, admission.stratum, admission.offer], default: 0] += 1 }
    for table in [moves, admissions] {
      writer.write(table.sorted { $0.key.lexicographicallyPrecedes($1.key) }) { writer, entry in
        for number in entry.key { writer.write(number) }
        writer.write(entry.value)
      }
    }
  }

  /// - Throws: `ByteReader.Damaged` where the bytes are of another form, cut off or contradict each other.
  public init(archive: [UInt8]) throws(ByteReader.Damaged) {
    var reader = ByteReader(archive)
    let form = try reader.integer()
    guard form == Self.archiveForm || form == Self.formWithoutNotices else { throw ByteReader.Damaged() }
    var settings = ProjectSettings(name: try reader.text(), region: try reader.text(), isSynthetic: try reader.flag())
    guard let length = PeriodLength(rawValue: try reader.text()) else { throw ByteReader.Damaged() }
    let first = Period(length: length, ordinal: try reader.integer())
    let count = try reader.integer()
    let municipalities = try reader.list { reader throws(ByteReader.Damaged) in
      Municipality(code: try reader.text(), name: try reader.text(), region: try reader.text(), group: try reader.text())
    }
    settings.areas = try reader.list { reader throws(ByteReader.Damaged) in
      SpecialtyArea(id: try reader.text(), name: try reader.text(), ageFrom: try reader.integer(), ageTo: try reader.integer())
    }
    let strata = try reader.list { reader throws(ByteReader.Damaged) in try Stratum(from: &reader) }
    let offers = try reader.list { reader throws(ByteReader.Damaged) in try Self.offer(&reader) }
    let population = try reader.list { reader throws(ByteReader.Damaged) in
      Population.Row(
        municipality: try reader.text(), year: try reader.integer(), ageFrom: try reader.integer(), ageTo: try reader.integer(),
        persons: try reader.double(), isProjection: false)
    }
    let isWhole = strata.allSatisfy { stratum in settings.areas.contains { $0.id == stratum.area } }
    guard count > 0, count < 100_000, isWhole else { throw ByteReader.Damaged() }
    self.init(
      settings: settings, length: length, first: first, count: count, municipalities: municipalities, areas: settings.areas, strata: strata,
      offers: offers, population: Population(population), fill: 0)
    try readCounts(&reader)
    try readResidents(&reader)
    countedOffers = try reader.optional { reader throws(ByteReader.Damaged) in
      Set(try reader.list { reader throws(ByteReader.Damaged) in try reader.integer() })
    }
    try readMoves(&reader)
    unknownExits = try reader.list { reader throws(ByteReader.Damaged) in try reader.integer() }
    guard unknownExits.isEmpty || unknownExits.count == strata.count else { throw ByteReader.Damaged() }
    let cells = municipalities.count * strata.count * count
    tenure = try reader.optional { reader throws(ByteReader.Damaged) in try Tenure(from: &reader, cells: cells) }
    let known = tenure?.exits.allSatisfy { municipalities.indices.contains($0.municipality) && strata.indices.contains($0.stratum) } ?? true
    guard known else { throw ByteReader.Damaged() }
    if form != Self.formWithoutNotices { notices = try reader.list(Self.notice) }
    guard reader.isAtEnd else { throw ByteReader.Damaged() }
  }

  private static func notice(_ reader: inout ByteReader) throws(ByteReader.Damaged) -> Notice {
    let (offer, area, payer) = (try reader.text(), try reader.text(), try reader.text())
    guard let kind = Notice.Kind(rawValue: try reader.text()) else { throw ByteReader.Damaged() }
    return Notice(
      offer: offer, area: area, payer: payer, places: try reader.integer(), noticeDate: Day(number: try reader.integer()),
      endDate: Day(number: try reader.integer()), kind: kind, line: try reader.integer())
  }

  private static func offer(_ reader: inout ByteReader) throws(ByteReader.Damaged) -> Offer {
    let id = try reader.text()
    let stratum = try Stratum(from: &reader)
    func day(_ reader: inout ByteReader) throws(ByteReader.Damaged) -> Day { Day(number: try reader.integer()) }
    return Offer(
      id: id, name: id, area: stratum.area, legalBasis: stratum.legalBasis, kind: stratum.kind, validFrom: try reader.optional(day),
      validTo: try reader.optional(day))
  }

  private mutating func readCounts(_ reader: inout ByteReader) throws(ByteReader.Damaged) {
    knowledge = try reader.list { reader throws(ByteReader.Damaged) in
      guard let known = Knowledge(archiveNumber: try reader.integer()) else { throw ByteReader.Damaged() }
      return known
    }
    for quantity in values.indices {
      let series = try reader.list { reader throws(ByteReader.Damaged) in try reader.double() }
      guard series.count == values[quantity].count else { throw ByteReader.Damaged() }
      values[quantity] = series
    }
    guard knowledge.count == strata.count else { throw ByteReader.Damaged() }
  }

  private mutating func readResidents(_ reader: inout ByteReader) throws(ByteReader.Damaged) {
    let groups = try reader.list { reader throws(ByteReader.Damaged) in
      let (municipality, stratum) = (try reader.integer(), try reader.integer())
      let band = try reader.optional { reader throws(ByteReader.Damaged) in
        guard let band = DurationBand(rawValue: try reader.integer()) else { throw ByteReader.Damaged() }
        return band
      }
      return (ResidentGroup(municipality: municipality, stratum: stratum, band: band), try reader.integer())
    }
    for (group, number) in groups {
      guard municipalities.indices.contains(group.municipality), strata.indices.contains(group.stratum), (0..<10_000_000).contains(number) else {
        throw ByteReader.Damaged()
      }
      let since = group.band.map { origin.lastDay.advanced(by: -$0.typicalDays) }
      residents += Array(
        repeating: Resident(municipality: group.municipality, stratum: group.stratum, offer: nil, since: since), count: number)
    }
  }

  private mutating func readMoves(_ reader: inout ByteReader) throws(ByteReader.Damaged) {
    func entries(_ reader: inout ByteReader) throws(ByteReader.Damaged) -> [[Int]] {
      try reader.list { reader throws(ByteReader.Damaged) in
        [try reader.integer(), try reader.integer(), try reader.integer(), try reader.integer()]
      }
    }
    for move in try entries(&reader) {
      guard strata.indices.contains(move[1]), strata.indices.contains(move[2]), (0..<1_000_000).contains(move[3]) else { throw ByteReader.Damaged() }
      transfers += Array(repeating: Transfer(from: move[1], to: move[2], period: move[0]), count: move[3])
    }
    for admission in try entries(&reader) {
      guard strata.indices.contains(admission[1]), offers.indices.contains(admission[2]), (0..<1_000_000).contains(admission[3]) else {
        throw ByteReader.Damaged()
      }
      offerAdmissions += Array(repeating: (period: admission[0], stratum: admission[1], offer: admission[2]), count: admission[3])
    }
  }
}

/// How long somebody has been there: the bands by which the rates of leaving differ.
private enum DurationBand: Int {
  case halfYear, twoYears, fiveYears, longer

  init(since: Day, end: Day) {
    switch Tenure.band(end - since) {
    case 0: self = .halfYear
    case 1: self = .twoYears
    case 2: self = .fiveYears
    default: self = .longer
    }
  }

  /// The band's middle; of the last one, two years and a half into it.
  var typicalDays: Int {
    switch self {
    case .halfYear: 91
    case .twoYears: 457
    case .fiveYears: 1278
    case .longer: 2739
    }
  }
}

/// Residents whom an archive does not tell apart.
private struct ResidentGroup: Hashable, Comparable {
  let municipality: Int
  let stratum: Int
  /// Nil where unknown.
  let band: DurationBand?

  static func < (left: ResidentGroup, right: ResidentGroup) -> Bool {
    (left.municipality, left.stratum, left.band?.rawValue ?? -1) < (right.municipality, right.stratum, right.band?.rawValue ?? -1)
  }
}

extension Panel.Knowledge {
  private static let order: [Panel.Knowledge] = [.flowsAndStock, .stockOnly, .flowsOnly, .nothing]

  fileprivate var archiveNumber: Int { Self.order.firstIndex(of: self) ?? 3 }

  fileprivate init?(archiveNumber: Int) {
    guard Self.order.indices.contains(archiveNumber) else { return nil }
    self = Self.order[archiveNumber]
  }
}

extension Stratum {
  fileprivate func archive(into writer: inout ByteWriter) {
    writer.write(area)
    writer.write(kind.rawValue)
    writer.write(legalBasis)
  }

  fileprivate init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
    let area = try reader.text()
    guard let kind = ServiceKind(rawValue: try reader.text()) else { throw ByteReader.Damaged() }
    self.init(area: area, kind: kind, legalBasis: try reader.text())
  }
}
