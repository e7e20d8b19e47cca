/// What stays tell of the citizens themselves, where the project asks for it or an age limit needs it: the bands of their
/// covariates and the year of birth, stay by stay.
public struct StayTraits: Sendable {
  /// One stay within the data's window.
  public struct Episode: Hashable, Sendable {
    public let municipality: Int32
    public let stratum: Int32
    /// Index into `profiles`.
    public let profile: Int32
    /// 0 where unknown.
    public let birthYear: Int16
    /// The first day of the stays that lead to this one through transfers.
    public let admitted: Day
    public let from: Day
    /// The first day that is not part of it.
    public let until: Day
    /// How it ended within the window; nil where it went on or led to another stay.
    public let exit: Flow?
  }

  /// Of somebody who is there, or who comes.
  public struct Person: Hashable, Sendable {
    public let profile: Int32
    /// 0 where unknown.
    public let birthYear: Int16

    public static let unknown = Person(profile: 0, birthYear: 0)

    public init(profile: Int32, birthYear: Int16) {
      self.profile = profile
      self.birthYear = birthYear
    }
  }

  public struct Arrival: Hashable, Sendable {
    public let profile: Int32
    /// Of the year of arrival; negative where unknown.
    public let age: Int16
  }

  /// Of the covariates that the settings name and the stays have, in the settings' order.
  public let bands: [CovariateBands]
  /// By profile: a band of each covariate, -1 where unknown. All that there can be; in the first all are unknown.
  public let profiles: [[Int]]
  public private(set) var episodes: [Episode] = []
  /// In the order of the panel's residents.
  public private(set) var residents: [Person] = []
  /// By stratum, those who were admitted within the window.
  public private(set) var arrivals: [[Arrival]]
  private let medians: [MedianKey: Double]

  private struct MedianKey: Hashable {
    let area: String
    let kind: ServiceKind
    let year: Int
  }

  /// Fewest prices of an area, kind and year that make a median.
  private static let fewestPrices = 3

  /// Nil where nothing of it is asked for or known.
  init?(_ stays: [Stay], settings: ProjectSettings, areas: [SpecialtyArea], areaOfOffer: [String: String], strata: Int) {
    let hasBirthYears = stays.contains { $0.birthYear != nil }
    let hasLimits = hasBirthYears && areas.contains(where: \.hasAgeLimit)
    var medians: [MedianKey: Double] = [:]
    if settings.covariates.contains(.pricePosition) { medians = Self.medians(stays, areaOfOffer) }
    self.medians = medians
    bands = settings.covariates.compactMap { covariate in
      switch covariate {
      case .age: hasBirthYears ? .age : nil
      case .supportLevel: .supportLevel(stays.compactMap(\.supportLevel))
      case .pricePosition: medians.isEmpty ? nil : .pricePosition
      }
    }
    guard !bands.isEmpty || hasLimits else { return nil }
    profiles = bands.reduce([[]]) { profiles, band in profiles.flatMap { profile in (-1..<band.count).map { profile + [$0] } } }
    arrivals = [[Arrival]](repeating: [], count: strata)
  }

  private static func medians(_ stays: [Stay], _ areaOfOffer: [String: String]) -> [MedianKey: Double] {
    var prices: [MedianKey: [Double]] = [:]
    for stay in stays {
      guard let price = stay.price, price > 0, let area = areaOfOffer[stay.offer] else { continue }
      prices[MedianKey(area: area, kind: stay.kind, year: stay.start.year), default: []].append(price)
    }
    return prices.filter { $0.value.count >= fewestPrices }.mapValues { prices in
      let sorted = prices.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  private func band(_ bands: CovariateBands, of stay: Stay, area: String, admitted: Day) -> Int {
    switch bands.covariate {
    case .age: return stay.birthYear.map { bands.band(Double(admitted.year - $0)) } ?? -1
    case .supportLevel: return stay.supportLevel.map(bands.band) ?? -1
    case .pricePosition:
      guard let price = stay.price, price > 0, let median = medians[MedianKey(area: area, kind: stay.kind, year: stay.start.year)] else { return -1 }
      return bands.band(price / median)
    }
  }

  func profile(of stay: Stay, area: String, admitted: Day) -> Int32 {
    bands.reduce(0) { $0 * Int32($1.count + 1) + Int32(band($1, of: stay, area: area, admitted: admitted) + 1) }
  }

  mutating func add(_ episode: Episode) { episodes.append(episode) }

  mutating func addResident(profile: Int32, birthYear: Int?) {
    residents.append(Person(profile: profile, birthYear: Int16(birthYear ?? 0)))
  }

  mutating func addArrival(profile: Int32, birthYear: Int?, year: Int, stratum: Int) {
    arrivals[stratum].append(Arrival(profile: profile, age: Int16(birthYear.map { max(0, year - $0) } ?? -1)))
  }
}

extension Panel {
  /// Calls back with period, band of time since admission and days for every part of a stay.
  public func forEachPart(of episode: StayTraits.Episode, ends: [Day], _ body: (_ period: Int, _ band: Int, _ days: Int) -> Void) {
    var day = episode.from
    var period = Period(containing: day, length: length) - first
    while day < episode.until {
      let next = min(ends[period].advanced(by: 1), episode.until)
      while day < next {
        let band = Tenure.band(day - episode.admitted)
        let end = band < Tenure.bounds.count ? min(next, episode.admitted.advanced(by: Tenure.bounds[band])) : next
        body(period, band, end - day)
        day = end
      }
      period += 1
    }
  }

  /// The last day of each period.
  public var periodEnds: [Day] { (0..<count).map { first.advanced(by: $0).lastDay } }
}
