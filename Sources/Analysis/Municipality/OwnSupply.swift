import Placements

/// What municipalities run themselves at a day.
struct OwnSupply {
  private let steps: [OwnSupplyStep]

  init(_ steps: [OwnSupplyStep]) { self.steps = steps }

  /// Places open or planned by a day, of the municipalities that are meant; nil where nothing is said of any of them.
  func places(area: String, on day: Day, of isMeant: (String) -> Bool) -> Double? {
    var found: [String: [OwnSupplyStep.Status: Double]] = [:]
    for step in steps where step.area == area && step.from <= day && isMeant(step.municipality) {
      found[step.municipality, default: [:]][step.status] = step.places
    }
    guard !found.isEmpty else { return nil }
    // A planned number of places stands for the open one where it is larger: it says what there will be.
    return found.values.map { max($0[.open] ?? 0, $0[.planned] ?? 0) }.sorted().reduce(0, +)
  }

  /// Citizens in a municipality's own places; nil where not given.
  func citizens(municipality: String, area: String, on day: Day) -> Double? {
    steps.last { $0.municipality == municipality && $0.area == area && $0.status == .open && $0.from <= day }?.citizens
  }

  /// Areas in which the municipality runs or plans places, sorted.
  func areas(of municipality: String) -> [String] { Set(steps.filter { $0.municipality == municipality }.map(\.area)).sorted() }
}
