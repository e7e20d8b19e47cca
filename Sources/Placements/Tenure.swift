public import Groundwork

/// The time since admission behind a panel's counts: person-days and exits by band, counted from exact days.
///
/// The time runs on through transfers. Stays that began before the data enter with the time that they have (left
/// truncation), those that go on have no exit (right censoring).
public struct Tenure: Sendable {
  /// Days after admission on which the second and later bands begin: half a year, two years, five years.
  public static let bounds = [183, 731, 1826]
  public static let bandCount = bounds.count + 1

  /// The band of a number of days since admission; below zero is the first.
  public static func band(_ days: Int) -> Int { bounds.firstIndex { days < $0 } ?? bounds.count }

  public static func phrase(band: Int) -> Phrase {
    switch band {
    case 0: Phrase(da: "0-6 måneder", en: "0-6 months")
    case 1: Phrase(da: "6-24 måneder", en: "6-24 months")
    case 2: Phrase(da: "2-5 år", en: "2-5 years")
    default: Phrase(da: "5 år og mere", en: "5 years and more")
    }
  }

  public struct Exit: Hashable, Sendable {
    public let flow: Flow
    public let municipality: Int
    public let stratum: Int
    public let period: Int
    /// Of the last day present.
    public let band: Int
  }

  /// `[((municipality · strata + stratum) · periods + period) · bands + band]`; single precision holds whole days exactly.
  private var days: [Float]
  /// Homecomings, exits at the age limit and other exits, in the order of the stays.
  public private(set) var exits: [Exit] = []

  init(cells: Int) { days = [Float](repeating: 0, count: cells * Self.bandCount) }

  /// Person-days by band of one cell and period, `cell` as in the panel's values.
  public func days(cell: Int, band: Int) -> Double { Double(days[cell * Self.bandCount + band]) }

  /// Counts the days from `from` to the day before `until`.
  mutating func addPresence(from: Day, until: Day, admitted: Day, cell: Int) {
    var day = from
    while day < until {
      let band = Self.band(day - admitted)
      let next = band < Self.bounds.count ? min(until, admitted.advanced(by: Self.bounds[band])) : until
      days[cell * Self.bandCount + band] += Float(next - day)
      day = next
    }
  }

  mutating func addExit(_ flow: Flow, municipality: Int, stratum: Int, period: Int, end: Day, admitted: Day) {
    exits.append(
      Exit(flow: flow, municipality: municipality, stratum: stratum, period: period, band: Self.band(end.advanced(by: -1) - admitted)))
  }
}

extension Tenure {
  /// By their number in an archive.
  private static let flows: [Flow] = [.otherExit, .homecoming, .ageOut]

  /// Days that are not zero with their distance from the one before, then the exits.
  func archive(into writer: inout ByteWriter) {
    var last = -1
    writer.write(days.indices.filter { days[$0] != 0 }) { writer, index in
      writer.write(index - last)
      writer.write(Double(days[index]))
      last = index
    }
    writer.write(exits) { writer, exit in
      for number in [Self.flows.firstIndex(of: exit.flow) ?? 0, exit.municipality, exit.stratum, exit.period, exit.band] { writer.write(number) }
    }
  }

  init(from reader: inout ByteReader, cells: Int) throws(ByteReader.Damaged) {
    self.init(cells: cells)
    let entries = try reader.list { reader throws(ByteReader.Damaged) in (try reader.integer(), try reader.double()) }
    var index = -1
    for (gap, value) in entries {
      guard gap > 0, gap < days.count - index else { throw ByteReader.Damaged() }
      index += gap
      days[index] = Float(value)
    }
    exits = try reader.list { reader throws(ByteReader.Damaged) in
      let number = try reader.integer()
      guard Self.flows.indices.contains(number) else { throw ByteReader.Damaged() }
      let flow = Self.flows[number]
      return Exit(
        flow: flow, municipality: try reader.integer(), stratum: try reader.integer(), period: try reader.integer(), band: try reader.integer())
    }
    guard exits.allSatisfy({ $0.municipality >= 0 && $0.stratum >= 0 && (0..<Self.bandCount).contains($0.band) }) else { throw ByteReader.Damaged() }
  }
}

/// Legal sections whose stays last alike.
public enum LegalGroup: Int, CaseIterable, Hashable, Sendable {
  /// Temporary housing, SEL § 107.
  case temporary
  /// Long-term housing, SEL § 108.
  case longTerm
  /// Housing with support under almenboligloven, where a homecoming is a change of supplier: the tenant stays.
  case supportedHousing
  /// Barnets lov, and the sections of serviceloven that it replaced in 2024.
  case children
  case other

  public var phrase: Phrase {
    switch self {
    case .temporary: Phrase("§ 107")
    case .longTerm: Phrase("§ 108")
    case .supportedHousing: Phrase(da: "almenboligloven (leverandørskift)", en: "almenboligloven (change of supplier)")
    case .children: Phrase(da: "barnets lov", en: "children")
    case .other: Phrase(da: "andre paragraffer", en: "other sections")
    }
  }

  private static let formerChildren: Set<String> = ["SEL_32", "SEL_36", "SEL_52", "SEL_66"]

  public init(legalBasis: String) {
    self =
      switch legalBasis {
      case "SEL_107": .temporary
      case "SEL_108": .longTerm
      case let section where section.hasPrefix("ABL"): .supportedHousing
      case let section where section.hasPrefix("BL_") || Self.formerChildren.contains(section): .children
      default: .other
      }
  }
}
