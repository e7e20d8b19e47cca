public import Groundwork
public import Placements

/// A table as it was found.
public struct TableSummary: Hashable, Sendable {
  public struct Column: Hashable, Sendable {
    /// As the file calls it.
    public let header: String
    /// The canonical name.
    public let name: String
  }

  /// Canonical name, such as `stays`.
  public let name: String
  /// Relative to the project folder.
  public let file: String
  /// Rows below the header, those with findings included, blank lines not.
  public let rows: Int
  public let encoding: TextEncoding
  public let delimiter: Delimiter
  /// In the order of the design's list.
  public let columns: [Column]
  /// Headers that are not used, in the file's order.
  public let ignored: [String]
}

/// A stretch in which a series should have figures and has none.
public struct Gap: Hashable, Sendable {
  /// The table that lacks them.
  public let table: String
  /// What is counted: `autisme|residential||Mosebakken|740` for activity, a municipality's code for population.
  public let series: String
  /// Periods or years, in order.
  public let missing: [String]
}

/// What the data covers, for `plads check`.
public struct Coverage: Hashable, Sendable {
  /// First and last period of activity; nil without activity.
  public var activityPeriods: ClosedRange<Period>?
  /// First and last observed day, the estimated ones where the project does not say.
  public var observed: ClosedRange<Day>?
  /// Years with population.
  public var populationYears: ClosedRange<Int>?
  /// Codes of the municipalities that pay for a stay or are counted in activity, sorted.
  public var municipalities: [String] = []
  /// Ids of the areas that occur, sorted.
  public var areas: [String] = []
  /// Ids of the offers that occur, sorted.
  public var offers: [String] = []
  /// Gaps of activity, then of population, each sorted by series.
  public var gaps: [Gap] = []
  /// Codes of municipalities that occur in stays or activity but not in the population, sorted; empty without population.
  public var withoutPopulation: [String] = []

  /// Series of activity with counts that the source hides, sorted.
  public var hidden: [HiddenSeries] = []

  public init() {}
}

/// A series in which the source hides small counts.
public struct HiddenSeries: Hashable, Sendable {
  /// The column as the design calls it.
  public let column: String
  /// `autisme|residential||Mosebakken|740`.
  public let series: String
  public let count: Int
}

/// A project's tables, checked, with everything that was found on the way.
public struct ReadProject: Sendable {
  /// Complete only when there are no errors. `settings.observedFrom` and `observedTo` are set where there is data.
  public let extracts: Extracts
  /// Sorted by file and row.
  public let findings: [Finding]
  /// Lines for plads.toml that would let the reading understand more, in the order in which the need appeared.
  public let proposals: [MappingProposal]
  /// The tables that were there, in reading order.
  public let tables: [TableSummary]
  public let coverage: Coverage

  public init(extracts: Extracts, findings: [Finding], proposals: [MappingProposal], tables: [TableSummary], coverage: Coverage) {
    self.extracts = extracts
    self.findings = findings
    self.proposals = proposals
    self.tables = tables
    self.coverage = coverage
  }

  public var hasErrors: Bool { findings.contains { $0.severity == .error } }

  /// The extracts where nothing forbids their use.
  /// - Throws: all findings when one of them is an error.
  public func usable() throws(FindingsError) -> Extracts {
    if hasErrors { throw FindingsError(findings) }
    return extracts
  }
}
