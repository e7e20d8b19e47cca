/// Prices a day by offer and support level, as the tariffs give them; services by the hour have none.
public struct PriceList: Sendable {
  /// By offer and level, in the order of their first days.
  private let tariffs: [String: [String: [Tariff]]]

  /// - Parameter offers: a tariff counts where its service is its offer's own kind.
  public init(tariffs: [Tariff], offers: [Offer]) {
    let kinds = Dictionary(offers.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
    var found: [String: [String: [Tariff]]] = [:]
    for tariff in tariffs {
      guard let kind = kinds[tariff.offer], kind != .hours, tariff.service == kind.rawValue else { continue }
      found[tariff.offer, default: [:]][tariff.level, default: []].append(tariff)
    }
    self.tariffs = found.mapValues { levels in levels.mapValues { $0.sorted { $0.from < $1.from } } }
  }

  /// Kroner a day at a level; nil where no tariff is valid.
  public func price(offer: String, level: String, on day: Day) -> Double? {
    tariffs[offer]?[level]?.last { $0.from <= day && ($0.to.map { day <= $0 } ?? true) }?.amount
  }

  /// The mean over the levels whose tariff is valid, in the order of the levels: the same bytes every time.
  public func mean(offer: String, on day: Day) -> Double? {
    guard let levels = tariffs[offer] else { return nil }
    let prices = levels.keys.sorted().compactMap { price(offer: offer, level: $0, on: day) }
    return prices.isEmpty ? nil : prices.reduce(0, +) / Double(prices.count)
  }

  /// Offers that have a price on a day.
  public func offers(on day: Day) -> [String] { tariffs.keys.sorted().filter { mean(offer: $0, on: day) != nil } }

  /// What a day of a stay costs: the tariff of its level before its own price, which may be that of the year in which it began.
  public func price(of stay: Stay, on day: Day) -> Double? {
    stay.supportLevel.flatMap { price(offer: stay.offer, level: Self.name(ofLevel: $0), on: day) } ?? stay.price
  }

  /// Days × price of a stay from one day until before another; nil where a day has no price.
  public func income(of stay: Stay, from first: Day, before last: Day) -> Double? {
    let (start, end) = (max(stay.start, first), min(stay.end ?? last, last))
    guard start < end else { return 0 }
    var (sum, left) = (0.0, end - start)
    if let level = stay.supportLevel {
      for tariff in tariffs[stay.offer]?[Self.name(ofLevel: level)] ?? [] {
        let days = min(tariff.to.map { $0.advanced(by: 1) } ?? end, end) - max(tariff.from, start)
        guard days > 0 else { continue }
        sum += Double(days) * tariff.amount
        left -= days
      }
    }
    if left > 0 {
      guard let price = stay.price else { return nil }
      sum += Double(left) * price
    }
    return sum
  }

  /// `3` for 3.0: levels are texts in the tariffs and numbers in the stays.
  private static func name(ofLevel level: Double) -> String { level == level.rounded() && level.magnitude < 1e9 ? String(Int(level)) : String(level) }
}
