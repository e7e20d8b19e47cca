/// What offers charge a day, by the support level of the stay.
///
/// A price is the tariff of the offer's kind at the stay's level (or of all levels), or a base tariff with the support that the level
/// stands for, by package or by the hour; agreed supplements come on top (DOMAIN.md section 1.4).
public struct PriceList: Sendable {
  /// By offer.
  private let offers: [String: OfferPrices]

  /// - Parameter offers: a tariff of a place counts where it is of its offer's own kind. Services by the hour have no price a day.
  public init(tariffs: [Tariff], offers: [Offer]) {
    let kinds = Dictionary(offers.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
    var rows: [String: [Tariff]] = [:]
    for tariff in tariffs {
      guard let kind = kinds[tariff.offer], kind != .hours, tariff.counts(in: kind) else { continue }
      rows[tariff.offer, default: []].append(tariff)
    }
    self.offers = rows.mapValues(OfferPrices.init)
  }

  /// Kroner a day at a level, with supplements; nil where no tariff is valid.
  public func price(offer: String, level: String, on day: Day) -> Double? { offers[offer]?.price(level: level, on: day) }

  /// The mean over the levels whose tariff is valid, in the order of the levels: the same bytes every time.
  public func mean(offer: String, on day: Day) -> Double? { offers[offer]?.mean(on: day) }

  /// Offers that have a price on a day.
  public func offers(on day: Day) -> [String] { offers.keys.sorted().filter { mean(offer: $0, on: day) != nil } }

  /// What a day of a stay costs: the tariff of its level before its own price, which may be that of the year in which it began. A price
  /// of its own is the whole price: no supplement is added to it.
  public func price(of stay: Stay, on day: Day) -> Double? {
    tariff(of: stay, on: day) ?? stay.price
  }

  /// Whether any tariff counts for the offer, whenever it is valid.
  public func charges(offer: String) -> Bool { offers[offer] != nil }

  /// What the offer charges for a stay's level on a day, with supplements; nil where no tariff is valid for it.
  public func tariff(of stay: Stay, on day: Day) -> Double? { offers[stay.offer]?.price(level: stay.supportLevel.map(Self.name(ofLevel:)), on: day) }

  /// Whether support is charged on a day, and no base tariff that it comes on top of.
  public func lacksBase(offer: String, on day: Day) -> Bool { offers[offer]?.lacksBase(on: day) ?? false }

  /// Days × price of a stay from one day until before another; nil where a day has no price.
  public func income(of stay: Stay, from first: Day, before last: Day) -> Double? {
    let (start, end) = (max(stay.start, first), min(stay.end ?? last, last))
    guard start < end else { return 0 }
    guard let own = offers[stay.offer] else { return stay.price.map { Double(end - start) * $0 } }
    let level = stay.supportLevel.map(Self.name(ofLevel:))
    var (sum, day) = (0.0, start)
    while day < end {
      let next = min(own.change(after: day) ?? end, end)
      guard let price = own.price(level: level, on: day) ?? stay.price else { return nil }
      sum += Double(next - day) * price
      day = next
    }
    return sum
  }

  /// `3` for 3.0: levels are texts in the tariffs and numbers in the stays.
  public static func name(ofLevel level: Double) -> String { level == level.rounded() && level.magnitude < 1e9 ? String(Int(level)) : String(level) }
}

/// The tariffs of one offer that make a price a day.
private struct OfferPrices: Sendable {
  /// Of the offer's kind; by level, in the order of their first days. An empty level stands for all.
  private var places: [String: [Tariff]] = [:]
  private var base: [Tariff] = []
  /// By level; of the empty one the step between packages.
  private var packages: [String: [Tariff]] = [:]
  private var hourly: [Tariff] = []
  private var supplements: [String: [Tariff]] = [:]
  /// Days on which a tariff begins or has ended, sorted.
  private let changes: [Day]

  init(_ tariffs: [Tariff]) {
    for tariff in tariffs.sorted(by: { $0.from < $1.from }) {
      switch Tariff.Part(rawValue: tariff.service) {
      case nil: places[tariff.level, default: []].append(tariff)
      case .base: base.append(tariff)
      case .package: packages[tariff.level, default: []].append(tariff)
      case .hourly: hourly.append(tariff)
      case .supplement: supplements[tariff.level, default: []].append(tariff)
      }
    }
    changes = Set(tariffs.flatMap { tariff in [tariff.from] + (tariff.to.map { [$0.advanced(by: 1)] } ?? []) }).sorted()
  }

  func change(after day: Day) -> Day? {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] > day { high = middle } else { low = middle + 1 }
    }
    return low < changes.count ? changes[low] : nil
  }

  private static func valid(_ tariffs: [Tariff]?, on day: Day) -> Double? {
    tariffs?.last { $0.from <= day && ($0.to.map { day <= $0 } ?? true) }?.amount
  }

  func price(level: String?, on day: Day) -> Double? {
    let place = level.flatMap { Self.valid(places[$0], on: day) } ?? Self.valid(places[""], on: day)
    guard let price = place ?? supported(level: level, on: day) else { return nil }
    return price + supplement(level: level, on: day)
  }

  func lacksBase(on day: Day) -> Bool {
    Self.valid(base, on: day) == nil && (Self.valid(hourly, on: day) != nil || packages.values.contains { Self.valid($0, on: day) != nil })
  }

  private func supplement(level: String?, on day: Day) -> Double {
    (Self.valid(supplements[""], on: day) ?? 0) + (level.flatMap { $0.isEmpty ? nil : Self.valid(supplements[$0], on: day) } ?? 0)
  }

  /// Base tariff and support; nil where the support is not known.
  private func supported(level: String?, on day: Day) -> Double? {
    guard let base = Self.valid(base, on: day) else { return nil }
    let (step, hour) = (Self.valid(packages[""], on: day), Self.valid(hourly, on: day))
    guard step != nil || hour != nil || packages.values.contains(where: { Self.valid($0, on: day) != nil }) else { return base }
    guard let level else { return nil }
    if let package = Self.valid(packages[level], on: day), !level.isEmpty { return base + package }
    guard let number = Double(level), number >= 0 else { return nil }
    if let step { return base + (number > 0 ? ((number - 0.5) * step).rounded() : 0) }
    return hour.map { base + number * $0 }
  }

  func mean(on day: Day) -> Double? {
    let levels = places.keys.filter { Self.valid(places[$0], on: day) != nil }
    // Of steps and hours nobody knows how many an average citizen would have.
    let named = levels.isEmpty ? packages.keys.filter { !$0.isEmpty && Self.valid(packages[$0], on: day) != nil } : levels
    let prices = named.sorted().compactMap { price(level: $0.isEmpty ? nil : $0, on: day) }
    if prices.isEmpty { return Self.valid(base, on: day).map { $0 + supplement(level: nil, on: day) } }
    return prices.reduce(0, +) / Double(prices.count)
  }
}
