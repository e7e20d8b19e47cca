/// Places that a municipality runs itself, or plans to, from a day on until its next step.
public struct OwnSupplyStep: Hashable, Sendable {
  public enum Status: String, CaseIterable, Hashable, Sendable {
    case open, planned
  }

  /// Code.
  public let municipality: String
  public let area: String
  public let from: Day
  public let places: Double
  /// Who live there, of the municipality's own and of others; nil where not given.
  public let citizens: Double?
  public let status: Status

  public init(municipality: String, area: String, from: Day, places: Double, citizens: Double? = nil, status: Status = .open) {
    self.municipality = municipality
    self.area = area
    self.from = from
    self.places = places
    self.citizens = citizens
    self.status = status
  }
}
