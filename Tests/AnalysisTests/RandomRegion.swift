import Foundation
import Placements
import Probability

/// A small invented region with offers of every kind, changes of places, gaps in tariffs and blanks in accounts: for laws that hold
/// whatever the data are. The same for the same seed.
struct RandomRegion {
  static let origin = Period(year: 2025, number: 12, length: .month)
  static let firstYear = 2022
  private static let payers = ["657", "740", "751", "766", "791"]

  private var random: RandomStream
  private var offers: [Offer] = []
  private var capacity: [CapacityStep] = []
  private var stays: [Stay] = []
  private var tariffs: [Tariff] = []
  private var economy: [EconomyEntry] = []

  static func extracts(seed: UInt64) -> Extracts {
    var region = RandomRegion(random: RandomStream(seed: seed, pair: 77, 1))
    region.addOffers()
    for offer in region.offers { region.fill(offer) }
    var settings = ProjectSettings(name: "random \(seed)", basePeriod: .month)
    settings.observedFrom = day(firstYear, 1)
    settings.observedTo = origin.lastDay
    var extracts = Extracts(
      settings: settings, municipalities: payers.map { Municipality(code: $0, name: $0, region: $0 < "750" ? "A" : "B") }, offers: region.offers,
      capacity: region.capacity, stays: region.stays.sorted { $0.start < $1.start }, tariffs: region.tariffs)
    extracts.economy = region.economy
    if region.happens(0.5) { extracts.indices = [2023: 100, 2024: 103.5, 2025: 107] }
    return extracts
  }

  private init(random: RandomStream) { self.random = random }

  static func day(_ year: Int, _ month: Int, _ day: Int = 1) -> Day {
    guard let day = Day(year: year, month: month, day: day) else { preconditionFailure("a day of the calendar") }
    return day
  }

  private mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + min(range.count - 1, Int(Double(range.count) * random.nextUniform()))
  }

  private mutating func happens(_ probability: Double) -> Bool { random.nextUniform() < probability }

  /// Two to four homes that can stand in for each other, one of each other kind, a secure one, one that closes and one that opens.
  private mutating func addOffers() {
    for number in 1...whole(2...4) { add("home\(number)", "a", "SEL_107", .residential) }
    add("long", "a", "SEL_108", .residential)
    add("day", "a", "SEL_104", .day)
    add("respite", "b", "SEL_84", .respite)
    add("hours", "b", "SEL_85", .hours)
    add("single", "b", "SEL_107", .singlePerson)
    add("secure", "b", "BL_61", .residential)
    add("closing", "b", "SEL_107", .residential, until: Self.day(2027, whole(1...12), 15))
    add("opening", "b", "SEL_107", .residential, from: Self.day(2026, whole(2...12)))
  }

  private mutating func add(_ id: String, _ area: String, _ law: String, _ kind: ServiceKind, from: Day? = nil, until: Day? = nil) {
    offers.append(
      Offer(
        id: id, name: id, area: area, legalBasis: law, kind: kind, hostMunicipality: Self.payers[whole(0...4)], validFrom: from, validTo: until))
  }

  private mutating func fill(_ offer: Offer) {
    let places = offer.kind == .singlePerson ? 1 : Double(whole(4...16))
    addPlaces(offer, places)
    addTariffs(offer)
    addAccounts(offer, places)
    guard offer.validFrom == nil else { return }
    for _ in 0..<whole(max(1, Int(0.6 * places))...Int(1.1 * places) + 1) { addStay(offer, start: Self.day(Self.firstYear - 2, whole(1...12), whole(1...28))) }
    for year in Self.firstYear...Self.origin.firstDay.year {
      for _ in 0..<whole(0...Int(0.7 * places) + 1) { addStay(offer, start: Self.day(year, whole(1...12), whole(1...28))) }
    }
  }

  /// Some years of stay; who is still there at the origin has no end.
  private mutating func addStay(_ offer: Offer, start: Day) {
    let end = start.advanced(by: 20 + Int(-700 * log(1 - random.nextUniform())))
    let isOver = end <= Self.origin.lastDay
    let reasons: [EndReason] = [.homecoming, .discharge, .death]
    stays.append(
      Stay(
        citizen: "c\(stays.count)", payer: Self.payers[whole(0...4)], offer: offer.id, legalBasis: offer.legalBasis, kind: offer.kind, start: start,
        end: isOver ? end : nil, endReason: isOver ? reasons[whole(0...2)] : nil, supportLevel: happens(0.8) ? Double(whole(1...3)) : nil,
        price: happens(0.3) ? Double(whole(1500...4000)) : nil))
  }

  /// Known from before the panel or only lately, changed once in the past and, for some, ahead; a few have no row at all.
  private mutating func addPlaces(_ offer: Offer, _ places: Double) {
    guard offer.kind == .singlePerson || happens(0.92) else { return }
    let days: Double? = offer.kind == .day ? (happens(0.7) ? Double(whole(200...260)) : nil) : happens(0.2) ? 334 : nil
    func step(_ day: Day, _ places: Double) -> CapacityStep {
      CapacityStep(
        offer: offer.id, from: day, places: places, approvedPlaces: places + 2, staffedPlaces: max(1, places - 1), fullTimeStaff: 1.5 * places,
        assumedOccupancy: places > 5 ? 0.95 : nil, daysPerYear: days)
    }
    capacity.append(step(happens(0.8) ? Self.day(2015, 1) : Self.day(2024, 7), places + (happens(0.3) ? 3 : 0)))
    capacity.append(step(Self.day(2025, 3), places))
    if offer.kind != .singlePerson, happens(0.5) { capacity.append(step(Self.day(2026, whole(3...12), whole(1...28)), max(2, places + Double(whole(-5...4))))) }
  }

  /// Levels by year; some levels, years and offers have none.
  private mutating func addTariffs(_ offer: Offer) {
    guard happens(0.9) else { return }
    let service = offer.kind.rawValue
    for level in 1...3 {
      let base = Double(whole(100_000...400_000)) / 100
      for year in 2024...2025 where happens(0.85) {
        tariffs.append(
          Tariff(
            offer: offer.id, service: service, level: String(level), amount: base * (year == 2025 ? 1.035 : 1), priceYear: year, from: Self.day(year, 1),
            to: year == 2025 ? nil : Self.day(year, 12, 31)))
      }
    }
  }

  /// By year or month, with blanks.
  private mutating func addAccounts(_ offer: Offer, _ places: Double) {
    guard happens(0.85) else { return }
    for year in 2023...2025 {
      let costs = places * 365 * Double(whole(1500...3200))
      func blank(_ value: Double) -> Double? { happens(0.85) ? value.rounded() : nil }
      if happens(0.7) {
        economy.append(
          EconomyEntry(
            offer: offer.id, period: Period(year: year, number: 1, length: .year), originalBudget: blank(costs), revisedBudget: blank(1.01 * costs),
            costs: blank(1.02 * costs), income: happens(0.4) ? (0.98 * costs).rounded() : nil))
      } else {
        for month in 1...12 {
          economy.append(
            EconomyEntry(
              offer: offer.id, period: Period(year: year, number: month, length: .month), costs: happens(0.97) ? (costs / 12).rounded() : nil))
        }
      }
    }
  }
}
