public import Groundwork

/// Tables as text.
public enum Rendering {
  /// The whole output, ending in a line feed.
  ///
  /// - Parameters:
  ///   - width: Columns of the terminal; only `table` looks at it, and exceeds it where words and numbers leave no choice.
  ///   - color: Escape sequences for a terminal; only `table`.
  ///   - blanksRepeats: Leaves a leading text cell out where it and all to its left repeat the row above; only `table`.
  /// - Throws: `UsageError` for a format that has no writer yet.
  public static func text(
    _ table: Table, format: OutputFormat, language: Language, width: Int = 100, color: Bool = false,
    blanksRepeats: Bool = true
  ) throws(UsageError) -> String {
    switch format {
    case .table:
      TextRenderer(table: table, language: language, width: width, color: color, blanksRepeats: blanksRepeats).render()
    case .csv: CSVRenderer.render(table)
    case .json: JSONRenderer.json(table).text(brokenToDepth: 2) + "\n"
    case .markdown: MarkdownRenderer(table: table, language: language).render()
    case .xlsx: throw noSpreadsheets
    }
  }

  /// Charts below a table's notices and title, above its footnotes; side by side where the width has room for two.
  ///
  /// - Parameters:
  ///   - format: `table` or `markdown`, which fences the charts.
  ///   - width: Columns of the terminal, at least 30.
  public static func text(
    _ charts: [FanChart], legend: FanLegend, frame: Table, format: OutputFormat, language: Language, width: Int, color: Bool = false
  ) throws(UsageError) -> String {
    var head = frame
    head.footnotes = []
    var foot = Table(title: Phrase(""), columns: [])
    foot.footnotes = frame.footnotes
    let isPage = format == .markdown
    var parts = [try text(head, format: format, language: language, width: width, color: color)]
    if !charts.isEmpty {
      let lines = FanChartSheet(charts: charts, legend: legend, language: language, width: width).lines
      parts.append(((isPage ? ["```"] : []) + lines + (isPage ? ["```"] : [])).joined(separator: "\n") + "\n")
    }
    if !foot.footnotes.isEmpty { parts.append(try text(foot, format: format, language: language, width: width, color: color)) }
    return parts.joined(separator: "\n")
  }

  /// Refuses what `text` would refuse, before the work is done.
  public static func check(_ format: OutputFormat) throws(UsageError) {
    if format == .xlsx { throw noSpreadsheets }
  }

  private static var noSpreadsheets: UsageError {
    UsageError(
      Phrase(
        da: "Formatet xlsx kan endnu ikke skrives. Brug --format csv, som regneark kan åbne.",
        en: "The format xlsx cannot be written yet. Use --format csv, which spreadsheets can open."))
  }
}
