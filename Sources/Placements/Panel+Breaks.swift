public import Groundwork

/// A change of definition: what was counted before it says nothing about what comes after.
public struct SeriesBreak: Hashable, Sendable {
  /// Ids; with no areas and no offers all are meant.
  public var areas: [String]
  public var offers: [String]
  /// Nil for everything that is counted.
  public let measure: Activity.Count?
  /// The first day under the new definition.
  public let date: Day
  public let reason: String

  public init(areas: [String] = [], offers: [String] = [], measure: Activity.Count? = nil, date: Day, reason: String = "") {
    self.areas = areas
    self.offers = offers
    self.measure = measure
    self.date = date
    self.reason = reason
  }

  /// For the foot of every table.
  public var assumption: Phrase {
    let what = (areas + offers).joined(separator: ", ")
    let why = reason.isEmpty ? "" : " – " + reason
    return Phrase(
      da: "Databrud \(date.iso)\(what.isEmpty ? "" : ", " + what): tal fra før bruges ikke\(why)",
      en: "Break on \(date.iso)\(what.isEmpty ? "" : ", " + what): figures before it are not used\(why)")
  }
}

extension Panel {
  /// Forgets what lies before each break. A period in which the definition changed belongs to neither side.
  mutating func apply(_ breaks: [SeriesBreak]) {
    for own in breaks {
      let first = Period(containing: own.date, length: length)
      let usable = min(max(0, (first.firstDay == own.date ? first : first.advanced(by: 1)) - self.first), count)
      for stratum in strata.indices where isMeant(stratum, by: own) {
        for quantity in Self.quantities(own.measure) { forget(quantity, stratum: stratum, before: usable) }
        guard own.measure == nil else { continue }
        transfers.removeAll { $0.period < usable && ($0.from == stratum || $0.to == stratum) }
        offerAdmissions.removeAll { $0.period < usable && $0.stratum == stratum }
      }
    }
  }

  private func isMeant(_ stratum: Int, by own: SeriesBreak) -> Bool {
    if own.areas.isEmpty && own.offers.isEmpty || own.areas.contains(strata[stratum].area) { return true }
    return offers.contains { own.offers.contains($0.id) && $0.area == strata[stratum].area && $0.kind == strata[stratum].kind }
  }

  /// A stock and the days of those who make it up change together.
  private static func quantities(_ measure: Activity.Count?) -> [Quantity] {
    guard let measure else { return Quantity.allCases }
    switch measure {
    case .stock, .occupiedDays: return [.stock, .occupiedDays]
    default: return measure.quantity.map { [$0] } ?? []
    }
  }

  private mutating func forget(_ quantity: Quantity, stratum: Int, before usable: Int) {
    for municipality in municipalities.indices {
      let start = offset(municipality, stratum)
      for index in start..<start + usable where !values[quantity.rawValue][index].isNaN {
        values[quantity.rawValue][index] = .nan
        uncounted[quantity.rawValue].insert(index)
      }
    }
    firstUsable[quantity.rawValue][stratum] = max(firstUsable[quantity.rawValue][stratum], usable)
  }

  /// The first period of a stratum's series that no break declared by the project cuts off.
  public func firstUsable(_ quantity: Quantity, stratum: Int) -> Int { firstUsable[quantity.rawValue][stratum] }
}
