import Placements

/// What a citizen served counts as, by kind of service: kinds are never added.
enum ServiceArithmetic {
  /// Occupied or attended days of a day on which a citizen is enrolled; nil where days are not what is counted (hours), or how many
  /// days a year a day offer is open is not known.
  static func paidShare(_ kind: ServiceKind, daysPerYear: Double?) -> Double? {
    switch kind {
    case .residential, .respite, .singlePerson: daysPerYear.map { min(1, $0 / 365) } ?? 1
    case .day: daysPerYear.map { min(1, $0 / 365) }
    case .hours: nil
    }
  }

  /// Whether those whom a full offer has no place for can take another of the same area and legal section. A single person's project is
  /// made for one citizen.
  static func standsIn(_ kind: ServiceKind) -> Bool { kind != .singlePerson }
}
