import Groundwork
import Placements

/// Holds the days that citizens were there against the days of the places, offer by offer and year by year.
struct OccupancyCheck {
  /// In per cent; outside it somebody has to say why.
  static let usual = 50.0...110.0

  private let extracts: Extracts
  private let years: ClosedRange<Int>?

  init(_ extracts: Extracts) {
    self.extracts = extracts
    years = Self.wholeYears(extracts.settings)
  }

  /// Years that the data covers from the first day to the last.
  private static func wholeYears(_ settings: ProjectSettings) -> ClosedRange<Int>? {
    guard let from = settings.observedFrom, let to = settings.observedTo else { return nil }
    let first = from == Period(year: from.year, number: 1, length: .year).firstDay ? from.year : from.year + 1
    let last = to == Period(year: to.year, number: 1, length: .year).lastDay ? to.year : to.year - 1
    return first <= last ? first...last : nil
  }

  /// Reports an offer at the step of its places with the years in which its occupancy was unusual, unless the step says why.
  /// - Parameter origins: of the extracts' capacity, in its order.
  func report(_ origins: [CapacityTable.Origin], file: String, log: FindingLog) {
    guard let years, !origins.isEmpty, origins.count == extracts.capacity.count else { return }
    let days = occupiedDays(years)
    for (id, own) in Dictionary(grouping: extracts.capacity.indices, by: { extracts.capacity[$0].offer }).sorted(by: { $0.key < $1.key }) {
      guard let offer = extracts.offers.first(where: { $0.id == id }), [.residential, .day].contains(offer.kind) else { continue }
      var unusual: [(year: Int, percent: Double)] = []
      for year in years {
        guard let occupied = days[id]?[year], let places = placeDays(offer, own, year), places > 0 else { continue }
        let percent = 100 * occupied / places
        let step = own.last { extracts.capacity[$0].from.year <= year }
        if !Self.usual.contains(percent), step.map({ origins[$0].reason.isEmpty }) ?? true { unusual.append((year, percent)) }
      }
      guard let last = unusual.last, let step = own.last(where: { extracts.capacity[$0].from.year <= last.year }) else { continue }
      log.report(.unusualOccupancy(unusual), file: file, row: origins[step].line, column: "places", value: id)
    }
  }

  /// Reports offers whose places are zero on the data's last day while somebody lives there.
  func reportNoPlaces(_ origins: [CapacityTable.Origin], file: String, log: FindingLog) {
    guard let last = extracts.settings.observedTo, origins.count == extracts.capacity.count else { return }
    var now: [String: Int] = [:]
    for (index, step) in extracts.capacity.enumerated() where step.from <= last { now[step.offer] = index }
    let empty = now.filter { extracts.capacity[$0.value].places == 0 }
    guard !empty.isEmpty else { return }
    let present = citizens(on: last)
    for (offer, index) in empty.sorted(by: { $0.value < $1.value }) {
      guard let count = present[offer], count > 0 else { continue }
      log.report(.noPlaces(count, on: last), file: file, row: origins[index].line, column: "places", value: "0")
    }
  }

  /// Reports once the offers with citizens on the data's last day that no tariff names, and where their price then comes from.
  func reportNoTariffs(file: String, log: FindingLog) {
    guard let last = extracts.settings.observedTo, !extracts.stays.isEmpty else { return }
    let named = Set(extracts.tariffs.map(\.offer))
    let present = citizens(on: last)
    let bare = extracts.offers.filter { (present[$0.id] ?? 0) > 0 && !named.contains($0.id) }
    guard !bare.isEmpty else { return }
    let ids = Set(bare.map(\.id))
    let priced = Set(extracts.stays.lazy.filter { ids.contains($0.offer) && $0.price != nil && $0.start <= last && ($0.end.map { $0 > last } ?? true) }.map(\.offer))
    // Whoever gives no money at all misses none.
    guard !extracts.tariffs.isEmpty || !extracts.economy.isEmpty || !priced.isEmpty else { return }
    for (own, fault) in [(bare.filter { priced.contains($0.id) }, Fault.priceOfStays), (bare.filter { !priced.contains($0.id) }, Fault.noPrice)] where !own.isEmpty {
      log.report(fault(own.map(\.name), extracts.tariffs.isEmpty), file: file)
    }
  }

  /// By offer, from stays where there are any, else from the counts of the period that ends then.
  private func citizens(on day: Day) -> [String: Int] {
    var found: [String: Int] = [:]
    for stay in extracts.stays where stay.start <= day && (stay.end.map { $0 > day } ?? true) { found[stay.offer, default: 0] += 1 }
    guard extracts.stays.isEmpty else { return found }
    for row in extracts.activity where !row.offer.isEmpty && row.period.lastDay == day { found[row.offer, default: 0] += Int(row.stock ?? 0) }
    return found
  }

  /// Place-days of a year; nil where the offer or its places did not exist all year.
  private func placeDays(_ offer: Offer, _ steps: [Int], _ year: Int) -> Double? {
    let period = Period(year: year, number: 1, length: .year)
    if let opened = offer.validFrom, opened > period.firstDay { return nil }
    if let closed = offer.validTo, closed < period.lastDay { return nil }
    let own = steps.map { extracts.capacity[$0] }
    guard let first = own.first, first.from <= period.firstDay else { return nil }
    return own.indices.reduce(0.0) { sum, index in
      let end = index + 1 < own.count ? own[index + 1].from : period.lastDay.advanced(by: 1)
      let days = min(end, period.lastDay.advanced(by: 1)) - max(own[index].from, period.firstDay)
      return days > 0 ? sum + Double(days) * own[index].places : sum
    }
  }

  /// By offer and year, from stays where there are any, else from counted days that are known in every row of the year.
  private func occupiedDays(_ years: ClosedRange<Int>) -> [String: [Int: Double]] {
    guard extracts.stays.isEmpty else { return daysOfStays(years) }
    var sums: [String: [Int: Double]] = [:]
    for row in extracts.activity where !row.offer.isEmpty && years.contains(row.period.year) {
      sums[row.offer, default: [:]][row.period.year, default: 0] += row.occupiedDays ?? .nan
    }
    return sums.mapValues { $0.filter { !$0.value.isNaN } }
  }
}

extension OccupancyCheck {
  /// A million stays: offers are looked up once a stay, and days are whole numbers in one array.
  private func daysOfStays(_ years: ClosedRange<Int>) -> [String: [Int: Double]] {
    let bounds = years.map { Period(year: $0, number: 1, length: .year) }.map { (first: $0.firstDay, end: $0.lastDay.advanced(by: 1)) }
    let position = Dictionary(extracts.offers.enumerated().map { ($1.id, $0 * bounds.count) }, uniquingKeysWith: { first, _ in first })
    var days = [Int](repeating: 0, count: extracts.offers.count * bounds.count)
    for stay in extracts.stays {
      guard let start = position[stay.offer] else { continue }
      for (year, bound) in bounds.enumerated() {
        days[start + year] += max(0, min(stay.end ?? bound.end, bound.end) - max(stay.start, bound.first))
      }
    }
    return position.mapValues { start in
      Dictionary(uniqueKeysWithValues: years.enumerated().map { ($1, Double(days[start + $0])) })
    }
  }
}

/// Holds the income of the accounts against days × tariff.
struct IncomeCheck {
  /// Income may differ by so much, in per cent.
  static let tolerance = 1.0

  private let extracts: Extracts

  init(_ extracts: Extracts) { self.extracts = extracts }

  /// Reports income that differs; a row with a day that has no price is left alone.
  /// - Parameter lines: of the extracts' economy, in its order.
  func report(_ lines: [Int], file: String, log: FindingLog) {
    guard lines.count == extracts.economy.count, let from = extracts.settings.observedFrom, let to = extracts.settings.observedTo else { return }
    let list = PriceList(tariffs: extracts.tariffs, offers: extracts.offers)
    let wanted = Set(extracts.economy.filter { $0.income != nil }.map(\.offer))
    guard !wanted.isEmpty else { return }
    let stays = Dictionary(grouping: extracts.stays.filter { wanted.contains($0.offer) }, by: \.offer)
    let hours = Set(extracts.offers.filter { $0.kind == .hours }.map(\.id))
    for (entry, line) in zip(extracts.economy, lines) {
      guard let income = entry.income, entry.period.firstDay >= from, entry.period.lastDay <= to, !hours.contains(entry.offer),
        let own = stays[entry.offer]
      else { continue }
      let parts = own.map { list.income(of: $0, from: entry.period.firstDay, before: entry.period.lastDay.advanced(by: 1)) }
      guard !parts.contains(where: { $0 == nil }) else { continue }
      let expected = parts.reduce(0) { $0 + ($1 ?? 0) }
      guard expected > 0, (income - expected).magnitude > expected * Self.tolerance / 100 else { continue }
      log.report(.incomeDiffers(by: 100 * (income / expected - 1), expected: expected), file: file, row: line, column: "income", value: NumberText.machine(income))
    }
  }
}

extension Fault {
  private static let why = Phrase(
    da: "Ret tallene, eller skriv hvorfor i kolonnen reason i capacity.", en: "Mend the figures, or say why in the column reason of capacity.")

  static var unusualAssumedOccupancy: Fault {
    Fault(
      "occupancy-assumed", .warning,
      Phrase(da: "takstens belægning er over 110 % eller under 50 %.", en: "the tariff's occupancy is above 110 % or below 50 %."), why)
  }

  static func unusualOccupancy(_ years: [(year: Int, percent: Double)]) -> Fault {
    let list = years.suffix(4).map { "\($0.year): \(Int($0.percent.rounded())) %" }.joined(separator: ", ")
    return Fault(
      "occupancy-actual", .warning,
      Phrase(da: "den faktiske belægning er over 110 % eller under 50 % (\(list)).", en: "actual occupancy is above 110 % or below 50 % (\(list))."), why)
  }

  static func staffedAboveApproved(_ approved: Double) -> Fault {
    let places = NumberText.machine(approved)
    return Fault(
      "places-staffed", .warning,
      Phrase(da: "er flere bemandede pladser end de \(places) godkendte.", en: "are more staffed places than the \(places) approved ones."),
      Phrase(da: "Ret et af tallene: der kan kun bruges så mange pladser, som socialtilsynet har godkendt.", en: "Mend one of the figures: no more places may be used than the supervision has approved."))
  }

  static func noPlaces(_ citizens: Int, on day: Day) -> Fault {
    Fault(
      "places-zero", .warning,
      Phrase(
        da: "tilbuddet har ingen pladser \(day.iso), men \(citizens) borgere bor der.",
        en: "the offer has no places on \(day.iso), but \(citizens) citizens live there."),
      Phrase(da: "Ret pladserne, eller giv borgernes ophold en end.", en: "Mend the places, or give the citizens' stays an end."))
  }

  private static func list(_ names: [String]) -> String { names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "") }

  private static func withoutTariff(_ names: [String], _ isEmpty: Bool) -> Phrase {
    isEmpty
      ? Phrase(da: "ingen takster (tilbud med borgere: \(names.count))", en: "no tariffs (offers with citizens: \(names.count))")
      : Phrase(da: "ingen takst for \(names.count) tilbud med borgere (\(list(names)))", en: "no tariff for \(names.count) offers with citizens (\(list(names)))")
  }

  static func priceOfStays(_ names: [String], _ isEmpty: Bool) -> Fault {
    Fault(
      "tariff-missing", .note,
      withoutTariff(names, isEmpty) + Phrase(da: "; prisen pr. dag er den, borgernes ophold har (stays, price).", en: "; the price a day is that of the citizens' stays (stays, price)."),
      Phrase(da: "Tilføj takster i tariffs.csv, hvis prisen i opholdene er for gammel.", en: "Add tariffs to tariffs.csv if the price in the stays is too old."))
  }

  static func noPrice(_ names: [String], _ isEmpty: Bool) -> Fault {
    Fault(
      "price-missing", .warning,
      withoutTariff(names, isEmpty) + Phrase(da: ", og borgernes ophold har ingen pris: indtægt og resultat kan ikke regnes.", en: ", and the citizens' stays have no price: income and result cannot be reckoned."),
      Phrase(da: "Tilføj takster i tariffs.csv eller price i stays.csv.", en: "Add tariffs to tariffs.csv or price to stays.csv."))
  }

  private static func shown(_ value: Double, _ decimals: Int, _ language: Language) -> String {
    NumberText.display(value, decimals: decimals, language: language)
  }

  static func incomeDiffers(by percent: Double, expected: Double) -> Fault {
    Fault(
      "income", .warning,
      Phrase(
        da: "indtægten afviger \(shown(percent, 1, .da)) % fra dage × takst, \(shown(expected, 0, .da)) kr.",
        en: "the income differs by \(shown(percent, 1, .en)) % from days × tariff, \(shown(expected, 0, .en)) kr."),
      Phrase(
        da: "Se efter tillægsydelser, objektiv finansiering, takster og ophold, som mangler.",
        en: "Look for supplements, key-based financing, tariffs and stays that are missing."))
  }
}
