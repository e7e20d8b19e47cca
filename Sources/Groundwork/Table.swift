/// Columns and rows with units, ready to be rendered; the only thing that Reports sees.
public struct Table: Sendable {
  public struct Column: Hashable, Sendable {
    /// The promised name in machine formats.
    public let name: String
    /// Empty where the column has none.
    public let unit: String
    /// What a person reads above the column.
    public let heading: Phrase
    /// Decimals shown to people; machine formats have up to six.
    public let decimals: Int

    public init(_ name: String, unit: String = "", heading: Phrase? = nil, decimals: Int = 0) {
      self.name = name
      self.unit = unit
      self.heading = heading ?? Phrase(name)
      self.decimals = decimals
    }
  }

  public enum Cell: Hashable, Sendable {
    case empty
    case text(String)
    /// A word that machines read as `code` and people as `phrase`.
    case term(code: String, Phrase)
    case integer(Int)
    case number(Double)
    /// A number that people see with other decimals than the column's.
    case precise(Double, decimals: Int)
    /// A number of any size, such as a coefficient: people see its leading digits, machines every digit.
    case estimate(Double)
  }

  public let columns: [Column]
  public private(set) var rows: [[Cell]] = []
  /// What stands above the table for people.
  public var title: Phrase
  /// Lines above the table that must not be missed: edition, synthetic data, what the figures are not.
  public var notices: [Phrase] = []
  /// Lines below the table: assumptions, explanations.
  public var footnotes: [Phrase] = []
  /// Key and value pairs for JSON's `meta`, in order; values are machine text.
  public var meta: [(key: String, value: String)] = []

  public init(title: Phrase, columns: [Column]) {
    self.title = title
    self.columns = columns
  }

  /// Appends a row; its cells must be as many as the columns.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "row has \(row.count) cells, table has \(columns.count) columns")
    rows.append(row)
  }
}
