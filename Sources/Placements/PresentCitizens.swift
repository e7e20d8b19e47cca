/// Citizens of each payer on the data's last day, by offer and by area.
public struct PresentCitizens: Sendable {
  private struct Place: Hashable {
    let offer: String
    let area: String
    let payer: String
  }

  private var counts: [Place: Double] = [:]
  /// Offers, and areas with an empty offer, in which somebody is counted.
  private var counted: Set<[String]> = []

  /// From stays where there are any, else from each series' last count; a hidden one counts as its largest value.
  public init(_ extracts: Extracts) {
    let areas = Dictionary(extracts.offers.map { ($0.id, $0.area) }, uniquingKeysWith: { first, _ in first })
    if !extracts.stays.isEmpty {
      for stay in extracts.stays {
        counted.insert([stay.offer, areas[stay.offer] ?? ""])
        guard let last = extracts.settings.observedTo, stay.start <= last, stay.end.map({ $0 > last }) ?? true else { continue }
        add(1, offer: stay.offer, area: areas[stay.offer] ?? "", payer: stay.payer)
      }
    } else {
      var latest: [[String]: Activity] = [:]
      for row in extracts.activity where row.bounds(of: .stock) != nil {
        let key = [row.stratum.key, row.offer, row.payer]
        if let known = latest[key], known.period > row.period { continue }
        latest[key] = row
      }
      for row in latest.values {
        counted.insert([row.offer, row.stratum.area])
        add(row.bounds(of: .stock)?.upperBound ?? 0, offer: row.offer, area: row.stratum.area, payer: row.payer)
      }
    }
  }

  private mutating func add(_ number: Double, offer: String, area: String, payer: String) {
    counts[Place(offer: offer, area: area, payer: payer), default: 0] += number
    if !offer.isEmpty { counts[Place(offer: "", area: area, payer: payer), default: 0] += number }
  }

  /// Nil where the data counts nobody at the notice's offer, or in its area.
  public func count(of notice: Notice) -> Int? {
    let isCounted = notice.offer.isEmpty ? counted.contains { $0[1] == notice.area } : counted.contains([notice.offer, notice.area])
    guard isCounted else { return nil }
    return Int((counts[Place(offer: notice.offer, area: notice.area, payer: notice.payer)] ?? 0).rounded())
  }
}
